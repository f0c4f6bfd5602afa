// Installs a CA certificate that an external CA signed for a key of this home. It is the first, that of a successor, or a longer one.
// `ca install-cert` calls it; `--dry-run` makes the same checks and changes nothing. It signs CRLs and a test, never a CA certificate.
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { chainToRoot, isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Authority, AuthorityCertificate } from '../../record/authority.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { SKEW } from '../../verifiers/rules/situation.ts';
import { counterexampleText } from '../../verifiers/rules/counterexample-text.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { issuerFactsOf } from '../../pki/certificate/issuer-facts.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import { decodeCertificate, type ParsedCertificate } from '../../pki/certificate/parsed.ts';
import { KEY_ALGORITHMS } from '../../pki/key/algorithm.ts';
import { decodePublicKey, keyAlgorithmOf } from '../../pki/key/public-key.ts';
import { sameName } from '../../pki/name/name.ts';
import { serialToHex } from '../../pki/certificate/serial-number.ts';
import { readKeyFile } from '../../store/files/key-file.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { publishAndReload } from '../../deployment/run/publish-and-reload.ts';
import type { TrustSpread } from '../../record/trust-spread.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import { readInput } from '../../store/input/read-input.ts';
import { readCertificates, rootFault } from '../../init/run/read-root.ts';
import { planCrlRefresh, refreshCrls } from '../../crl/run/refresh.ts';
import { issuerOf, openKey, unlockAuthority } from '../../ca/run/unlock.ts';
import { recordTrustBundle } from '../../bundle/run/write.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import { durationText } from '../../time/duration.ts';
import { isSelfIssued, issuerPath } from '../rules/issuer-path.ts';
import { issuingGapText } from '../rules/issuing-gap.ts';
import { awaitedRotation } from '../rules/state.ts';
import { readRotationRecords } from './facts.ts';
import { proveRotationOf } from './prove.ts';
import { proveRecertification } from './prove-recertification.ts';
import { selfTest } from './self-test.ts';
import { syncFiles, type SyncedFiles } from './sync-files.ts';

export interface InstallRequest {
  /** Path of the issuing CA's certificate. */
  readonly certificate: string;
  /** Path of the certificates above it, the root included. Absent: the manifest has them. */
  readonly chain: string | undefined;
  readonly dryRun: boolean;
  readonly ask: AskPassphrase;
}

export interface InstallOutcome {
  /** `successor`: of a rotation; `extension`: a longer certificate for a key that has one. */
  readonly kind: 'first' | 'successor' | 'extension';
  readonly issuing: CertifiedAuthority;
  /** The CAs above it, its issuer first and the root last. */
  readonly above: readonly CertifiedAuthority[];
  /** CAs above it whose CRL was never imported. */
  readonly withoutCrl: readonly string[];
  /** False if it was installed before. */
  readonly changed: boolean;
  /** Expiry of the certificate that it replaces. */
  readonly previousNotAfter?: Date;
  readonly dryRun: boolean;
  readonly services: readonly string[];
  readonly failed: SyncedFiles['failed'];
  /** Absent in a dry run. */
  readonly spread?: TrustSpread;
}

const LIMIT = 1024 * 1024;

/**
 * Installs the certificate that an external CA signed for our key. It is checked against its chain, our key and the requirements of an
 * issuing CA before anything is recorded. CRLs and files follow; after a crash the same command completes them. The CRLs of the CAs above
 * come from their holders (`crl import`).
 */
export async function installCertificate(
  world: World,
  homeFlag: string | undefined,
  request: InstallRequest,
): Promise<InstallOutcome> {
  const certificate = await soleCertificate(world, request.certificate);
  const chain = request.chain === undefined ? [] : await chainOf(world, request.chain);
  if (request.dryRun) {
    return readPki(world, homeFlag, async pki => {
      const plan = await planInstallation(pki, await loadPolicy(pki), certificate, chain, request);
      return outcomeOf(pki, plan, { dryRun: true, refreshed: [], failed: [] });
    });
  }
  return changePki(world, homeFlag, 'ca install-cert', async pki => {
    const policy = await loadPolicy(pki);
    const plan = await planInstallation(pki, policy, certificate, chain, request);
    if (plan.changed) record(pki, plan);
    const opened = plan.issuer ?? (await unlockWhenDue(pki, policy, plan, request.ask));
    await refreshCrls(pki, { issuers: new Map(opened ? [[plan.issuing.id, opened]] : []), schedule: policy.crl });
    const synced = await syncFiles(pki, policy, { chains: plan.kind === 'extension' });
    if (opened !== undefined && needsTest(pki, plan)) await selfTest(pki, policy, plan.issuing, opened);
    const spread = await publishAndReload(pki, policy);
    return { ...outcomeOf(pki, plan, { dryRun: false, ...synced }), spread };
  });
}

