/**
 * Answers what was typed for `ca init`, as values that go together. The run of init asks here; the files of an imported root are read
 * elsewhere.
 */
import { failure } from '../../errors/error.ts';
import type { GeneralName } from '../../pki/extension/general-name.ts';
import type { NameConstraints } from '../../pki/extension/name-constraints.ts';
import { parseDnsSubtree, parseUriHost } from '../../pki/name/subtree.ts';
import { parseTrustDomain } from '../../pki/name/spiffe-id.ts';
import { parseCrlUrl } from '../../policy/rules/crl-url.ts';
import { parseDuration } from '../../time/duration.ts';
import type { InitRequest, RootSource } from './plan.ts';
import { parseKeyAlgorithm } from '../../pki/key/algorithm.ts';

/** What was typed for `ca init`, as text. */
export interface InitText {
  readonly trustDomain: string;
  readonly name?: string;
  readonly keyAlg: string;
  /** Absent: the usual one. */
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
  /** The flags, as typed, that say where a passphrase comes from. */
  readonly passphraseFlags: readonly string[];
}

/** Seconds that certificates begin before they are made, for clocks that are a little behind. */
const BACKDATE = 60;
/** Characters left for the stem: ` Issuing g` and a generation of two digits must fit commonName's 64. */
const MAX_NAME = 52;

/** What `ca init` makes unless told otherwise. */
export const ROOT_LIFETIME = '10y';
export const ISSUING_LIFETIME = '1y';

/** Everything but the root, read once. Throws the catalogue error of the first value that is wrong. */
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

/** Which root is meant; the files of `import` are read by the caller. */
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
  if (roots.length > 1) throw conflict(roots, 'each says where the root comes from');
  if ((text.importRoot === undefined) !== (text.importKey === undefined)) {
    const [present, absent] =
      text.importRoot === undefined ? ['--import-key', '--import-root'] : ['--import-root', '--import-key'];
    throw failure('ERR_FLAG_NEEDS', { flag: present, needs: absent });
  }
  const rootEnd = given('--root-lifetime', text.rootLifetime);
  const issuingEnd = given('--issuing-lifetime', text.issuingLifetime);
  if (text.csrOnly && rootEnd.length + issuingEnd.length > 0) {
    throw conflict(
      ['--csr-only', ...rootEnd, ...issuingEnd],
      'how long they live is for the holder of the root to say',
    );
  }
  if (text.importRoot !== undefined && rootEnd.length > 0) {
    throw conflict(['--import-root', ...rootEnd], 'a root that exists keeps the end it has');
  }
  if (text.singleTier && issuingEnd.length > 0) {
    throw conflict(['--single-tier', ...issuingEnd], 'the one CA is the root: give --root-lifetime');
  }
  const constraints = [
    ...given('--permit-dns', text.permitDns[0]),
    ...given('--exclude-dns', text.excludeDns[0]),
    ...given('--permit-uri', text.permitUri[0]),
  ];
  if (text.csrOnly && constraints.length > 0) {
    throw conflict(['--csr-only', ...constraints], 'what the CA may certify is for the holder of the root to say');
  }
  if (text.singleTier && text.importRoot !== undefined && constraints.length > 0) {
    throw conflict(['--import-root', ...constraints], 'a root that exists keeps the names it has');
  }
  if (text.importPassphraseFile !== undefined && text.importKey === undefined) {
    throw failure('ERR_FLAG_NEEDS', { flag: '--import-passphrase-file', needs: '--import-key' });
  }
  const [passphraseFlag] = text.passphraseFlags;
  // an imported key may be encrypted all the same
  if (passphraseFlag !== undefined && text.keyProtection === 'none' && text.importKey === undefined) {
    throw conflict(['--key-protection none', passphraseFlag], 'there would be nothing to encrypt');
  }
  if (text.singleTier && roots.length > 0 && roots[0] !== '--import-root') {
    throw conflict(['--single-tier', ...roots], 'a single CA signs every day, so its key has to be here');
  }
}

function readName(name: string | undefined, trustDomain: string): string {
  if (name === undefined) return trustDomain.slice(0, MAX_NAME);
  const problem = nameProblem(name.trim());
  if (problem !== undefined) throw failure('ERR_CA_NAME', { text: name, reason: problem });
  return name.trim();
}

/** Control, formatting and replacement characters, and lone surrogates: nobody means to put them into a name. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\ufffd]/u;

function nameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (UNPRINTABLE.test(name)) return 'it holds characters that cannot be seen';
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
