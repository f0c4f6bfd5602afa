import type { DeploymentSpec } from '../../src/record/upkeep.ts';
import type { PkiWorld } from './pki/pki.ts';
import type { HookCall, HookEnd } from '../../src/world/hook-call.ts';

/** Sets another deployment for a service, as `apply` does; it is pending. */
export async function setDeployment(
  world: PkiWorld,
  name: string,
  deployment: Partial<DeploymentSpec> = {},
): Promise<void> {
  await world.manifest(manifest => {
    const { spec, currentSerial } = manifest.service(name)!;
    manifest.transaction(write => {
      write.putServices([{ name, spec, upkeep: { deployment: { outputs: [], ...deployment } } }]);
      const { directory } = manifest.deployment(name)!;
      write.setDeployments([
        { service: name, serial: currentSerial!, directory, state: 'pending', updatedAt: world.now },
      ]);
    });
  });
}

const succeeding = async (): Promise<HookEnd> => ({ outcome: 'succeeded', output: '', duration: 1 });

/** Hooks that return `ends` in order, the last one for ever; `calls` has the calls. */
export function scriptedHooks(...ends: readonly Partial<HookEnd>[]) {
  const calls: HookCall[] = [];
  const runHook = async (call: HookCall): Promise<HookEnd> => {
    const end = ends[Math.min(calls.length, ends.length - 1)];
    calls.push(call);
    return { ...(await succeeding()), ...end };
  };
  return { calls, runHook };
}