interface Installation extends Pick<InstallOutcome, 'kind' | 'issuing' | 'above' | 'changed' | 'previousNotAfter'> {
  /** Those of `above` that the manifest lacks. */
  readonly foreign: readonly CertifiedAuthority[];
  /** Unlocked to compare the keys; absent if the manifest has the key's certificate. */
  readonly issuer?: Issuer;
}

async function planInstallation(
  pki: Pki,
  policy: Policy,
  certificate: ParsedCertificate,
  chain: readonly ParsedCertificate[],
  request: InstallRequest,
): Promise<Installation> {
  const { world, manifest } = pki;
  const authorities = manifest.authorities();
  const certified = authorities.filter(isCertified);
  const same = certified.find(each => equalBytes(each.certificate.der, certificate.der));
  if (same !== undefined) {
    const above = chainToRoot(same, authorities).slice(1);
    const kind = same.state === 'prepared' ? 'successor' : 'first';
    return { kind, issuing: same, above, foreign: [], changed: false };
  }
  const holder = holderOf(certificate, certified);
  const pending = authorities.find(({ state }) => state === 'pending');
  if (holder === undefined && pending === undefined) throw failure('ERR_NOTHING_PENDING', {});
  requireRoot(chain, request.chain, world.now);
  const known = certified.filter(({ tier, state }) => tier !== 'issuing' && state !== 'retired');
  const path = issuerPath(
    certificate,
    chain,
    known.map(each => decodeCertificate(each.certificate.der)),
    world.now,
  );
  const unsuitable = (reason: string) => failure('ERR_CERT_UNSUITABLE', { path: request.certificate, reason });
  if ('fault' in path) {
    if (path.of === 'certificate' || request.chain === undefined) throw unsuitable(path.fault);
    throw failure('ERR_ROOT_UNSUITABLE', { path: request.chain, reason: path.fault });
  }
  const above = path.above.length === 0 ? [] : certifiersOf(path.above, authorities, request, world.now);
  if (above.length === 0) throw unsuitable('it is self-signed');
  const foreign = above.filter(({ id }) => !authorities.some(each => each.id === id));
  const own = (authority: Authority, state: Authority['state']) =>
    certifiedAs({ ...authority, state }, certificate, above[0]!.id);
  if (holder !== undefined) {
    const problem = extensionProblem(certificate, holder, world.now);
    if (problem !== undefined) throw unsuitable(problem);
    const issuing = own(holder, holder.state);
    const made = { ...issuing.certificate, authorityId: holder.id, createdAt: world.now };
    const [first] = holder.certificate.notBefore > world.now ? [] : proveRecertification(pki, made, true, foreign);
    if (first !== undefined)
      throw failure('ERR_RECERTIFY_PROOF', {
        ...{ id: holder.id, problem: counterexampleText(first) },
        ...(foreign.length > 0 && { tier: holder.tier }),
      });
    const previousNotAfter = holder.certificate.notAfter;
    return { kind: 'extension', issuing, above, foreign, changed: true, previousNotAfter };
  }
  const isSuccessor = awaitedRotation(readRotationRecords(pki, 'issuing'))?.to.id === pending!.id;
  const issuing = own(pending!, isSuccessor ? 'prepared' : 'active');
  if (isSuccessor) await requireWork(pki, policy, issuing, foreign, request);
  const what = `the key of ${issuing.id}`;
  const key = await openKey(readKeyFile(world.files, pki.home, issuing.id), what, request.ask);
  if (!equalBytes(certificate.tbs.publicKey.der, key.publicKeyInfo.der)) {
    throw unsuitable(`it does not match ${what}, so it was not issued for its CSR`);
  }
  const issuer = issuerOf(issuing, key, what, 'home');
  return { kind: isSuccessor ? 'successor' : 'first', issuing, above, foreign, changed: true, issuer };
}

