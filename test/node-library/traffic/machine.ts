// Sends requests in every way while the files of both sides change every second, and counts the lost ones.
// The suite runs it for seconds, `npm run torture -- node` for minutes. The seed decides moments, changes and delays.
import { setTimeout as wait } from 'node:timers/promises';
import { openX509Source } from '../../../src/node-library/api.ts';
import { certificatePem, keyPem, type ServiceDirectory } from '../site.ts';
import { Doomed } from './doomed.ts';
import { Publication } from './publication.ts';
import { randomOf } from './random.ts';
import { startServers } from './servers.ts';
import { PATIENCE, Tally } from './tally.ts';
import { questionOf, REFERENCE, referenceOf, waysOf, type Way } from './ways.ts';

export interface TrafficReport {
  readonly seed: number;
  readonly requests: number;
  readonly perSecond: number;
  /** Changes that came into force at the server and at the client. */
  readonly changes: { readonly server: number; readonly client: number };
  readonly looks: number;
  /** Requests of each way. */
  readonly ways: Readonly<Record<string, number>>;
  /** Requests that ended with an error or a wrong answer, by way. */
  readonly lost: Readonly<Record<string, readonly string[]>>;
  /** Requests without any end, by way. */
  readonly hanging: Readonly<Record<string, number>>;
  readonly reference: { readonly requests: number; readonly lost: readonly string[]; readonly hanging: number };
  readonly revoked: { readonly clients: number; readonly servers: number; readonly answeredBefore: number };
  /** Answers of revoked peers, or to them, after the look. */
  readonly late: readonly string[];
  readonly problems: readonly string[];
}

/** Milliseconds between two changes. */
const CHANGE = 1000;
/** Requests a second, about: more would only make the turns of the event loop longer. */
const RATE = 1200;
const CALLERS = [1, 8, 60, 200, 200, 2000];
/** Callers of a way while another way has more. */
const MOST = 200;
/** Milliseconds before the end in which no long queue begins. */
const LAST = 10_000;
/** Milliseconds between two looks by themselves: the traffic asks for each look. */
const NEVER = 86_400_000;

