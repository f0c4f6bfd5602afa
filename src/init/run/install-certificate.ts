// Installs the CA certificate that an external root signed for our request, together with that root.
// `ca install-cert` calls it; `--dry-run` makes the same checks and changes nothing. It signs our first CRL, never a certificate.
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { CrlSchedule } from '../../crl/rules/schedule.ts';
import type { Authority } from '../../record/authority.ts';
import { equalBytes, utf8 } from '../../pki/bytes.ts';
import { decodeBasicConstraints } from '../../pki/extension/basic-constraints.ts';
import { findExtension } from '../../pki/extension/extension.ts';
import { decodeKeyUsage } from '../../pki/extension/key-usage.ts';
import { sameName } from '../../pki/name/name.ts';
import { OID } from '../../pki/oids.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import type { ParsedCertificate } from '../../pki/certificate/parsed.ts';
import { encodePem } from '../../pki/pem.ts';
import { decodePublicKey, keyAlgorithmOf } from '../../pki/key/public-key.ts';
import { serialToHex } from '../../pki/certificate/serial-number.ts';
import { verifySignature } from '../../pki/key/signature.ts';
import { PRIVATE_DIRECTORY } from '../../store/home.ts';
import { readKeyFile } from '../../store/files/key-file.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import { readInput } from '../../store/input/read-input.ts';
import { faultOfDer, readCertificates, rootFault } from './read-root.ts';
import { planCrlRefresh, refreshCrls } from '../../crl/run/refresh.ts';
import { issuerOf, openKey, unlockAuthority } from '../../ca/run/unlock.ts';
import { writeTrustBundle } from '../../bundle/run/write.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';

export interface InstallRequest {
  /** Path of the issuing CA's certificate. */
  readonly certificate: string;
  /** Path of the certificate of the external root. */
  readonly root: string;
  readonly dryRun: boolean;
  readonly ask: AskPassphrase;
}

export interface InstallOutcome {
  readonly issuing: CertifiedAuthority;
  readonly root: CertifiedAuthority;
  /** False if it was installed before. */
  readonly changed: boolean;
  readonly dryRun: boolean;
}

const LIMIT = 1024 * 1024;

/**
 * Installs the certificate that an external root signed for our CSR. It is checked against the root, our key and the requirements of
 * an issuing CA before anything is recorded. Our CRL and the trust bundle follow; after a crash the same command completes them. The
 * CRL of the root comes from its holder (`crl import`).
 */
export async function installCertificate(
  world: World,
  homeFlag: string | undefined,
  request: InstallRequest,
): Promise<InstallOutcome> {
  const certificate = await soleCertificate(world, request.certificate);
  const root = await soleCertificate(world, request.root);
  if (request.dryRun) {
    return readPki(world, homeFlag, async pki => {
      const found = findInstalled(pki, certificate, root);
      const { issuing, root: above } = found ?? (await requireInstallable(pki, certificate, root, request));
      return { issuing, root: above, changed: found === undefined, dryRun: true };
    });
  }
  return changePki(world, homeFlag, 'ca install-cert', async pki => {
    const policy = await loadPolicy(pki);
    const found = findInstalled(pki, certificate, root);
    const { issuing, root: above, issuer } = found ?? (await requireInstallable(pki, certificate, root, request));
    if (found === undefined) record(pki, issuing, above);
    writeCertificates(pki, [issuing, above]);
    const opened = issuer ?? (await unlockWhenDue(pki, issuing, policy.crl, request.ask));
    const issuers = new Map(opened ? [[issuing.id, opened]] : []);
    await refreshCrls(pki, { issuers, schedule: policy.crl });
    writeTrustBundle(pki.world, pki.home, pki.manifest);
    return { issuing, root: above, changed: found === undefined, dryRun: false };
  });
}

interface Installable {
  readonly issuing: CertifiedAuthority;
  readonly root: CertifiedAuthority;
  /** Unlocked to compare the keys; absent if the certificate was installed before. */
  readonly issuer?: Issuer;
}

/** Finds the CAs that have exactly these certificates. */
function findInstalled(
  { manifest }: Pki,
  certificate: ParsedCertificate,
  root: ParsedCertificate,
): Installable | undefined {
  const authorities = manifest.authorities().filter(isCertified);
  const holder = ({ der }: ParsedCertificate) => authorities.find(each => equalBytes(each.certificate.der, der));
  const [issuing, above] = [holder(certificate), holder(root)];
  return issuing && above && { issuing, root: above };
}

async function requireInstallable(
  pki: Pki,
  certificate: ParsedCertificate,
  root: ParsedCertificate,
  request: InstallRequest,
): Promise<Installable> {
  const { world, home, manifest } = pki;
  const pending = manifest.authorities().find(({ state }) => state === 'pending');
  if (pending === undefined) throw failure('ERR_NOTHING_PENDING', {});
  const fault = rootFault(root, world.now, true);
  if (fault !== undefined) throw failure('ERR_ROOT_UNSUITABLE', { path: request.root, reason: fault });
  const unsuitable = (reason: string) => failure('ERR_CERT_UNSUITABLE', { path: request.certificate, reason });
  const reason = issuingFault(certificate, root, world.now);
  if (reason !== undefined) throw unsuitable(reason);
  const above = foreignRoot(root, request.root, world.now);
  const issuing = certified(pending, certificate, above.id);
  const what = `the key of ${pending.id}`;
  const key = await openKey(readKeyFile(world.files, home, pending.id), what, request.ask);
  if (!equalBytes(certificate.tbs.publicKey.der, key.publicKeyInfo.der)) {
    throw unsuitable(`it does not match ${what}, so it was not issued for its CSR`);
  }
  return { issuing, root: above, issuer: issuerOf(issuing, key, what, 'home') };
}

