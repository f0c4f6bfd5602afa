import type { HookSpec, OutputSpec, Upkeep } from '../../record/upkeep.ts';
import type { Policy } from '../../policy/rules/policy.ts';

/** Owner, group and mode of files with a private key. Names or numbers, as configured. */
interface Access {
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits. */
  readonly mode: number;
}

export type Output = OutputSpec & Access;

/** The deployment settings of a service, merged from its services file and the policy. */
export interface DeploymentSettings {
  /** Access to the service's own files. */
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

/** Decides if a deployment only switches the `current` link. */
export const isPlain = ({ access, outputs, hooks }: DeploymentSettings): boolean =>
  outputs.length + hooks.length === 0 &&
  access.owner === undefined &&
  access.group === undefined &&
  access.mode === KEY_MODE;
