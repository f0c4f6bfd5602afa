/** Rotations of a site, step by step, with traffic during each. */
import { runSvcauth } from '../../support/world/world.ts';
import { svcauth } from '../pki.ts';
import type { LiveSite } from './site.ts';
import { startTraffic, type Traffic } from './traffic.ts';

export type Tier = 'issuing' | 'root';

type Rotate = (site: LiveSite, tier: Tier) => Promise<unknown>;

/** Durations in seconds. */
export const SOAK = 600;

const rotate = ({ pki }: LiveSite, tier: Tier, step: string, ...flags: readonly string[]) =>
  svcauth(pki, 'ca', 'rotate', step, '--tier', tier, ...flags);

/** A step of the operator, and the services that get new files after it. */
const MOVES = {
  prepare: (site, tier) => rotate(site, tier, 'prepare', '--soak', `${SOAK}s`, '--require-acks', site.late.join(',')),
  publish: (site, tier) => rotate(site, tier, 'publish'),
  activate: (site, tier) => rotate(site, tier, 'activate'),
  drain: (site, tier) => rotate(site, tier, 'drain'),
  rollback: (site, tier) => rotate(site, tier, 'rollback'),
  retire: (site, tier) => rotate(site, tier, 'retire'),
  tick: ({ pki }) => svcauth(pki, 'tick', '--fail-on', 'critical'),
  issue: site => site.welcome(),
  ack: async ({ pki, late }) => {
    for (const name of late) await svcauth(pki, 'ca', 'rotate', 'ack', name);
  },
  soak: async ({ pki }) => {
    pki.world.now = new Date(pki.world.now.getTime() + SOAK * 1000);
  },
  withdraw,
} as const satisfies Record<string, Rotate>;

export type Move = keyof typeof MOVES;

/** Revokes the certificates that are no longer served, which `retire` lists. */
async function withdraw({ pki }: LiveSite, tier: Tier): Promise<void> {
  const retire = ['--home', pki.home, 'ca', 'rotate', 'retire', '--tier', tier, '--dry-run'];
  for (;;) {
    const [, serial] =
      /svcauth revoke (\S+) --reason superseded/.exec((await runSvcauth(pki.world, retire)).stderr) ?? [];
    if (serial === undefined) return;
    await svcauth(pki, 'revoke', serial, '--reason', 'superseded');
  }
}

const IN_USE = ['prepare', 'publish', 'soak', 'ack', 'activate', 'issue'] as const;
const END = ['tick', 'soak', 'withdraw', 'retire', 'soak'] as const;

/** Rolls back from every phase, and then rotates to the end. */
const COURSES: readonly (readonly Move[])[] = [
  ['prepare', 'rollback'],
  ['prepare', 'publish', 'rollback'],
  [...IN_USE, 'rollback', ...END],
  [...IN_USE, 'drain', 'tick', 'rollback', ...END],
  [...IN_USE, 'drain', ...END],
];

/** Takes one step, then gives the new files to the quick peers, or to all. */
export async function make(site: LiveSite, tier: Tier, move: Move): Promise<void> {
  await MOVES[move](site, tier);
  await site.follow(move === 'soak' ? 'everybody' : 'quick');
}

export interface LiveRotation {
  /** Connections between Node services, and from them to nginx and HAProxy. */
  readonly services: Traffic['tallies'];
  /** Connections from curl and s_client to every server. */
  readonly programs: Traffic['tallies'];
}

/** Rotates both tiers in every course. `atLeast`: handshakes of the services in each step. */
export async function rotateEverything(site: LiveSite, atLeast: number): Promise<LiveRotation> {
  const services = startTraffic(() => site.peers());
  const programs = startTraffic(() => ({ servers: site.peers().servers, clients: site.programs }), 1);
  for (const tier of ['issuing', 'root'] as const) {
    for (const moves of COURSES) {
      for (const move of moves) {
        const phase = `${tier} ${move}`;
        await services.during(phase, atLeast, async () => {
          await make(site, tier, move);
          if (site.programs.length > 0) await programs.during(phase, site.programs.length, async () => undefined);
        });
      }
    }
  }
  return { services: services.tallies, programs: programs.tallies };
}

/** Sums up the connections in each phase, and in total. */
export function tableOf(tallies: Traffic['tallies']): string {
  const phases = new Map<string, { handshakes: number; failures: number; seconds: number }>();
  for (const { phase, handshakes, failures, milliseconds } of tallies) {
    for (const name of [phase, 'altogether']) {
      const sum = phases.get(name) ?? { handshakes: 0, failures: 0, seconds: 0 };
      sum.handshakes += handshakes;
      sum.failures += failures.length;
      sum.seconds += milliseconds / 1000;
      phases.set(name, sum);
    }
  }
  const cells = [...phases].sort(([a], [b]) => Number(a === 'altogether') - Number(b === 'altogether'));
  const lines = cells.map(([phase, { handshakes, failures, seconds }]) =>
    [phase.padEnd(18), ...[handshakes, failures, seconds.toFixed(1)].map(each => String(each).padStart(10))].join(''),
  );
  return [`${'PHASE'.padEnd(18)}HANDSHAKES  FAILURES   SECONDS`, ...lines].join('\n');
}
