// Reads the flags of `ca init` into a consistent request.
// `run/init-pki.ts` calls it, and reads the files of an imported root itself.
import { failure } from '../../errors/error.ts';
import type { GeneralName } from '../../pki/extension/general-name.ts';
import type { NameConstraints } from '../../pki/extension/name-constraints.ts';
import { parseDnsSubtree, parseUriHost } from '../../pki/name/subtree.ts';
import { parseTrustDomain } from '../../pki/name/spiffe-id.ts';
import { parseCrlUrl } from '../../policy/rules/crl-url.ts';
import { parseDuration } from '../../time/duration.ts';
import type { InitRequest, RootSource } from './plan.ts';
import { parseKeyAlgorithm } from '../../pki/key/algorithm.ts';

/** The flags of `ca init`, as text. */
export interface InitText {
  readonly trustDomain: string;
  readonly name?: string;
  readonly keyAlg: string;
  /** Absent: the default. */
  readonly rootLifetime?: string;
  readonly issuingLifetime?: string;
  readonly crlUrl?: string;
  readonly permitDns: readonly string[];
  readonly excludeDns: readonly string[];
  readonly permitUri: readonly string[];
  readonly singleTier?: boolean;
  readonly rootKeyOut?: string;
  readonly importRoot?: string;
  readonly importKey?: string;
  readonly importPassphraseFile?: string;
  readonly csrOnly?: boolean;
  readonly keyProtection: 'passphrase' | 'none';
  /** The passphrase options that were given, as typed. */
  readonly passphraseFlags: readonly string[];
}

/** Seconds by which notBefore precedes the creation, for clocks that are slow. */
const BACKDATE = 60;
/** Most characters of the name: ` Issuing g` and a generation of two digits must fit commonName's 64. */
const MAX_NAME = 52;

/** Default lifetimes of the CAs. */
export const ROOT_LIFETIME = '10y';
export const ISSUING_LIFETIME = '1y';

/** Reads the request, except the root. Throws the catalogue error of the first invalid value. */
export function readInitRequest(text: InitText): Omit<InitRequest, 'root'> {
  refuseConflicts(text);
  const trustDomain = parseTrustDomain(text.trustDomain);
  const nameConstraints = readNameConstraints(text);
  const { rootLifetime: root = ROOT_LIFETIME, issuingLifetime: issuing = ISSUING_LIFETIME } = text;
  const rootLifetime = parseDuration(root);
  const issuingLifetime = parseDuration(issuing);
  if (!text.singleTier && !text.importRoot && !text.csrOnly && issuingLifetime > rootLifetime) {
    throw failure('ERR_LIFETIMES', { issuing, root });
  }
  return {
    trustDomain,
    name: readName(text.name, trustDomain),
    keyAlgorithm: parseKeyAlgorithm(text.keyAlg),
    rootLifetime,
    issuingLifetime,
    backdate: BACKDATE,
    singleTier: text.singleTier ?? false,
    keyProtection: text.keyProtection,
    ...(text.crlUrl !== undefined && { crlUrl: parseCrlUrl(text.crlUrl) }),
    ...(nameConstraints !== undefined && { nameConstraints }),
  };
}

/** Decides the kind of root. The caller reads the files of `import`. */
export function rootKind(text: InitText): RootSource['kind'] {
  if (text.csrOnly) return 'foreign';
  if (text.importRoot !== undefined) return 'import';
  return text.rootKeyOut === undefined ? 'create' : 'create-offline';
}

function refuseConflicts(text: InitText): void {
  const given = (flag: string, value: unknown): string[] => (value === undefined || value === false ? [] : [flag]);
  const roots = [
    ...given('--root-key-out', text.rootKeyOut),
    ...given('--import-root', text.importRoot),
    ...given('--csr-only', text.csrOnly),
  ];
  const conflict = (flags: readonly string[], why: string) => failure('ERR_FLAG_CONFLICT', { flags, why });
  if (roots.length > 1) throw conflict(roots, 'each selects a different root');
  if ((text.importRoot === undefined) !== (text.importKey === undefined)) {
    const [present, absent] =
      text.importRoot === undefined ? ['--import-key', '--import-root'] : ['--import-root', '--import-key'];
    throw failure('ERR_FLAG_NEEDS', { flag: present, needs: absent });
  }
  const rootEnd = given('--root-lifetime', text.rootLifetime);
  const issuingEnd = given('--issuing-lifetime', text.issuingLifetime);
  if (text.csrOnly && rootEnd.length + issuingEnd.length > 0) {
    throw conflict(['--csr-only', ...rootEnd, ...issuingEnd], 'the holder of the external root decides the lifetimes');
  }
  if (text.importRoot !== undefined && rootEnd.length > 0) {
    throw conflict(['--import-root', ...rootEnd], 'an imported root keeps its lifetime');
  }
  if (text.singleTier && issuingEnd.length > 0) {
    throw conflict(['--single-tier', ...issuingEnd], 'the only CA is the root; use --root-lifetime');
  }
  const constraints = [
    ...given('--permit-dns', text.permitDns[0]),
    ...given('--exclude-dns', text.excludeDns[0]),
    ...given('--permit-uri', text.permitUri[0]),
  ];
  if (text.csrOnly && constraints.length > 0) {
    throw conflict(['--csr-only', ...constraints], 'the holder of the external root decides the name constraints');
  }
  if (text.singleTier && text.importRoot !== undefined && constraints.length > 0) {
    throw conflict(['--import-root', ...constraints], 'an imported root keeps its name constraints');
  }
  if (text.importPassphraseFile !== undefined && text.importKey === undefined) {
    throw failure('ERR_FLAG_NEEDS', { flag: '--import-passphrase-file', needs: '--import-key' });
  }
  const [passphraseFlag] = text.passphraseFlags;
  // an imported key may be encrypted all the same
  if (passphraseFlag !== undefined && text.keyProtection === 'none' && text.importKey === undefined) {
    throw conflict(['--key-protection none', passphraseFlag], 'no key would be encrypted');
  }
  if (text.singleTier && roots.length > 0 && roots[0] !== '--import-root') {
    throw conflict(['--single-tier', ...roots], 'the only CA issues to services, so its key must be in the home');
  }
}

function readName(name: string | undefined, trustDomain: string): string {
  if (name === undefined) return trustDomain.slice(0, MAX_NAME);
  const problem = nameProblem(name.trim());
  if (problem !== undefined) throw failure('ERR_CA_NAME', { text: name, reason: problem });
  return name.trim();
}

/** Control, formatting and replacement characters, and lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\ufffd]/u;

function nameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (UNPRINTABLE.test(name)) return 'it contains invisible characters';
  if ([...name].length <= MAX_NAME) return undefined;
  return `it is longer than ${MAX_NAME} characters, and a commonName has 64 (RFC 5280 appendix A.1)`;
}

function readNameConstraints(text: InitText): NameConstraints | undefined {
  const dns = (value: string): GeneralName => ({ type: 'dns', value: parseDnsSubtree(value) });
  const uri = (value: string): GeneralName => ({ type: 'uri', value: parseUriHost(value) });
  const permitted = [...text.permitDns.map(dns), ...text.permitUri.map(uri)];
  const excluded = text.excludeDns.map(dns);
  return permitted.length + excluded.length === 0 ? undefined : { permitted, excluded };
}
