// Encodes the content of each kind of output, and recognises a file that already has it.
// `run/output-file.ts` calls it. It reads no file and makes no randomness: passphrase and random bytes come in.
import { SvcauthError, type ErrorCode } from '../../errors/error.ts';
import { concatBytes, equalBytes, toBase64, utf8 } from '../../pki/bytes.ts';
import { openPkcs12, type OpenedPkcs12 } from '../../pki/pkcs12/open.ts';
import { encodePkcs12 } from '../../pki/pkcs12/write.ts';
import type { OutputSpec } from '../../record/upkeep.ts';
import { yamlScalar } from '../../text/yaml/text.ts';

/** What every output is made of: the files of one version. */
export interface Credential {
  readonly service: string;
  readonly key: { readonly pem: Uint8Array; readonly pkcs8: Uint8Array };
  /** Leaf, then the issuing chain. */
  readonly certificatePem: Uint8Array;
  /** The same as DER. */
  readonly certificates: readonly Uint8Array[];
  /** The trust anchors. */
  readonly anchorsPem: Uint8Array;
}

/** What a file that is encrypted takes. */
export interface OutputSecret {
  readonly passphrase: Uint8Array;
  /** PKCS12_RANDOM_LENGTH of them. */
  readonly random: Uint8Array;
}

type PlainKind = Exclude<OutputSpec['kind'], 'pkcs12'>;

const PLAIN: Readonly<Record<PlainKind, (credential: Credential, output: OutputSpec) => Uint8Array>> = {
  // HAProxy: certificate, chain, key (Configuration Manual, `crt`)
  'combined-pem': ({ certificatePem, key }) => concatBytes([certificatePem, key.pem]),
  'credential-bundle': ({ certificatePem, key }) => concatBytes([key.pem, certificatePem]),
  'kubernetes-secret': secretManifest,
};

/** What an output shall hold; `secret` is asked for what is encrypted. */
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

/** Whether a file holds what it shall. A PKCS#12 file is never twice the same: it is opened. */
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

/** Somebody else's file, or one under another passphrase. */
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

/** kubernetes.io/tls, with the trust anchors as cert-manager writes them. */
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
