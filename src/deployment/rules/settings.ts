import { HOOK_EVENTS, type HookSpec, type OutputSpec, type Upkeep } from '../../record/upkeep.ts';
import type { Policy } from '../../policy/rules/policy.ts';

/** Owner, group and mode of files with a private key. Names or numbers, as configured. */
interface Access {
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits. */
  readonly mode: number;
}

export type Output = OutputSpec & Access;

/** A hook with its timeout and its events decided. */
export type DecidedHook = Required<HookSpec>;

/** Completes hooks from the policy. */
export const decidedHooks = (
  hooks: readonly HookSpec[],
  { hookTimeout }: Pick<Policy['deployment'], 'hookTimeout'>,
): readonly DecidedHook[] => hooks.map(({ argv, timeout = hookTimeout, on = HOOK_EVENTS }) => ({ argv, timeout, on }));

/** The deployment settings of a service, merged from its services file and the policy. */
export interface DeploymentSettings {
  /** Access to the service's own files. */
  readonly access: Access;
  readonly outputs: readonly Output[];
  /** Hooks that run after a deployment. */
  readonly hooks: readonly DecidedHook[];
  /** Hooks that only run for changed trust. */
  readonly trustHooks: readonly DecidedHook[];
}

const KEY_MODE = 0o600;

export function deploymentSettings(
  { upkeep }: { readonly upkeep?: Upkeep | undefined },
  policy: Policy['deployment'],
): DeploymentSettings {
  const { owner, group, mode = KEY_MODE, outputs = [], hooks = policy.hooks } = upkeep?.deployment ?? {};
  const decided = decidedHooks(hooks, policy);
  const access = { ...(owner !== undefined && { owner }), ...(group !== undefined && { group }), mode };
  return {
    access,
    outputs: outputs.map(output => ({ ...access, ...output })),
    hooks: decided.filter(({ on }) => on.includes('certificate')),
    trustHooks: decided.filter(({ on }) => !on.includes('certificate')),
  };
}

/** Decides if a deployment only switches the `current` link. */
export const isPlain = ({ access, outputs, hooks }: DeploymentSettings): boolean =>
  outputs.length + hooks.length === 0 &&
  access.owner === undefined &&
  access.group === undefined &&
  access.mode === KEY_MODE;
