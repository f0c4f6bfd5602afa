/**
 * Programs that load published files only when their hook runs. The hook of the fake world copies what is published at that moment into
 * the memory of its program; nothing else does. A test judges what these programs then accept.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HookCall, HookEnd } from '../../src/world/hook-call.ts';
import type { Home } from '../../src/store/home.ts';
import type { FakeWorld } from '../support/world/world.ts';

export interface Loaded {
  readonly at: Date;
  readonly anchors: string;
  readonly crls: string;
  /** Served chain of each of its services. */
  readonly chains: ReadonlyMap<string, string>;
}

export interface SimulatedConsumer {
  readonly name: string;
  /** Services whose certificates it serves with. */
  readonly services: readonly string[];
  /** Command line of its hook, as it is in the services file or svcauth.yaml. */
  readonly hook: readonly string[];
  loaded?: Loaded;
  /** True while its hook fails. */
  isBroken: boolean;
  /** Number of successful hooks. */
  loads: number;
}

interface Place {
  readonly home: Home;
  readonly now: Date;
}

export const consumer = (name: string, services: readonly string[] = []): SimulatedConsumer => ({
  name,
  services,
  hook: ['reload', name],
  isBroken: false,
  loads: 0,
});

/** Reads what verifiers get now. */
export function published({ home }: Pick<Place, 'home'>): Pick<Loaded, 'anchors' | 'crls'> {
  const read = (path: string) => readFileSync(path, 'utf8');
  return { anchors: read(home.public.bundlePem), crls: read(home.public.crlBundle) };
}

export const servedChain = ({ home }: Pick<Place, 'home'>, service: string): string =>
  readFileSync(join(home.service(service), 'current', 'tls.crt'), 'utf8');

/** Makes the `runHook` of a world: it finds the program by the command line. */
export const hooksOf =
  (consumers: readonly SimulatedConsumer[], place: () => Place) =>
  ({ argv }: HookCall): Promise<HookEnd> => {
    const found = consumers.find(({ hook }) => hook.join(' ') === argv.join(' '));
    if (found === undefined) throw new Error(`no program has the hook ${argv.join(' ')}`);
    const end = { output: '', duration: 1 };
    if (found.isBroken) return Promise.resolve({ ...end, outcome: 'failed', reason: 'exit status 1' });
    const now = place();
    found.loads++;
    found.loaded = {
      at: now.now,
      ...published(now),
      chains: new Map(found.services.map(service => [service, servedChain(now, service)])),
    };
    return Promise.resolve({ ...end, outcome: 'succeeded' });
  };

/** Gives all services a hook that succeeds; with `every`, they read their files again by themselves. */
export function reloading(world: Place & Pick<FakeWorld, 'runHook'>, every?: string): void {
  const text = readFileSync(world.home.policy, 'utf8');
  const settings = every === undefined ? 'hooks: [[reload]]' : `hooks: []\n  reload: self\n  every: ${every}`;
  writeFileSync(world.home.policy, text.replace('  hooks: []', `  ${settings}`));
  world.runHook = () => Promise.resolve({ outcome: 'succeeded', output: '', duration: 1 });
}
