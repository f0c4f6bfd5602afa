// Decides who loads published trust: which hooks, services and declared programs are consumers, each with a stable id.
// `run/consumers.ts` adds what each has loaded. It is pure: grouped services and the look at scripts come in.
import { createHash } from 'node:crypto';
import { durationText } from '../../time/duration.ts';
import type { LoadedCrl, PublishedTrust, ServiceGroup } from '../../record/consumer.ts';
import type { HookSpec } from '../../record/upkeep.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { decidedHooks, type DecidedHook } from './settings.ts';

/** A program that loads published trust. */
interface Consumer {
  /** Key of its record. */
  readonly id: string;
  /** Name for people and for `svcauth reload`: a service, a declared name, a command, or `undeclared`. */
  readonly name: string;
  /** Number of services that it stands for; 0 for a declared program. */
  readonly services: number;
  readonly reload: 'hook' | 'self' | 'manual' | 'undeclared';
  /** Seconds from one reload to the next; only for `self`. */
  readonly every?: number;
  /** Hooks that reload it, in their order; empty unless `reload` is `hook`. */
  readonly hooks: readonly DecidedHook[];
  /** The service whose facts its hooks get; absent for a command that needs none. */
  readonly service?: string;
}

/** A consumer with what it has loaded. */
export interface ConsumerState extends Consumer {
  /** Absent: it never loaded any, as far as recorded. */
  readonly loaded?: {
    readonly at: Date;
    readonly bundleSequence: number;
    readonly crls: ReadonlyMap<string, LoadedCrl>;
  };
  /** Present while it has not loaded the published trust: its hook has not succeeded, or no operator reported a reload. */
  readonly pending?: { readonly problem?: string; readonly attempts: number };
}

/** Name of the services that have neither a hook for changed trust nor a declaration. */
export const UNDECLARED = 'undeclared';

/** The services of a group, and the trust state that those without a hook have loaded. */
export interface ConsumerOfGroup extends Consumer {
  readonly group?: ServiceGroup;
}

/**
 * Lists the consumers. An identical command that uses no variable of a service is one consumer for all services that have it.
 * `members` names the services of a group; `usesService` is true if a command or its script reads a variable of a service.
 */
export function planConsumers(
  groups: readonly ServiceGroup[],
  policy: Pick<Policy, 'deployment' | 'consumers'>,
  members: (group: ServiceGroup) => readonly string[],
  usesService: (argv: readonly string[]) => boolean,
): readonly ConsumerOfGroup[] {
  const commands = new Map<string, ConsumerOfGroup>();
  const byService = new Map<string, ConsumerOfGroup>();
  const selves = new Map<number, ConsumerOfGroup>();
  const undeclared: ConsumerOfGroup[] = [];
  const manual = new Map<string, ConsumerOfGroup>();
  for (const group of groups) {
    const { hooks, reload, every } = reloadOf(group, policy);
    if (reload === 'none') continue;
    if (reload === 'self') {
      const before = selves.get(every!);
      selves.set(every!, selfReloading(every!, (before?.services ?? 0) + group.services));
    } else if (reload === 'manual') {
      for (const name of members(group)) {
        manual.set(name, { id: `service:${name}`, name, services: 1, reload: 'manual', hooks: [] });
      }
    } else if (hooks.length === 0) {
      const id = `${UNDECLARED}:${group.state ?? 'unknown'}`;
      undeclared.push({ id, name: UNDECLARED, services: group.services, reload: 'undeclared', hooks: [], group });
    }
    for (const hook of hooks.filter(({ argv }) => !usesService(argv))) {
      const id = commandId(hook.argv);
      const before = commands.get(id);
      const timeout = Math.max(hook.timeout, before?.hooks[0]!.timeout ?? 0);
      commands.set(id, {
        ...{ id, name: hook.argv.join(' '), services: (before?.services ?? 0) + group.services, reload: 'hook' },
        hooks: [{ ...hook, timeout }],
      });
    }
    const own = hooks.filter(({ argv }) => usesService(argv));
    for (const name of own.length === 0 ? [] : members(group)) {
      byService.set(name, { id: `service:${name}`, name, services: 1, reload: 'hook', hooks: own, service: name });
    }
  }
  const declared = policy.consumers.map((each): Consumer => {
    const about = { id: `consumer:${each.name}`, name: each.name, services: 0 };
    if ('hooks' in each) return { ...about, reload: 'hook', hooks: decidedHooks(each.hooks, policy.deployment) };
    if (each.reload === 'self') return { ...about, reload: 'self', every: each.every, hooks: [] };
    return { ...about, reload: 'manual', hooks: [] };
  });
  return [
    ...commands.values(),
    ...byService.values(),
    ...declared,
    ...selves.values(),
    ...manual.values(),
    ...merged(undeclared),
  ];
}

const selfReloading = (every: number, services: number): Consumer => ({
  ...{ id: `self:${every}`, name: `self every ${durationText(every)}`, services, reload: 'self', every, hooks: [] },
});

/** Joins groups of services with different settings and the same loaded trust. */
function merged(groups: readonly ConsumerOfGroup[]): readonly ConsumerOfGroup[] {
  const byId = new Map<string, ConsumerOfGroup>();
  for (const each of groups) {
    const before = byId.get(each.id);
    const earlier = before?.group?.since ?? each.group!.since;
    const since = earlier < each.group!.since ? earlier : each.group!.since;
    byId.set(each.id, {
      ...(before ?? each),
      services: (before?.services ?? 0) + each.services,
      group: { ...(before?.group ?? each.group!), since },
    });
  }
  return [...byId.values()];
}

/** Decides how the services of a group load changed trust: their own setting, else their own hooks, else the policy. */
function reloadOf(
  { hooks, reload, every }: ServiceGroup,
  { deployment }: Pick<Policy, 'deployment'>,
): { readonly hooks: readonly DecidedHook[]; readonly reload?: string; readonly every?: number | undefined } {
  if (reload !== undefined) return { hooks: [], reload, every };
  const own = hooks === undefined ? undefined : (JSON.parse(hooks) as readonly HookSpec[]);
  if (own === undefined && deployment.reload !== undefined) {
    return { hooks: [], reload: deployment.reload, every: deployment.every };
  }
  return { hooks: decidedHooks(own ?? deployment.hooks, deployment).filter(({ on }) => on.includes('trust')) };
}

export const commandId = (argv: readonly string[]): string =>
  `hook:${createHash('sha256').update(JSON.stringify(argv)).digest('hex').slice(0, 16)}`;

/** Variables that describe its service to a hook. */
const OF_SERVICE = /SVCAUTH_(?:SERVICE|SERIAL|PREVIOUS_SERIAL|SPIFFE_ID|NOT_AFTER|DIR)\b/;

export const namesServiceVariable = (text: string): boolean => OF_SERVICE.test(text);

/** Names what changed since a consumer loaded trust: `bundle`, `crl` or both. */
export function changedSince(
  loaded: Pick<PublishedTrust, 'bundleSequence' | 'crls' | 'fingerprint'> | undefined,
  published: PublishedTrust,
): readonly ('bundle' | 'crl')[] {
  if (loaded === undefined) return ['bundle', 'crl'];
  if (loaded.fingerprint === published.fingerprint) return [];
  const crl =
    loaded.crls.size !== published.crls.size ||
    [...published.crls].some(([ca, { number }]) => loaded.crls.get(ca)?.number !== number);
  const bundle = loaded.bundleSequence !== published.bundleSequence || !crl;
  return [...(bundle ? (['bundle'] as const) : []), ...(crl ? (['crl'] as const) : [])];
}