/** Returns our issuing CA that has a certificate for the same key. */
const holderOf = (
  { tbs }: ParsedCertificate,
  certified: readonly CertifiedAuthority[],
): CertifiedAuthority | undefined =>
  certified.find(
    ({ tier, state, keyLocation, certificate }) =>
      tier === 'issuing' &&
      state !== 'retired' &&
      keyLocation === 'file' &&
      equalBytes(decodeCertificate(certificate.der).tbs.publicKey.der, tbs.publicKey.der),
  );

function extensionProblem(certificate: ParsedCertificate, holder: CertifiedAuthority, now: Date): string | undefined {
  const present = decodeCertificate(holder.certificate.der);
  const algorithm = KEY_ALGORITHMS[holder.keyAlgorithm];
  if (!sameName(certificate.tbs.subject, present.tbs.subject)) return `its subject is not that of ${holder.id}`;
  if (!equalBytes(issuerFactsOf(certificate, algorithm).keyIdentifier, issuerFactsOf(present, algorithm).keyIdentifier))
    return `its subjectKeyIdentifier is not that of ${holder.id}, so verifiers would not find it from a certificate`;
  const [ends, ended] = [certificate.tbs.notAfter.date, holder.certificate.notAfter];
  const settled = new Date(certificate.tbs.notBefore.date.getTime() + SKEW * 1000);
  if (settled > now)
    return `verifiers whose clocks are ${SKEW} s behind reject it until ${instantText(settled)}; install it then`;
  // no verifier accepts a certificate that begins in the future, so any other one replaces it
  if (ends > ended || holder.certificate.notBefore > now) return undefined;
  return `it expires ${instantText(ends)}, not later than the certificate of ${holder.id} (${instantText(ended)})`;
}

/** Refuses a successor that could not issue what the policy and the services require. Throws ERR_CERT_TOO_SHORT. */
async function requireWork(
  pki: Pki,
  policy: Policy,
  issuing: CertifiedAuthority,
  foreign: readonly CertifiedAuthority[],
  { certificate: path }: InstallRequest,
): Promise<void> {
  const records = readRotationRecords(pki, 'issuing');
  const authorities = [...foreign, ...records.authorities.map(each => (each.id === issuing.id ? issuing : each))];
  const proof = await proveRotationOf(
    pki,
    policy,
    { ...records, authorities },
    { options: { crossSigning: 'issuing' } },
  );
  const gap = proof?.gaps[0];
  if (gap === undefined) return;
  const seconds = proof?.neededLifetime;
  throw failure('ERR_CERT_TOO_SHORT', {
    path,
    reason: issuingGapText(gap),
    ...(seconds !== undefined && { lifetime: durationText(seconds) }),
  });
}

/** Requires a root in the chain that can be a trust anchor. A chain without a root ends at a CA of the manifest. */
function requireRoot(chain: readonly ParsedCertificate[], path: string | undefined, now: Date): void {
  if (path === undefined) return;
  const roots = chain.filter(isSelfIssued);
  const [root = chain.at(-1)!] = roots;
  const reason = roots.length > 1 ? `it contains ${roots.length} roots` : rootFault(root, now, true);
  if (reason !== undefined && (roots.length > 0 || chain.length === 1))
    throw failure('ERR_ROOT_UNSUITABLE', { path, reason });
}

/** Returns the CAs of a path: those of the manifest, and new ones with the next generation of their tier. */
function certifiersOf(
  path: readonly ParsedCertificate[],
  authorities: readonly Authority[],
  { chain }: InstallRequest,
  now: Date,
): readonly CertifiedAuthority[] {
  const made: CertifiedAuthority[] = [];
  // the root first: its id is the issuer of the CA below it
  for (const each of [...path].reverse()) {
    const found = authorities.filter(isCertified).find(({ certificate }) => equalBytes(certificate.der, each.der));
    made.push(found ?? newCertifier(each, made.at(-1)?.id, [...authorities, ...made], chain, now));
  }
  return made.reverse();
}

