// Decides which services must be deployed, and why: pending, forced, or files that differ from the newest certificate.
// `deploy.ts`, the command `deploy` and `tick` call it. It changes nothing; on request it compares the files on disk.
import { SvcauthError } from '../../errors/error.ts';
import type { DeployReason } from '../rules/reason.ts';
import { deploymentSettings, type DeploymentSettings } from '../rules/settings.ts';
import type { Deployment } from '../../record/deployment.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { LiveService } from '../../store/manifest/manifest.ts';
import { ownershipOf } from '../../store/files/ownership.ts';
import { currentVersion, hasAccess } from '../../store/files/service-files.ts';
import { contentFor, readCredential } from './credential.ts';
import type { Pki } from '../../store/open-pki.ts';
import { outputState } from './output-file.ts';

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
  const owners = ownershipOf(pki.world);
  const steps: DeployStep[] = [];
  for (const { service, certificate, deployment } of services) {
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
    if (options.inspect) reasons.push(...(await differences(pki, step, owners)));
    const trustOnly = deployment.trustOnly === true && reasons.every(({ name }) => name === 'pending');
    steps.push({ ...step, trustOnly, reasons });
  }
  return steps;
}

/** Lists the differences between the files on disk and the expected ones. */
async function differences(
  pki: Pki,
  { serial, directory, settings }: Omit<DeployStep, 'reasons' | 'trustOnly'>,
  owners: ReturnType<typeof ownershipOf>,
): Promise<readonly DeployReason[]> {
  const { world, manifest } = pki;
  const { access, outputs } = settings;
  const found: DeployReason[] = [];
  try {
    const credential = readCredential(world, directory, manifest.certificate(serial)!);
    if (currentVersion(world.files, directory) !== serial) found.push({ name: 'not-switched' });
    const owner = await owners(access);
    if (!hasAccess(world.files, directory, serial, { mode: access.mode, ...(owner && { owner }) })) {
      found.push({ name: 'access-differs' });
    }
    for (const output of outputs) {
      const state = await outputState(world, output, await owners(output), contentFor(pki, output, credential));
      if (state !== 'right') found.push({ name: `output-${state}`, detail: output.path });
    }
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    found.push({ name: 'faulty', detail: cause.message });
  }
  return found;
}
