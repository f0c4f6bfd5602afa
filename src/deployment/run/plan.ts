// Decides which services must be deployed, and why: pending, forced, or files that differ from the newest certificate.
// `deploy.ts`, the command `deploy` and `tick` call it. It changes nothing; on request it compares the files on disk.
import type { DeployReason } from '../rules/reason.ts';
import { deploymentSettings, type DeploymentSettings } from '../rules/settings.ts';
import type { Deployment } from '../../record/deployment.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { LiveService } from '../../store/manifest/manifest.ts';
import type { Pki } from '../../store/open-pki.ts';
import { inspection } from './inspect.ts';

/** A service, its settings and the reasons to deploy it. */
export interface DeployStep {
  readonly service: string;
  readonly serial: string;
  readonly directory: string;
  readonly spiffeId: string;
  readonly notAfter: Date;
  readonly settings: DeploymentSettings;
  readonly deployment: Deployment;
  /** True if only its anchors changed: its outputs follow, and no hook of the deployment runs. */
  readonly trustOnly: boolean;
  /** Empty: it is deployed. */
  readonly reasons: readonly DeployReason[];
}

export interface DeployOptions {
  /** Compare deployed files with the expected ones, too. */
  readonly inspect: boolean;
  /** Write every output and run every hook again. */
  readonly force: boolean;
}

/** Plans a step for each service with a current certificate; a revoked certificate is not deployed. */
export async function planDeployment(
  pki: Pki,
  policy: Policy,
  services: readonly LiveService[],
  options: DeployOptions,
): Promise<readonly DeployStep[]> {
  const inspect = inspection(pki, policy);
  const steps: DeployStep[] = [];
  for (const live of services) {
    const { service, certificate, deployment } = live;
    if (certificate?.state !== 'current' || deployment === undefined) continue;
    const { serial, spiffeId, notAfter } = certificate;
    const settings = deploymentSettings(service, policy.deployment);
    const directory = service.spec.out ?? pki.home.service(service.name);
    const step = {
      service: service.name,
      serial,
      directory,
      spiffeId,
      notAfter,
      settings,
      deployment,
    };
    const reasons: DeployReason[] = [];
    if (deployment.state === 'pending') reasons.push({ name: 'pending' });
    if (options.force) reasons.push({ name: 'forced' });
    if (options.inspect) reasons.push(...(await inspect(live)));
    const trustOnly = deployment.trustOnly === true && reasons.every(({ name }) => name === 'pending');
    steps.push({ ...step, trustOnly, reasons });
  }
  return steps;
}
