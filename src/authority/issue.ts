import { resolve } from 'node:path';
import { failure } from '../errors.ts';
import { activeIssuer, chainAbove, type CertifiedAuthority } from '../lifecycle/active-issuer.ts';
import type { NotAfterPolicy } from '../lifecycle/choice.ts';
import { planIssue, type IssueStep, type IssueTarget } from '../lifecycle/plan-issue.ts';
import { crlAddress } from '../lifecycle/crl-url.ts';
import { policyRefusal } from '../lifecycle/policy-refusal.ts';
import type { Policy, Violation } from '../lifecycle/policy.ts';
import type { ServiceRequest } from '../lifecycle/service-request.ts';
import { leafNotAfter, refuseConstrainedNames, resolveSpec, type IssuerLimits } from '../lifecycle/service-spec.ts';
import { trustAnchors } from '../lifecycle/trust-anchors.ts';
import { equalBytes, utf8 } from '../pki/bytes.ts';
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
import { unlockAuthority, type AskPassphrase } from './unlock.ts';

/** One request with the key it brings. */
export interface IssueWork {
  readonly request: ServiceRequest;
  readonly key: LeafKey;
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
  const { world, manifest, home } = pki;
  const issuer = activeIssuer(manifest.authorities(), world.now);
  const limits = limitsOf(issuer);
  const known = knownServices(pki, work);
  const resolved = work.map(({ request }) => {
    const out = request.out === undefined ? undefined : resolve(world.cwd, request.out);
    return resolveSpec(policy, request, out);
  });
  refuseViolations(
    policy,
    resolved.flatMap(({ violations }) => violations),
  );

  const directories = resolved.map(({ spec }, index) => spec.out ?? home.service(work[index]!.request.service));
  refuseSharedDirectories(work, directories);
  const targets = resolved.map(({ spec }, index): IssueTarget => {
    const { request, key } = work[index]!;
    const live = known.get(request.service);
    return {
      name: request.service,
      spec,
      ...(live && { known: live }),
      ...stateOfFiles(pki, live, directories[index]!),
      keyDiffers: keyDiffers(key, live),
    };
  });
  const steps = planIssue(targets, { force: options.force, authorityId: issuer.id }, world.now);
  const jobs: IssueJob[] = [];
  const switches: VersionSwitch[] = [];
  for (const [index, step] of steps.entries()) {
    const directory = directories[index]!;
    if (step.action === 'deliver') switches.push({ service: step.name, serial: step.serial, directory });
    if (step.action !== 'issue') continue;
    const { spec, name } = step;
    const notAfterPolicy = options.notAfterPolicy ?? policy.leaf.notAfterPolicy;
    const notAfter = leafNotAfter(name, spec.ttl, limits, notAfterPolicy, world.now);
    refuseConstrainedNames(leafNames(spec), limits);
    const backdated = new Date(world.now.getTime() - policy.leaf.backdate * 1000);
    const notBefore = backdated < limits.notBefore ? limits.notBefore : backdated;
    jobs.push({
      order: { service: name, spec, notBefore, notAfter, key: work[index]!.key },
      directory,
      isNew: !known.has(name),
      ...(step.supersedes !== undefined && { supersedes: step.supersedes }),
    });
  }
  return { steps, jobs, switches, issuer };
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
    chainPem: chainAbove(plan.issuer, authorities)
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

function knownServices({ manifest }: Pki, work: readonly IssueWork[]): ReadonlyMap<string, KnownService> {
  const known = manifest.servicesNamed(work.map(({ request }) => request.service));
  return new Map(known.map(each => [each.service.name, each]));
}

function stateOfFiles({ world }: Pki, live: KnownService | undefined, directory: string): Pick<IssueTarget, 'files'> {
  const certificate = live?.certificate;
  if (certificate?.der === undefined) return { files: 'missing' };
  const leafPem = utf8(encodePem('CERTIFICATE', certificate.der));
  const expected = { serial: certificate.serial, leafPem, withKey: certificate.keySource !== 'csr' };
  if (!isVersionWhole(world.files, directory, expected)) return { files: 'missing' };
  return { files: currentVersion(world.files, directory) === certificate.serial ? 'served' : 'not-switched' };
}

function keyDiffers(key: LeafKey, live: KnownService | undefined): boolean {
  const certificate = live?.certificate;
  if (certificate?.der === undefined) return false;
  // going back from a brought key to one of ours is a change too
  if (key.source === 'generated') return certificate.keySource !== 'generated';
  return !equalBytes(decodeCertificate(certificate.der).tbs.publicKey.der, key.publicKey);
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

function refuseViolations(policy: Policy, violations: readonly Violation[]): void {
  if (violations.length > 0) throw policyRefusal(policy, violations);
}

function refuseSharedDirectories(work: readonly IssueWork[], directories: readonly string[]): void {
  const owners = new Map<string, string>();
  for (const [index, directory] of directories.entries()) {
    const service = work[index]!.request.service;
    const other = owners.get(directory);
    if (other !== undefined) throw failure('ERR_OUT_SHARED', { services: [other, service], directory });
    owners.set(directory, service);
  }
}
