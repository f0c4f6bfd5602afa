// Reads the root of `--import-root` with its key, and decides whether it can sign CAs and CRLs (RFC 5280 §4.2.1).
// `ca init` calls it, and `ca install-cert` shares its checks of a root. It writes nothing.
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import { instantText } from '../../time/instant-text.ts';
import type { RootSource } from '../rules/plan.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { DerError } from '../../pki/der/reader.ts';
import { decodeBasicConstraints } from '../../pki/extension/basic-constraints.ts';
import { findExtension } from '../../pki/extension/extension.ts';
import { decodeKeyUsage } from '../../pki/extension/key-usage.ts';
import { sameName } from '../../pki/name/name.ts';
import { OID } from '../../pki/oids.ts';
import { decodeCertificate, type ParsedCertificate } from '../../pki/certificate/parsed.ts';
import { decodePem, PemError } from '../../pki/pem.ts';
import { verifySignature } from '../../pki/key/signature.ts';
import { readInput } from '../../store/input/read-input.ts';
import { openKey } from '../../ca/run/unlock.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';

const LIMIT = 1024 * 1024;

/** Reads and checks the root of `--import-root` and its key. Throws ERR_ROOT_UNSUITABLE, ERR_KEY_*. */
export async function readRoot(
  world: World,
  paths: { readonly certificate: string; readonly key: string },
  needsIntermediate: boolean,
  ask: AskPassphrase,
): Promise<Extract<RootSource, { kind: 'import' }>> {
  const unsuitable = (reason: string) => failure('ERR_ROOT_UNSUITABLE', { path: paths.certificate, reason });
  const certificates = readCertificates(
    await readInput(world, paths.certificate, 'the root certificate', LIMIT),
    unsuitable,
  );
  const [certificate, another] = certificates;
  if (certificate === undefined) throw unsuitable('it contains no certificate');
  if (another !== undefined) throw unsuitable(`it contains ${certificates.length} certificates`);
  const reason = rootFault(certificate, world.now, needsIntermediate);
  if (reason !== undefined) throw unsuitable(reason);
  const what = `the key ${quote(paths.key)}`;
  const key = await openKey(await readInput(world, paths.key, 'the root key', LIMIT), what, ask);
  if (!equalBytes(key.publicKeyInfo.der, certificate.tbs.publicKey.der)) {
    const reason = `it does not match the certificate ${quote(paths.certificate)}`;
    throw failure('ERR_KEY_UNSUITABLE', { what, reason });
  }
  return { kind: 'import', certificate, key };
}

/** Reads certificates from PEM or DER. `unsuitable` makes the error for a file that is neither. */
export function readCertificates(
  bytes: Uint8Array,
  unsuitable: (reason: string) => Error,
): readonly ParsedCertificate[] {
  try {
    const text = Buffer.from(bytes).toString('latin1');
    const blocks = text.includes('-----BEGIN ') ? decodePem(text) : [{ label: 'CERTIFICATE', der: bytes }];
    return blocks.filter(({ label }) => label === 'CERTIFICATE').map(({ der }) => decodeCertificate(der));
  } catch (cause) {
    if (cause instanceof DerError || cause instanceof PemError) throw unsuitable(cause.message);
    throw cause;
  }
}

/** Explains why a certificate cannot be a trust anchor that signs CAs and CRLs; undefined if it can. */
export const rootFault = (certificate: ParsedCertificate, now: Date, needsIntermediate: boolean): string | undefined =>
  faultOfDer(() => anchorFault(certificate, now, needsIntermediate));

/** Returns the message of a DER error: extensions are decoded late, and may be malformed. */
function faultOfDer(look: () => string | undefined): string | undefined {
  try {
    return look();
  } catch (cause) {
    if (cause instanceof DerError) return cause.message;
    throw cause;
  }
}

function anchorFault(
  { tbs, signatureAlgorithm, signature }: ParsedCertificate,
  now: Date,
  needsIntermediate: boolean,
): string | undefined {
  const constraints = findExtension(tbs.extensions, OID.basicConstraints);
  const usage = findExtension(tbs.extensions, OID.keyUsage);
  const basic = constraints && decodeBasicConstraints(constraints.value);
  if (basic?.ca !== true) return 'it is not a CA (basicConstraints cA, RFC 5280 §4.2.1.9)';
  if (!sameName(tbs.issuer, tbs.subject)) return 'it is not self-signed: its issuer is another CA';
  if (needsIntermediate && basic.pathLength === 0) return 'its pathLen is 0, so it cannot certify an issuing CA';
  const usages = usage && decodeKeyUsage(usage.value);
  for (const needed of ['keyCertSign', 'cRLSign'] as const) {
    if (usages !== undefined && !usages.has(needed)) return `its keyUsage has no ${needed} (RFC 5280 §4.2.1.3)`;
  }
  if (!verifySignature(signatureAlgorithm, tbs.publicKey, tbs.der, signature))
    return 'its self-signature does not verify';
  if (tbs.notBefore.date > now) return `it is not valid before ${instantText(tbs.notBefore.date)}`;
  if (tbs.notAfter.date < now) return `it expired at ${instantText(tbs.notAfter.date)}`;
  return undefined;
}
