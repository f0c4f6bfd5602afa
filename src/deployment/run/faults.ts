// Checks that each service can be deployed as requested: its owners, output paths, passphrase files and names of Secrets.
// The planning of `issue` and `apply` asks it, and `renew` for each service. It writes nothing.
import { dirname, join, sep } from 'node:path';
import { failure } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import { deploymentSettings, type Output } from '../rules/settings.ts';
import { TRUST_OUTPUTS } from '../rules/output-content.ts';
import { isKubernetesName } from '../../service/rules/output-shape.ts';
import type { Upkeep } from '../../record/upkeep.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { ownershipOf } from '../../store/files/ownership.ts';
import { KEY_AWAY } from './credential.ts';
import type { Pki } from '../../store/open-pki.ts';
import { readOutputPassphrase } from './output-file.ts';

/** A requested deployment. */
export interface WantedDeployment {
  readonly service: string;
  readonly directory: string;
  readonly upkeep?: Upkeep | undefined;
  /** Its key is on another host. */
  readonly keyIsAway: boolean;
}

/**
 * Refuses impossible deployments before anything is signed: those of `requireDeployable`, and outputs that two services would write.
 * Throws ERR_OUTPUT_SHARED, too.
 */
export async function requireDeployments(pki: Pki, policy: Policy, wanted: readonly WantedDeployment[]): Promise<void> {
  const owners = ownershipOf(pki.world);
  const writers = new Map<string, string>();
  if (wanted.some(({ upkeep }) => (upkeep?.deployment?.outputs.length ?? 0) > 0)) {
    const named = new Set(wanted.map(({ service }) => service));
    for (const { service, path } of pki.manifest.outputPaths()) if (!named.has(service)) writers.set(path, service);
  }
  for (const each of wanted) {
    const { service, upkeep } = each;
    for (const { path } of upkeep?.deployment?.outputs ?? []) {
      const other = writers.get(path);
      if (other !== undefined) throw failure('ERR_OUTPUT_SHARED', { services: [...new Set([other, service])], path });
      writers.set(path, service);
    }
    await requireDeployable(pki, policy, each, owners);
  }
}

/**
 * Refuses owners that are unknown or that svcauth cannot give files to, and outputs that cannot be written. Throws ERR_OWNER_*,
 * ERR_OUTPUT_UNUSABLE and ERR_PASSPHRASE_*.
 */
export async function requireDeployable(
  pki: Pki,
  policy: Policy,
  { service, directory, keyIsAway, ...wanted }: WantedDeployment,
  owners = ownershipOf(pki.world),
): Promise<void> {
  const { access, outputs } = deploymentSettings(wanted, policy.deployment);
  await owners(access);
  for (const output of outputs) {
    await owners(output);
    const needsKey = !TRUST_OUTPUTS.includes(output.kind);
    const fault = keyIsAway && needsKey ? KEY_AWAY : outputFault(pki, service, directory, output);
    if (fault !== undefined) throw failure('ERR_OUTPUT_UNUSABLE', { service, path: output.path, ...fault });
    if (output.kind === 'pkcs12') readOutputPassphrase(pki.world, output);
  }
}

interface Fault {
  readonly problem: string;
  readonly hint?: string;
}

function outputFault({ world, home }: Pki, service: string, directory: string, output: Output): Fault | undefined {
  const { path } = output;
  const isIn = (parent: string): boolean => path === parent || path.startsWith(`${parent}${sep}`);
  // public/ is readable by all accounts, and services/ belongs to other services
  if (isIn(home.directory) && !isIn(home.service(service))) return { problem: 'it is inside the home of the PKI' };
  if (isIn(join(directory, 'current')) || isIn(join(directory, 'versions'))) {
    return { problem: 'it is inside current/ or versions/ of the service' };
  }
  const kind = world.files.linkStatus(path)?.kind;
  if (kind !== undefined && kind !== 'file') {
    return { problem: kind === 'link' ? 'a symbolic link has that name' : `a ${kind} has that name` };
  }
  const obstacle = world.files.obstacle(dirname(path));
  if (obstacle !== undefined) return { problem: `${quote(obstacle.path)}: ${obstacle.reason}` };
  if (!output.kind.startsWith('kubernetes-') || isKubernetesName(output.name ?? service)) return undefined;
  const noun = output.kind === 'kubernetes-trust' ? 'ConfigMap' : 'Secret';
  return { problem: `${quote(service)} is not a valid name for a ${noun} (RFC 1123)`, hint: 'set name: in the output' };
}
