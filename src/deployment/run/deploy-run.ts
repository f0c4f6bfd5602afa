import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { selectServices } from '../../service/rules/selector.ts';
import type { LiveService, Manifest } from '../../store/manifest/manifest.ts';
import { applyDeployment, type Deployed } from './deploy.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import { planDeployment, type DeployStep } from './plan.ts';

export interface DeployRequest {
  /** Empty: all pending services, or with `all` every service. */
  readonly selectors: readonly string[];
  readonly all: boolean;
  readonly force: boolean;
  readonly dryRun: boolean;
}

export interface DeployOutcome {
  readonly steps: readonly DeployStep[];
  /** Empty in a dry run. */
  readonly deployed: readonly Deployed[];
  /** Requested services without a certificate, or with a revoked one. */
  readonly without: readonly string[];
  readonly dryRun: boolean;
}

/** Deploys pending services, and repairs changed files of named services. It needs no CA key. */
export async function deployRun(
  world: World,
  homeFlag: string | undefined,
  request: DeployRequest,
): Promise<DeployOutcome> {
  const { force, dryRun } = request;
  const inspect = request.all || request.selectors.length > 0;
  if (force && !inspect) throw failure('ERR_DEPLOY_WHAT', {});
  const run = async (pki: Pki): Promise<DeployOutcome> => {
    const services = chosen(pki.manifest, request);
    const policy = await loadPolicy(pki);
    const steps = await planDeployment(pki, policy, services, { inspect, force });
    const planned = new Set(steps.map(({ service }) => service));
    const without = services.map(({ service }) => service.name).filter(name => !planned.has(name));
    return { steps, deployed: dryRun ? [] : await applyDeployment(pki, policy, steps, force), without, dryRun };
  };
  return dryRun ? readPki(world, homeFlag, run) : changePki(world, homeFlag, 'deploy', run);
}

function chosen(manifest: Manifest, { selectors, all }: DeployRequest): readonly LiveService[] {
  if (selectors.length > 0) return selectServices(selectors, manifest.liveServices());
  return all ? manifest.liveServices() : manifest.pendingServices();
}