/** Unlocks the CA if an interrupted run did not sign its CRL. */
async function unlockWhenDue(
  pki: Pki,
  issuing: CertifiedAuthority,
  schedule: CrlSchedule,
  ask: AskPassphrase,
): Promise<Issuer | undefined> {
  const { crls } = planCrlRefresh(pki, { schedule });
  const due = crls.some(crl => crl.authority.id === issuing.id && crl.reasons.some(reason => reason !== 'age'));
  return due ? unlockAuthority(pki, issuing, ask) : undefined;
}

async function soleCertificate(world: World, path: string): Promise<ParsedCertificate> {
  const unsuitable = (reason: string) => failure('ERR_CERT_UNSUITABLE', { path, reason });
  const certificates = readCertificates(await readInput(world, path, 'the certificate', LIMIT), unsuitable);
  const [certificate] = certificates;
  if (certificate === undefined || certificates.length > 1) {
    throw unsuitable(
      `it contains ${certificates.length === 0 ? 'no certificate' : `${certificates.length} certificates`}`,
    );
  }
  return certificate;
}

/** Explains why a certificate cannot be that of our issuing CA under this root; undefined if it can. */
const issuingFault = (certificate: ParsedCertificate, root: ParsedCertificate, now: Date): string | undefined =>
  faultOfDer(() => faultBelow(certificate, root, now));

function faultBelow(
  { tbs, signatureAlgorithm, signature }: ParsedCertificate,
  root: ParsedCertificate,
  now: Date,
): string | undefined {
  const constraints = findExtension(tbs.extensions, OID.basicConstraints);
  const usage = findExtension(tbs.extensions, OID.keyUsage);
  if (!sameName(tbs.issuer, root.tbs.subject)) return 'its issuer is not the subject of the root (RFC 5280 §6.1.3 a.4)';
  if (!verifySignature(signatureAlgorithm, root.tbs.publicKey, tbs.der, signature)) return 'the root did not sign it';
  if (constraints === undefined || !decodeBasicConstraints(constraints.value).ca) {
    return 'it is not a CA (basicConstraints cA, RFC 5280 §4.2.1.9)';
  }
  const usages = usage && decodeKeyUsage(usage.value);
  for (const needed of ['keyCertSign', 'cRLSign'] as const) {
    if (usages?.has(needed) !== true) return `its keyUsage has no ${needed} (RFC 5280 §4.2.1.3)`;
  }
  if (findExtension(tbs.extensions, OID.subjectKeyIdentifier) === undefined) {
    return 'it has no subjectKeyIdentifier (RFC 5280 §4.2.1.2)';
  }
  if (tbs.notBefore.date > now) return `it is not valid before ${instantText(tbs.notBefore.date)}`;
  if (tbs.notAfter.date < now) return `it expired at ${instantText(tbs.notAfter.date)}`;
  return undefined;
}

function foreignRoot(root: ParsedCertificate, path: string, now: Date): CertifiedAuthority {
  const algorithm = keyAlgorithmOf(decodePublicKey(root.tbs.publicKey));
  if (algorithm === undefined) throw failure('ERR_ROOT_UNSUITABLE', { path, reason: 'its key type is not supported' });
  const base: Authority = {
    id: 'root-g1',
    tier: 'root',
    generation: 1,
    state: 'active',
    keyAlgorithm: algorithm.name,
    keyLocation: 'foreign',
    createdAt: now,
  };
  return certified(base, root, base.id);
}

function certified(authority: Authority, { der, tbs }: ParsedCertificate, issuerId: string): CertifiedAuthority {
  const serial = serialToHex(tbs.serial);
  const certificate = { der, serial, issuerId, notBefore: tbs.notBefore.date, notAfter: tbs.notAfter.date };
  return { ...authority, state: 'active', certificate };
}

function record({ manifest }: Pki, issuing: CertifiedAuthority, root: CertifiedAuthority): void {
  manifest.transaction(write => {
    write.insertAuthority(root);
    write.audit('ca.imported', root.id, { serial: root.certificate.serial, keyLocation: root.keyLocation });
    write.setAuthorityCertificate(issuing.id, issuing.certificate);
    write.setAuthorityState(issuing.id, issuing.state);
    write.audit('ca.installed', issuing.id, { serial: issuing.certificate.serial, issuedBy: root.id });
  });
}

function writeCertificates({ world, home }: Pki, authorities: readonly CertifiedAuthority[]): void {
  for (const { id, certificate } of authorities) {
    const paths = home.authority(id);
    const pem = utf8(encodePem('CERTIFICATE', certificate.der));
    const present = world.files.read(paths.certificate, LIMIT);
    if (present !== undefined && equalBytes(present, pem)) continue;
    world.files.makeDirectory(paths.directory, PRIVATE_DIRECTORY);
    world.files.replace(paths.certificate, pem, 0o644);
  }
}
