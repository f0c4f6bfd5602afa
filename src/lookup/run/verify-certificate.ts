// Validates the certificate in a file against this PKI's anchors and CRLs or against given files (RFC 5280 §6, X509-SVID).
// `verify` calls it; `probe` takes the anchors, CAs and CRLs of this PKI from it. It writes nothing.
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { isCertified } from '../../ca/rules/active-issuer.ts';
import { trustAnchors } from '../../ca/rules/trust-anchors.ts';
import { toHex } from '../../pki/bytes.ts';
import { DerError } from '../../pki/der/reader.ts';
import type { Identity } from '../../pki/path/identity.ts';
import { readPathCertificate, type PathCertificate } from '../../pki/path/path-certificate.ts';
import type { Purpose } from '../../pki/path/purpose.ts';
import { refusal } from '../../pki/path/refusal.ts';
import { validateSvid } from '../../pki/path/spiffe-svid.ts';
import { loadTrustStore, type TrustMaterial, type TrustStore } from '../../pki/path/trust-store.ts';
import { validatePath, type PathVerdict } from '../../pki/path/validate-path.ts';
import { parseSpiffeId } from '../../pki/name/spiffe-id.ts';
import type { Home } from '../../store/home.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { readCertificates, readCrls } from '../../store/input/read-certificates.ts';

type Input = Pick<World, 'cwd' | 'files' | 'in'>;

/** The question about the first certificate of `file`; the certificates after it are its chain. */
export interface VerifyRequest {
  readonly file: string;
  readonly untrusted: readonly string[];
  readonly now: Date;
  readonly purpose: Purpose;
  readonly identity?: Identity;
}

export interface Verification {
  readonly verdict: PathVerdict;
  /** Undefined if the certificate cannot be read. */
  readonly target: PathCertificate | undefined;
  /** The number of trust anchors. */
  readonly anchors: number;
  /** The number of CRLs; undefined if revocation was not checked. */
  readonly crls: number | undefined;
  readonly unreadable: TrustStore['unreadable'];
}

/** Reads anchors and CRLs from files alone. */
export async function filesToTrust(
  world: Input,
  trust: readonly string[],
  crls: readonly string[],
): Promise<TrustMaterial> {
  const anchors = await readAll(trust, file => readCertificates(world, file));
  return { anchors, ...(crls.length > 0 && { crls: await readAll(crls, file => readCrls(world, file)) }) };
}

/** Reads this PKI's roots, issuing CAs and published CRLs, or the CRLs in `crls`. A missing CRL is part of the verdict. */
export async function ourTrust(
  world: Input,
  { home, manifest }: { readonly home: Home; readonly manifest: Manifest },
  crls: readonly string[],
): Promise<TrustMaterial> {
  const authorities = manifest.authorities().filter(isCertified);
  const published = authorities.map(({ id }) => home.public.crlPem(id)).filter(path => world.files.status(path));
  return {
    anchors: trustAnchors(authorities).map(({ certificate }) => certificate.der),
    intermediates: [...authorities.map(({ certificate }) => certificate), ...manifest.furtherCertificates()].map(
      ({ der }) => der,
    ),
    crls: await readAll(crls.length > 0 ? crls : published, file => readCrls(world, file)),
  };
}

async function readAll(
  files: readonly string[],
  read: (file: string) => Promise<readonly Uint8Array[]>,
): Promise<readonly Uint8Array[]> {
  const ders: Uint8Array[] = [];
  for (const file of files) ders.push(...(await read(file)));
  return ders;
}

/** Validates a path to one of the anchors. Throws for files that cannot be used, never for a bad certificate. */
export async function verifyCertificate(
  world: Input,
  material: TrustMaterial,
  request: VerifyRequest,
): Promise<Verification> {
  const { file, untrusted, now, purpose, identity } = request;
  const [targetDer, ...sent] = await readCertificates(world, file);
  const others = await readAll(untrusted, path => readCertificates(world, path));
  const intermediates = eachOnce([...(material.intermediates ?? []), ...sent, ...others]);
  const store = loadTrustStore({ ...material, intermediates });
  if (store.anchors.size === 0) {
    throw failure('ERR_CERTIFICATE_INPUT', { file: 'the trust anchors', reason: 'none of them can be read' });
  }
  const summary = { anchors: store.anchors.size, crls: material.crls?.length, unreadable: store.unreadable };
  const target = readTarget(targetDer!);
  if (target instanceof DerError) {
    const reason = refusal('not-der', target.message);
    return { ...summary, target: undefined, verdict: { accepted: false, reason, tried: [] } };
  }
  const verdict = validatePath(target, store, { now, purpose, ...(identity && { identity }) });
  if (!verdict.accepted || identity === undefined || !('spiffe' in identity)) return { ...summary, target, verdict };
  // the path validation compared the SPIFFE ID; the rules for an X509-SVID are checked separately
  const bundles = new Map([[parseSpiffeId(identity.spiffe).trustDomain, store]]);
  const svid = validateSvid(target, bundles, { now });
  return { ...summary, target, verdict: svid.accepted ? verdict : svid };
}

/** Removes duplicates: a chain often repeats the intermediates of the trust store. */
const eachOnce = (ders: readonly Uint8Array[]): readonly Uint8Array[] => [
  ...new Map(ders.map(der => [toHex(der), der])).values(),
];

function readTarget(der: Uint8Array): PathCertificate | DerError {
  try {
    return readPathCertificate(der);
  } catch (error) {
    if (error instanceof DerError) return error;
    throw error;
  }
}
