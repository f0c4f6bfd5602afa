// Compares everything that a deployment wrote with the manifest: link, files, owners, modes and outputs of a service.
// `plan.ts`, the check and the daily visit of `tick` call it. It changes nothing.
import { SvcauthError } from '../../errors/error.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { RecordedFiles } from '../../record/file-facts.ts';
import type { Service } from '../../record/service.ts';
import { ownershipOf } from '../../store/files/ownership.ts';
import { currentEntry, wrongAccess } from '../../store/files/service-files.ts';
import type { LiveService } from '../../store/manifest/manifest.ts';
import type { Pki } from '../../store/open-pki.ts';
import type { DeployReason } from '../rules/reason.ts';
import { deploymentSettings } from '../rules/settings.ts';
import { contentFor, readCredential } from './credential.ts';
import { currentTrust, type CurrentTrust } from './current-trust.ts';
import { outputState } from './output-file.ts';
import { versionDifference } from './version-state.ts';

/** Lists the differences of one service; none without a current certificate. */
export type Inspect = (service: LiveService, recorded?: RecordedFiles) => Promise<readonly DeployReason[]>;

/** Makes an inspection for many services: it reads the CAs and looks up each owner once. */
export function inspection(pki: Pki, policy: Pick<Policy, 'deployment'>): Inspect {
  const owners = ownershipOf(pki.world);
  let trust: CurrentTrust | undefined;
  return async (live, recorded = pki.manifest.fileFacts({ services: [live.service.name] })[0]) => {
    if (live.certificate?.state !== 'current') return [];
    const directory = live.service.spec.out ?? pki.home.service(live.service.name);
    try {
      const { service, certificate } = live;
      const context = { trust: (trust ??= currentTrust(pki.manifest)), owners, recorded };
      return await differences(pki, policy, { service, serial: certificate.serial, directory }, context);
    } catch (cause) {
      if (!(cause instanceof SvcauthError)) throw cause;
      return [{ name: 'faulty', detail: cause.message }];
    }
  };
}

interface Context {
  readonly trust: CurrentTrust;
  readonly owners: ReturnType<typeof ownershipOf>;
  readonly recorded: RecordedFiles | undefined;
}

async function differences(
  pki: Pki,
  policy: Pick<Policy, 'deployment'>,
  { service, serial, directory }: { readonly service: Service; readonly serial: string; readonly directory: string },
  { trust, owners, recorded }: Context,
): Promise<readonly DeployReason[]> {
  const { world, manifest } = pki;
  const { files } = world;
  const certificate = manifest.certificate(serial)!;
  const { access, outputs } = deploymentSettings(service, policy.deployment);
  const entry = currentEntry(files, directory);
  const content = versionDifference(world, directory, certificate, trust, recorded).reasons;
  const found: DeployReason[] = [...content];
  if (entry === 'foreign') found.push({ name: 'current-foreign' });
  else if (entry?.serial !== serial) found.push({ name: 'not-switched' });
  const owner = await owners(access);
  const wrong = wrongAccess(files, directory, serial, { mode: access.mode, ...(owner && { owner }) });
  if (wrong.some(({ isExposed }) => isExposed)) found.push({ name: 'key-readable' });
  else if (wrong.length > 0) found.push({ name: 'access-differs' });
  // an output is made from the files, so these come first
  if (content.length > 0) return found;
  const credential = outputs.length === 0 ? undefined : readCredential(world, directory, certificate);
  for (const output of credential === undefined ? [] : outputs) {
    const state = await outputState(world, output, await owners(output), contentFor(pki, output, credential!));
    if (state !== 'right') found.push({ name: `output-${state}`, detail: output.path });
  }
  return found;
}
