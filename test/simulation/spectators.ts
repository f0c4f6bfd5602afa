/**
 * Judges a simulated PKI from outside. Every program with its loaded files, and readers of the published files, get every chain that a
 * service serves or a thief presents. A good chain must be accepted, a revoked one rejected.
 */
import { expect } from 'vitest';
import type { ExitStatus } from '../../src/errors/exit-status.ts';
import type { PkiWorld } from '../support/pki/pki.ts';
import { runSvcauth } from '../support/world/world.ts';
import { published, servedChain, type SimulatedConsumer } from './consumers.ts';
import { endOf, onlookers, serialOf, type Verifier } from './onlookers.ts';
import { opensslAccepts } from './openssl.ts';

export const DAY = 86_400_000;

interface Wrong {
  readonly verifier: string;
  readonly words: string;
}

export function spectators(world: PkiWorld, consumers: readonly SimulatedConsumer[]) {
  const eyes = onlookers();
  const revoked = new Set<string>();
  const stolen = new Map<string, string>();
  const services = consumers.flatMap(each => each.services);
  const count = { sampled: 0, stolen: 0 };
  let samples = 0;

  const now = (): Verifier => ({ name: 'the published files', ...published(world), revoked });
  /** Published files that are at most a day old: a reader fetches them once a day. */
  let yesterday: { readonly at: Date; readonly verifier: Verifier } | undefined;

  function fetchOnceADay(): readonly Verifier[] {
    const fetched = yesterday;
    if (fetched === undefined || world.now.getTime() >= fetched.at.getTime() + DAY) {
      yesterday = { at: world.now, verifier: { ...now(), name: 'a daily reader', revoked: new Set(revoked) } };
    }
    return [yesterday!.verifier];
  }

  const everybody = (): readonly Verifier[] => [
    ...consumers.map(({ name, loaded }) => ({ name, anchors: loaded!.anchors, crls: loaded!.crls, revoked })),
    now(),
    ...fetchOnceADay(),
  ];

  /** Served chains, in the memory of programs and on disk, and those of thieves. */
  function chains(): readonly string[] {
    for (const [serial, chain] of stolen) if (endOf(chain).getTime() < world.now.getTime() - DAY) stolen.delete(serial);
    const inMemory = consumers.flatMap(({ loaded }) => [...loaded!.chains.values()]);
    const onDisk = services.map(service => servedChain(world, service));
    return [...new Set([...inMemory, ...onDisk, ...stolen.values()])];
  }

  /** Programs that serve with an expired certificate, or with one that was replaced. */
  const oldServers = (): readonly Wrong[] =>
    consumers.flatMap(({ name, loaded }) =>
      [...loaded!.chains].flatMap(([service, chain]) => {
        if (revoked.has(serialOf(chain)) || endOf(chain) > world.now) return [];
        return [{ verifier: `${name} (as the server of ${service})`, words: 'serves an expired certificate' }];
      }),
    );

  function wrongs(): readonly Wrong[] {
    const surprises = eyes.judge(everybody(), chains(), world.now);
    return [
      ...oldServers(),
      ...surprises.map(({ verifier, chain, verdict, welcome }) => {
        const verdictText = verdict.accepted
          ? 'accepts'
          : `rejects (${verdict.reason.code}: ${verdict.reason.message})`;
        return {
          verifier: verifier.name,
          words: `${verifier.name} ${verdictText} ${serialOf(chain)}, ${welcome ? 'good' : 'revoked'}`,
        };
      }),
    ];
  }

  return {
    wrongs,
    get count() {
      return { ...count, ...eyes.count };
    },
    /** Fails the test if any verifier is wrong now. */
    judge(moment: string): void {
      expect(
        wrongs().map(({ words }) => words),
        `${moment} of ${world.now.toISOString()}`,
      ).toEqual([]);
    },
    /** Asks OpenSSL about every chain, in the place of one verifier after the other. */
    async sample(): Promise<void> {
      const verifiers = everybody();
      for (const chain of chains()) {
        const { name, anchors, crls, revoked: known } = verifiers[samples++ % verifiers.length]!;
        const welcome = !known.has(serialOf(chain)) && endOf(chain) >= world.now;
        const verdict = await opensslAccepts({ chain, bundle: anchors, crls, now: world.now }, world.cwd);
        expect(verdict, `${name}: ${serialOf(chain)} at ${world.now.toISOString()}`).toBe(welcome);
        count.sampled++;
      }
    },
    /** A thief has the key of a service. Its certificate is revoked, and the thief keeps using it. Returns the status of `revoke`. */
    async steal(service: string): Promise<ExitStatus> {
      const chain = servedChain(world, service);
      const serial = serialOf(chain);
      // stolen already, and not yet renewed
      if (revoked.has(serial)) return 0;
      const { status } = await runSvcauth(world, ['revoke', serial, '--reason', 'keyCompromise']);
      revoked.add(serial);
      stolen.set(serial, chain);
      count.stolen++;
      return status;
    },
  };
}