function newCertifier(
  certificate: ParsedCertificate,
  aboveId: string | undefined,
  authorities: readonly Authority[],
  path: string | undefined,
  now: Date,
): CertifiedAuthority {
  const algorithm = keyAlgorithmOf(decodePublicKey(certificate.tbs.publicKey));
  if (algorithm === undefined) {
    throw failure('ERR_ROOT_UNSUITABLE', { path: path ?? 'CHAIN', reason: 'its key type is not supported' });
  }
  const tier = aboveId === undefined ? 'root' : 'policy';
  const generation =
    authorities.filter(each => each.tier === tier).reduce((most, each) => Math.max(most, each.generation), 0) + 1;
  const id = `${tier}-g${generation}`;
  const base = { id, tier, generation, state: 'active', keyAlgorithm: algorithm.name, createdAt: now } as const;
  return certifiedAs({ ...base, keyLocation: 'foreign' }, certificate, aboveId ?? id);
}

function certifiedAs(authority: Authority, { der, tbs }: ParsedCertificate, issuerId: string): CertifiedAuthority {
  const serial = serialToHex(tbs.serial);
  const certificate = { der, serial, issuerId, notBefore: tbs.notBefore.date, notAfter: tbs.notAfter.date };
  return { ...authority, certificate };
}

function record({ world, manifest }: Pki, { kind, issuing, above, foreign }: Installation): void {
  manifest.transaction(write => {
    for (const each of [...foreign].reverse()) {
      write.insertAuthority(each);
      write.audit('ca.imported', each.id, { serial: each.certificate.serial, keyLocation: each.keyLocation });
    }
    if (kind === 'extension') replaceCertificate(write, issuing, world.now);
    else {
      write.setAuthorityCertificate(issuing.id, issuing.certificate);
      write.setAuthorityState(issuing.id, issuing.state);
    }
    const { serial, notAfter } = issuing.certificate;
    write.audit('ca.installed', issuing.id, { serial, issuedBy: above[0]!.id, notAfter: instantText(notAfter) });
    if (kind === 'successor') {
      const rotation = manifest.rotations().find(({ toId, endedAt }) => toId === issuing.id && endedAt === undefined)!;
      write.audit('rotation.prepared', issuing.id, { from: rotation.fromId, crossSigning: rotation.crossSigning });
    }
    recordTrustBundle(write, manifest, world.now);
  });
}

type Write = Parameters<Parameters<Pki['manifest']['transaction']>[0]>[0];

function replaceCertificate(write: Write, { id, certificate }: CertifiedAuthority, now: Date): void {
  const made: AuthorityCertificate = certificate;
  write.insertFurtherCertificate({ ...made, authorityId: id, createdAt: now });
  write.promoteCertificate(id, made.serial);
}

/** Unlocks the CA if an interrupted run did not sign its CRL or its test. */
async function unlockWhenDue(
  pki: Pki,
  policy: Policy,
  plan: Installation,
  ask: AskPassphrase,
): Promise<Issuer | undefined> {
  const { issuing } = plan;
  const { crls } = planCrlRefresh(pki, { schedule: policy.crl });
  const due = crls.some(crl => crl.authority.id === issuing.id && crl.reasons.some(reason => reason !== 'age'));
  return due || needsTest(pki, plan) ? unlockAuthority(pki, issuing, ask) : undefined;
}

/** Tests for a successor without its test; the test needs the CRL of every CA above. */
function needsTest(pki: Pki, plan: Installation): boolean {
  const open = pki.manifest.rotations().find(({ toId, endedAt }) => toId === plan.issuing.id && endedAt === undefined);
  return open !== undefined && open.selfTest === undefined && withoutCrl(pki, plan).length === 0;
}

const withoutCrl = ({ manifest }: Pki, { above }: Pick<Installation, 'above'>): readonly string[] =>
  above.map(({ id }) => id).filter(id => manifest.latestCrl(id) === undefined);

function outcomeOf(
  pki: Pki,
  plan: Installation,
  { dryRun, refreshed, failed }: { readonly dryRun: boolean } & Pick<SyncedFiles, 'refreshed' | 'failed'>,
): InstallOutcome {
  const { kind, issuing, above, changed, previousNotAfter } = plan;
  return {
    ...{ kind, issuing, above, changed, dryRun, services: refreshed, failed },
    ...(previousNotAfter && { previousNotAfter }),
    withoutCrl: withoutCrl(pki, plan),
  };
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

async function chainOf(world: World, path: string): Promise<readonly ParsedCertificate[]> {
  const unsuitable = (reason: string) => failure('ERR_ROOT_UNSUITABLE', { path, reason });
  const certificates = readCertificates(await readInput(world, path, 'the chain', LIMIT), unsuitable);
  if (certificates.length === 0) throw unsuitable('it contains no certificate');
  return certificates;
}
