import type { WantedDeployment } from '../../deployment/run/faults.ts';
import { resolve } from 'node:path';
import type { ServiceSpec } from '../../record/service.ts';
import type { Upkeep } from '../../record/upkeep.ts';
import { policyRefusal } from '../../policy/rules/refusal.ts';
import type { Policy, Violation } from '../../policy/rules/policy.ts';
import type { ServiceRequest } from '../../service/rules/request.ts';
import { requestAsRecorded, resolveSpec } from '../../policy/rules/decide-spec.ts';
import { checkCsrNames, type RequestedNames } from '../../pki/csr/csr.ts';
import type { KnownService } from '../../store/manifest/manifest.ts';
import type { LeafKey } from './leaf-issuer.ts';
import type { Pki } from '../../store/open-pki.ts';

/** One request with the key it brings. */
export interface IssueWork {
  readonly request: ServiceRequest;
  readonly key: LeafKey;
  /** It only names the service: one that is known keeps what it has. */
  readonly asRecorded: boolean;
  /** Of a certificate request: what it asks for, and what it is called. */
  readonly requested?: { readonly names: RequestedNames; readonly what: string };
  /** How it is renewed and deployed from this certificate on; absent: a known service keeps what it has. */
  readonly upkeep?: Upkeep;
}

/** One service that a run is about, with all that is known of it. */
export interface Candidate extends Pick<IssueWork, 'key' | 'asRecorded' | 'upkeep'> {
  readonly service: string;
  readonly spec: ServiceSpec;
  readonly directory: string;
  readonly known?: KnownService;
  readonly currentSerial?: string | undefined;
}

/** What the policy makes of every request. Throws ERR_POLICY_REFUSED and ERR_CSR_NAMES. */
export function resolveWork(pki: Pki, policy: Policy, work: readonly IssueWork[]): Candidate[] {
  const { world, manifest, home } = pki;
  const known = new Map(
    manifest.servicesNamed(work.map(({ request }) => request.service)).map(each => [each.service.name, each]),
  );
  const violations: Violation[] = [];
  const candidates = work.map(({ request: asked, key, asRecorded, requested, upkeep }): Candidate => {
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
      ...(upkeep && { upkeep }),
      ...(before && { known: before, currentSerial: before.certificate?.serial }),
    };
  });
  if (violations.length > 0) throw policyRefusal(policy, violations);
  return candidates;
}

/** A brought key decides its own algorithm. */
const brought = ({ keyAlgorithm }: ServiceRequest): Pick<ServiceRequest, 'keyAlgorithm'> =>
  keyAlgorithm === undefined ? {} : { keyAlgorithm };
export const deploymentWanted = ({ service, directory, upkeep, known, key }: Candidate): WantedDeployment => ({
  ...{ service, directory, upkeep: upkeep ?? known?.service.upkeep },
  keyIsAway: key.source === 'csr',
});
