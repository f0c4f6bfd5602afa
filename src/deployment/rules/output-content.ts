// Encodes the content of each kind of output, and recognises a file that already has it.
// `run/output-file.ts` calls it. It reads no file and makes no randomness: passphrase and random bytes come in.
import { SvcauthError, type ErrorCode } from '../../errors/error.ts';
import { concatBytes, equalBytes, toBase64, utf8 } from '../../pki/bytes.ts';
import { openPkcs12, type OpenedPkcs12 } from '../../pki/pkcs12/open.ts';
import { encodePkcs12 } from '../../pki/pkcs12/write.ts';
import type { OutputSpec } from '../../record/upkeep.ts';
import { yamlScalar } from '../../text/yaml/text.ts';

/** The files of one version, from which every output is made. */
export interface Credential {
  readonly service: string;
  readonly key: { readonly pem: Uint8Array; readonly pkcs8: Uint8Array };
  /** Leaf, then the issuing chain. */
  readonly certificatePem: Uint8Array;
  /** The same certificates as DER. */
  readonly certificates: readonly Uint8Array[];
  /** The trust anchors. */
  readonly anchorsPem: Uint8Array;
  /** Published files by their name in public/; only for an output that holds them. */
  readonly published?: ReadonlyMap<string, Uint8Array>;
}

/** The inputs of an encrypted output. */
export interface OutputSecret {
  readonly passphrase: Uint8Array;
  /** PKCS12_RANDOM_LENGTH bytes. */
  readonly random: Uint8Array;
}

type PlainKind = Exclude<OutputSpec['kind'], 'pkcs12'>;

const PLAIN: Readonly<Record<PlainKind, (credential: Credential, output: OutputSpec) => Uint8Array>> = {
  // HAProxy: certificate, chain, key (Configuration Manual, `crt`)
  'combined-pem': ({ certificatePem, key }) => concatBytes([certificatePem, key.pem]),
  'credential-bundle': ({ certificatePem, key }) => concatBytes([key.pem, certificatePem]),
  'kubernetes-secret': secretManifest,
  'kubernetes-trust': trustManifest,
};

/** Kinds of outputs that follow changed trust although the certificate stays the same. */
export const TRUST_OUTPUTS: readonly OutputSpec['kind'][] = ['kubernetes-trust'];

/** Published files in a ConfigMap. */
export const TRUST_FILES = ['bundle.pem', 'bundle.json', 'crl-bundle.pem'] as const;

/** Encodes the content of an output; calls `secret` only for an encrypted one. */
export async function encodeOutput(
  output: OutputSpec,
  credential: Credential,
  secret: () => OutputSecret,
): Promise<Uint8Array> {
  if (output.kind !== 'pkcs12') return PLAIN[output.kind](credential, output);
  const { service: name, key, certificates } = credential;
  const { passphrase, random } = secret();
  return encodePkcs12({ name, pkcs8: key.pkcs8, certificates }, passphrase, random);
}

/** Decides if a file holds the content of an output. A PKCS#12 file is opened, as no two have the same bytes. */
export async function holdsOutput(
  file: Uint8Array,
  output: OutputSpec,
  credential: Credential,
  passphrase: () => Uint8Array,
): Promise<boolean> {
  if (output.kind !== 'pkcs12') return equalBytes(file, PLAIN[output.kind](credential, output));
  try {
    return isPkcs12Of(credential, await openPkcs12(file, passphrase()));
  } catch (cause) {
    if (cause instanceof SvcauthError && UNREADABLE.has(cause.code)) return false;
    throw cause;
  }
}

/** Errors of a file that svcauth did not write, or that has another passphrase. */
const UNREADABLE: ReadonlySet<ErrorCode> = new Set(['ERR_PKCS12', 'ERR_PASSPHRASE_WRONG', 'ERR_KEY_ITERATIONS']);

function isPkcs12Of({ key: { pkcs8 }, certificates }: Credential, found: OpenedPkcs12): boolean {
  const [key] = found.keys;
  return (
    found.keys.length === 1 &&
    key?.pkcs8 !== undefined &&
    equalBytes(key.pkcs8, pkcs8) &&
    found.certificates.length === certificates.length &&
    found.certificates.every(({ der }, index) => equalBytes(der, certificates[index]!))
  );
}

/** Formats a Secret of type kubernetes.io/tls, with the trust anchors in ca.crt like cert-manager. */
function secretManifest(credential: Credential, { name, namespace }: OutputSpec): Uint8Array {
  const lines = [
    'apiVersion: v1',
    'kind: Secret',
    'type: kubernetes.io/tls',
    'metadata:',
    `  name: ${yamlScalar(name ?? credential.service)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${yamlScalar(namespace)}`]),
    'data:',
    `  tls.crt: ${toBase64(credential.certificatePem)}`,
    `  tls.key: ${toBase64(credential.key.pem)}`,
    `  ca.crt: ${toBase64(credential.anchorsPem)}`,
  ];
  return utf8(lines.map(line => `${line}\n`).join(''));
}

/** Formats a ConfigMap with the published bundle and CRLs. They are text, so a diff shows what changed. */
function trustManifest({ service, published }: Credential, { name, namespace }: OutputSpec): Uint8Array {
  const block = (file: string): string[] => {
    const text = Buffer.from(published?.get(file) ?? new Uint8Array()).toString('utf8');
    if (text === '') return [];
    return [
      `  ${file}: |`,
      ...text
        .trimEnd()
        .split('\n')
        .map(line => `    ${line}`.trimEnd()),
    ];
  };
  const lines = [
    'apiVersion: v1',
    'kind: ConfigMap',
    'metadata:',
    `  name: ${yamlScalar(name ?? service)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${yamlScalar(namespace)}`]),
    'data:',
    ...TRUST_FILES.flatMap(block),
  ];
  return utf8(lines.map(line => `${line}\n`).join(''));
}
