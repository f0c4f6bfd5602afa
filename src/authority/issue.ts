import { resolve } from 'node:path';
import { failure } from '../errors.ts';
import { activeIssuer, chainBelowRoot, chainToRoot, type CertifiedAuthority } from '../lifecycle/active-issuer.ts';
import type { NotAfterPolicy } from '../lifecycle/choice.ts';
import { planIssue, type IssueStep, type IssueTarget } from '../lifecycle/plan-issue.ts';
import { crlAddress } from '../lifecycle/crl-url.ts';
import { policyRefusal } from '../lifecycle/policy-refusal.ts';
import type { Policy, Violation } from '../lifecycle/policy.ts';
import type { ServiceSpec } from '../lifecycle/model.ts';
import type { ServiceRequest } from '../lifecycle/service-request.ts';
import {
  leafNotAfter,
  refuseConstrainedNames,
  requestAsRecorded,
  resolveSpec,
  type IssuerLimits,
} from '../lifecycle/service-spec.ts';
import { trustAnchors } from '../lifecycle/trust-anchors.ts';
import { equalBytes, utf8 } from '../pki/bytes.ts';
import { checkCsrNames, type RequestedNames } from '../pki/csr.ts';
import { findExtension } from '../pki/extension/extension.ts';
import type { GeneralName } from '../pki/extension/general-name.ts';
import { decodeNameConstraints } from '../pki/extension/name-constraints.ts';
import { parseIpAddress } from '../pki/ip-address.ts';
import { OID } from '../pki/oids.ts';
import { decodeCertificate } from '../pki/parsed-certificate.ts';
import { encodePem } from '../pki/pem.ts';
import { encodePemBundle } from '../pki/trust-bundle.ts';
import type { KnownService } from '../store/manifest.ts';
import { currentVersion, isVersionWhole } from '../store/service-files.ts';
import { applyIssue, deliver, type IssuedService, type IssueJob, type VersionSwitch } from './apply-issue.ts';
import { leafIssuer, type LeafKey } from './leaf-issuer.ts';
import type { Pki } from './open-pki.ts';
import { requireDirectories } from './service-directories.ts';
import { unlockAuthority, type AskPassphrase } from './unlock.ts';

/** One request with the key it brings. */
export interface IssueWork {
  readonly request: ServiceRequest;
  readonly key: LeafKey;
  /** It only names the service: one that is known keeps what it has. */
  readonly asRecorded: boolean;
  /** Of a certificate request: what it asks for, and what it is called. */
  readonly requested?: { readonly names: RequestedNames; readonly what: string };
}

export interface IssueOptions {
  /** Issue even where the current certificate is good. */
  readonly force: boolean;
  /** Instead of the policy's. */
  readonly notAfterPolicy?: NotAfterPolicy;
}

/** What a run would do, decided completely before anything is touched. */
export interface IssuePlan {
  readonly steps: readonly IssueStep[];
  readonly jobs: readonly IssueJob[];
  /** What a crash left undone between the result and the switch. */
  readonly switches: readonly VersionSwitch[];
  readonly issuer: CertifiedAuthority;
}

/** Decides everything and touches nothing. Throws what policy, issuer and names have against any of it: all or nothing. */
export function planIssueRun(pki: Pki, policy: Policy, work: readonly IssueWork[], options: IssueOptions): IssuePlan {
  const { world, manifest } = pki;
  const authorities = manifest.authorities();
  const issuer = activeIssuer(authorities, world.now);
  const limits = chainToRoot(issuer, authorities).map(limitsOf);
  const candidates = resolveWork(pki, policy, work);
  requireDirectories(pki, candidates, options.force);
  const targets = candidates.map(candidate => targetOf(pki, candidate));
  const steps = planIssue(targets, { force: options.force, issuer: limits[0]! }, world.now);
  const jobs: IssueJob[] = [];
  const switches: VersionSwitch[] = [];
  for (const [index, step] of steps.entries()) {
    const candidate = candidates[index]!;
    if (!options.force) requireBroughtKey(candidate, step);
    if (step.action === 'deliver') {
      switches.push({ service: step.name, serial: step.serial, directory: candidate.directory, isNew: false });
    }
    if (step.action === 'issue') jobs.push(planJob(candidate, step, limits, policy, options, world.now));
  }
  return { steps, jobs, switches, issuer };
}

/** One service that a run is about, with all that is known of it. */
interface Candidate {
  readonly service: string;
  readonly key: LeafKey;
  readonly spec: ServiceSpec;
  readonly directory: string;
  readonly known?: KnownService;
  readonly currentSerial?: string | undefined;
  readonly asRecorded: boolean;
}

/** What the policy makes of every request. Throws ERR_POLICY_REFUSED and ERR_CSR_NAMES. */
function resolveWork({ world, manifest, home }: Pki, policy: Policy, work: readonly IssueWork[]): Candidate[] {
  const known = new Map(
    manifest.servicesNamed(work.map(({ request }) => request.service)).map(each => [each.service.name, each]),
  );
  const violations: Violation[] = [];
  const candidates = work.map(({ request: asked, key, asRecorded, requested }): Candidate => {
    const { service } = asked;
    const before = known.get(service);
    const request =
      asRecorded && before ? { ...requestAsRecorded(service, before.service.spec), ...brought(asked) } : asked;
    const directory = request.out === undefined ? home.service(service) : resolve(world.cwd, request.out);
    const out = directory === home.service(service) ? undefined : directory;
    const resolved = resolveSpec(policy, request, out);
    violations.push(...resolved.violations);
    if (requested) checkCsrNames(requested.names, { service, ...resolved.spec }, requested.what);
    return {
      service,
      key,
      asRecorded,
      spec: resolved.spec,
      directory,
      ...(before && { known: before, currentSerial: before.certificate?.serial }),
    };
  });
  if (violations.length > 0) throw policyRefusal(policy, violations);
  return candidates;
}