/** Runs for so many seconds. On a busy machine it runs until `atLeast` requests were sent, up to three times as long. */
export async function runTraffic(seconds: number, seed: number, atLeast = 0): Promise<TrafficReport> {
  const random = randomOf(seed);
  const publication = new Publication(random);
  const problems: string[] = [];
  const open = (service: ServiceDirectory, note: (text: string) => void) =>
    openX509Source({
      dir: service.directory,
      bundle: service.path('bundle.pem'),
      crls: service.crls,
      interval: NEVER,
      onProblem: ({ message }) => note(message),
    });
  const note = (text: string): void => void problems.push(text);
  publication.service('nobody', seconds * 2);
  const [payments, reports, thief, impostor] = ['payments', 'reports', 'thief', 'impostor'].map(name =>
    publication.service(name, seconds),
  );
  const sources = {
    server: await open(payments!, note),
    client: await open(reports!, note),
    // these are revoked all the time
    thief: await open(thief!, () => undefined),
    impostor: await open(impostor!, () => undefined),
  };
  const changes = { server: 0, client: 0 };
  sources.server.on('change', () => changes.server++);
  sources.client.on('change', () => changes.client++);

  const tally = new Tally();
  const both = { publication, random, tally };
  const servers = await startServers(sources.server, random, path => client.onAnswer(path));
  const others = await startServers(sources.impostor, random);
  const client: Doomed = new Doomed({
    ...{ ...both, name: 'thief', ports: servers.ports },
    ...{ own: sources.thief, client: sources.thief, judge: sources.server },
  });
  const server = new Doomed({
    ...{ ...both, name: 'impostor', ports: others.ports },
    ...{ own: sources.impostor, client: sources.client, judge: sources.client },
  });
  const { authorities } = publication;
  const leaf = publication.leaf('reports');
  const plain = {
    ca: certificatePem(authorities.root),
    cert: certificatePem(leaf, authorities.issuing),
    key: keyPem(leaf),
  };
  const ways = [
    ...waysOf(sources.client, servers.ports, 'spiffe://example.org/payments'),
    referenceOf(plain, servers.ports),
  ];

  const startedAt = performance.now();
  let requests = 0;
  const left = (): number => {
    const planned = seconds * 1000;
    const rest = startedAt + planned - performance.now();
    return rest <= 0 && requests < atLeast && rest > -2 * planned ? 1 : rest;
  };
  const ask = async (way: Way): Promise<void> => {
    const question = questionOf(`/${requests++}`, random);
    const expected = way.name.startsWith('connect,') ? question.path : question.path + question.body;
    const failure = await tally.ask(way.name, expected, () => way.ask(question));
    if (failure !== undefined)
      tally.lose(way.name, `${((performance.now() - startedAt) / 1000).toFixed(3)} s: ${failure}`);
  };
  let hasQueue = false;
  /** Some callers ask for a while, then another number of callers. */
  const keepAsking = async (way: Way): Promise<void> => {
    while (left() > 0) {
      await wait(Math.max(0, startedAt + (requests / RATE) * 1000 - performance.now()));
      const isQueue = !hasQueue && left() > LAST;
      const callers = Math.min(way.most, random.pick(CALLERS), isQueue ? Infinity : MOST);
      if (callers > MOST) hasQueue = true;
      const rounds = callers > MOST ? 1 : 1 + random.below(20);
      await Promise.all(
        Array.from({ length: callers }, async () => {
          for (let round = 0; round < rounds && left() > 0; round++) {
            await ask(way);
            if (way.rest > 0) await wait(random.below(way.rest));
          }
        }),
      );
      if (callers > MOST) hasQueue = false;
    }
  };
  /** Every second a change of one to three kinds, which the two sides see at different times. */
  const keepChanging = async (): Promise<void> => {
    const kinds = [
      () => publication.revoke(),
      () => publication.revoke(),
      () => publication.switchAnchors(),
      () => publication.renew('payments'),
      () => publication.renew('reports'),
    ];
    while (left() > 0) {
      const next = performance.now() + CHANGE;
      await wait(random.below(CHANGE / 3));
      for (let count = 1 + random.below(3); count > 0; count--) random.pick(kinds)();
      const [first, second] = random.below(2) === 0 ? ['server', 'client'] : ['client', 'server'];
      await wait(random.below(CHANGE / 4));
      await sources[first as 'server'].refresh();
      await wait(random.below(CHANGE / 4));
      await sources[second as 'client'].refresh();
      await wait(Math.max(0, next - performance.now()));
    }
  };
  let looks = 0;
  /** Looks at random moments, several at once as well. */
  const keepLooking = async (): Promise<void> => {
    while (left() > 0) {
      await wait(random.below(300));
      const source = random.pick([sources.server, sources.client]);
      const times = 1 + random.below(3);
      looks += times;
      await Promise.all(Array.from({ length: times }, () => source.refresh()));
    }
  };
  const keepRevoking = async (doomed: Doomed): Promise<void> => {
    while (left() > 0) await doomed.round();
    await doomed.end();
  };
  const sweeping = setInterval(() => tally.sweep(), 1000);
  const working = Promise.all([
    ...ways.map(keepAsking),
    ...[client, server].map(keepRevoking),
    keepChanging(),
    keepLooking(),
  ]);
  let isDone = false;
  void working.finally(() => (isDone = true)).catch(() => undefined);
  while (!isDone && left() > 0) await Promise.race([working, wait(1000)]);
  // the requests under way end by themselves
  const endedAt = performance.now();
  while (!isDone && performance.now() < endedAt + 2 * PATIENCE) await Promise.race([working, wait(1000)]);
  tally.abandon();
  clearInterval(sweeping);
  const took = performance.now() - startedAt;
  for (const { stop } of ways) stop();
  for (const each of [servers, others]) each.stop();
  for (const source of Object.values(sources)) source.close();

  const all = [...tally.all].filter(([name]) => name !== REFERENCE);
  const sum = all.reduce((total, [, count]) => total + count.requests, 0);
  const compared = tally.of(REFERENCE);
  return {
    seed,
    requests: sum,
    perSecond: Math.round((sum / took) * 1000),
    changes,
    looks,
    ways: Object.fromEntries(all.map(([name, count]) => [name, count.requests])),
    lost: Object.fromEntries(
      all.filter(([, { lost }]) => lost > 0).map(([name, { lost, why }]) => [`${name}: ${lost}`, why]),
    ),
    hanging: Object.fromEntries(
      all.filter(([, { hanging }]) => hanging > 0).map(([name, { hanging }]) => [name, hanging]),
    ),
    reference: { requests: compared.requests, lost: compared.why, hanging: compared.hanging },
    revoked: { clients: client.rounds, servers: server.rounds, answeredBefore: client.before + server.before },
    late: [...client.late, ...server.late],
    problems,
  };
}
