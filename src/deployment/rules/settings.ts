import type { HookSpec, OutputSpec, Upkeep } from '../../record/upkeep.ts';
import type { Policy } from '../../policy/rules/policy.ts';

/** Who may read what holds a private key. Names or numbers, as they were written. */
interface Access {
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits. */
  readonly mode: number;
}

export type Output = OutputSpec & Access;

/** What makes a certificate deployed: a service's own words and the policy's, decided. */
export interface DeploymentSettings {
  /** Of its own directory. */
  readonly access: Access;
  readonly outputs: readonly Output[];
  readonly hooks: readonly Required<HookSpec>[];
}

const KEY_MODE = 0o600;

export function deploymentSettings(
  { upkeep }: { readonly upkeep?: Upkeep | undefined },
  policy: Policy['deployment'],
): DeploymentSettings {
  const { owner, group, mode = KEY_MODE, outputs = [], hooks = policy.hooks } = upkeep?.deployment ?? {};
  const access = { ...(owner !== undefined && { owner }), ...(group !== undefined && { group }), mode };
  return {
    access,
    outputs: outputs.map(output => ({ ...access, ...output })),
    hooks: hooks.map(({ argv, timeout = policy.hookTimeout }) => ({ argv, timeout })),
  };
}

/** Whether switching the `current` link is all there is to it. */
export const isPlain = ({ access, outputs, hooks }: DeploymentSettings): boolean =>
  outputs.length + hooks.length === 0 &&
  access.owner === undefined &&
  access.group === undefined &&
  access.mode === KEY_MODE;