/** A brought key decides its own algorithm. */
const brought = ({ keyAlgorithm }: ServiceRequest): Pick<ServiceRequest, 'keyAlgorithm'> =>
  keyAlgorithm === undefined ? {} : { keyAlgorithm };

/**
 * A service whose key is on its own host must not be handed another one in passing. Named alone it is told so when a certificate is
 * due; a list, or a description, would make one some day, and is told at once.
 */
function requireBroughtKey({ service, key, known, asRecorded }: Candidate, { action }: IssueStep): void {
  const isAway = key.source === 'generated' && known?.certificate?.keySource === 'csr';
  if (isAway && (action === 'issue' || !asRecorded)) throw failure('ERR_KEY_NOT_BROUGHT', { service });
}

function targetOf(pki: Pki, { service, spec, known, key, directory }: Candidate): IssueTarget {
  return {
    name: service,
    spec,
    ...(known && { known }),
    files: stateOfFiles(pki, known, directory),
    keyDiffers: keyDiffers(key, known),
  };
}

function planJob(
  { service, key, spec, directory, known }: Candidate,
  { supersedes }: Extract<IssueStep, { action: 'issue' }>,
  limits: readonly IssuerLimits[],
  policy: Policy,
  options: IssueOptions,
  now: Date,
): IssueJob {
  const [issuer] = limits as readonly [IssuerLimits];
  const notAfterPolicy = options.notAfterPolicy ?? policy.leaf.notAfterPolicy;
  const notAfter = leafNotAfter(service, spec.ttl, issuer, notAfterPolicy, now);
  for (const each of limits) refuseConstrainedNames(leafNames(spec), each);
  const backdated = new Date(now.getTime() - policy.leaf.backdate * 1000);
  const notBefore = backdated < issuer.notBefore ? issuer.notBefore : backdated;
  return {
    order: { service, spec, notBefore, notAfter, key },
    directory,
    isNew: known === undefined,
    ...(supersedes !== undefined && { supersedes }),
  };
}

/** Carries a plan out. The CA's key is unlocked only when there is something to sign. */
export async function applyIssuePlan(
  pki: Pki,
  policy: Policy,
  plan: IssuePlan,
  ask: AskPassphrase,
  progress: (count: number) => void,
): Promise<readonly IssuedService[]> {
  const { world, manifest } = pki;
  const issuer = plan.jobs.length === 0 ? undefined : await unlockAuthority(pki, plan.issuer, ask);
  if (plan.switches.length > 0) await finishSwitches(pki, plan.switches);
  if (issuer === undefined) return [];
  const authorities = manifest.authorities();
  const crlUrl = policy.crl.url === undefined ? undefined : crlAddress(policy.crl.url, plan.issuer.id);
  return applyIssue(plan.jobs, {
    world,
    manifest,
    engine: leafIssuer(world, issuer, crlUrl),
    authorityId: plan.issuer.id,
    chainPem: chainBelowRoot(chainToRoot(plan.issuer, authorities))
      .map(({ certificate }) => encodePem('CERTIFICATE', certificate.der))
      .join(''),
    anchorsPem: encodePemBundle(trustAnchors(authorities).map(({ certificate }) => certificate.der)),
    progress,
  });
}

const finishSwitches = (pki: Pki, switches: readonly VersionSwitch[]): Promise<void> =>
  deliver(pki, switches, write => {
    for (const { service, serial, directory } of switches) {
      write.audit('certificate.delivered', service, { serial, directory });
    }
  });

function limitsOf(issuer: CertifiedAuthority): IssuerLimits {
  const { id, certificate } = issuer;
  const { extensions } = decodeCertificate(certificate.der).tbs;
  const constraints = findExtension(extensions, OID.nameConstraints);
  return {
    id,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    ...(constraints && { nameConstraints: decodeNameConstraints(constraints.value) }),
  };
}

function stateOfFiles({ world }: Pki, live: KnownService | undefined, directory: string): IssueTarget['files'] {
  const certificate = live?.certificate;
  if (certificate?.der === undefined) return 'missing';
  const leafPem = utf8(encodePem('CERTIFICATE', certificate.der));
  const key = certificate.keySource === 'csr' ? {} : { publicKey: decodeCertificate(certificate.der).tbs.publicKey };
  const expected = { serial: certificate.serial, leafPem, ...key };
  if (!isVersionWhole(world.files, directory, expected)) return 'missing';
  return currentVersion(world.files, directory) === certificate.serial ? 'served' : 'not-switched';
}

function keyDiffers(key: LeafKey, live: KnownService | undefined): boolean {
  const certificate = live?.certificate;
  if (certificate?.der === undefined) return false;
  // who brings none says nothing about the key there is
  return key.source !== 'generated' && !equalBytes(decodeCertificate(certificate.der).tbs.publicKey.der, key.publicKey);
}

function leafNames({
  dns,
  ip,
  spiffeId,
}: {
  dns: readonly string[];
  ip: readonly string[];
  spiffeId: string;
}): GeneralName[] {
  return [
    { type: 'uri', value: spiffeId },
    ...dns.map((value): GeneralName => ({ type: 'dns', value })),
    ...ip.map((text): GeneralName => ({ type: 'ip', octets: parseIpAddress(text).octets })),
  ];
}
