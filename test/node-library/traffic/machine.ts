// Sends requests in every way while the files of both sides change every second, and counts what is lost.
// The suite runs it for seconds, `npm run torture -- node` for minutes. The seed decides moments, changes and delays.
import { once } from 'node:events';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { openX509Source } from '../../../src/node-library/api.ts';
import type { X509Source } from '../../../src/node-library/types.ts';
import type { TestCertificate } from '../../support/pki/path-pki.ts';
import {
  certificatePem,
  crlPem,
  keyPem,
  makeAuthorities,
  makeSvid,
  serviceDirectory,
  type Authorities,
  type ServiceDirectory,
} from '../site.ts';
import { REFERENCE, waysOf, type Way } from './client-side.ts';
import { randomOf, type Random } from './random.ts';
import { startServers, type Ports } from './server-side.ts';

export interface TrafficReport {
  readonly seed: number;
  readonly requests: number;
  readonly changes: number;
  /** Requests that ended with an error or a wrong answer, by way. */
  readonly lost: Readonly<Record<string, readonly string[]>>;
  /** Requests of the agent of Node that runs beside. */
  readonly reference: { readonly requests: number; readonly lost: number };
  /** Requests that did not end within a minute after the last one was sent. */
  readonly hanging: number;
  /** Clients that were revoked while they asked. */
  readonly revoked: number;
  /** Requests of revoked clients that were answered before and after the look. */
  readonly answeredBefore: number;
  readonly answeredLate: number;
}

/** Milliseconds between two changes. */
const CHANGE = 1000;
/** Milliseconds after which an unanswered request counts as hanging. */
const PATIENCE = 60_000;
/** Callers at the same time; thousands are rare, because one process answers all of them. */
const CALLERS = [1, 1, 2, 2, 4, 4, 8, 8, 16, 16, 32, 32, 64, 128, 256, 2000] as const;
/** Certificates on a CRL: old ones leave, as they would when they expire. */
const LISTED = 50;

export async function runTraffic(seconds: number, seed: number): Promise<TrafficReport> {
  const random = randomOf(seed);
  const authorities = makeAuthorities();
  const extra = makeAuthorities(2);
  const [payments, reports, stolen] = ['payments', 'reports', 'stolen'].map(name =>
    serviceDirectory(name, authorities),
  );
  const open = (service: ServiceDirectory) =>
    openX509Source({
      dir: service.directory,
      bundle: service.path('bundle.pem'),
      crls: service.crls,
      interval: 86_400_000,
      onProblem: note,
    });
  const problems: string[] = [];
  const note = ({ message }: { message: string }): void => void problems.push(message);
  const sources = { server: await open(payments!), client: await open(reports!), thief: await open(stolen!) };
  const { ports, stop } = await startServers(sources.server, random);
  const reference = {
    ca: certificatePem(authorities.root),
    cert: certificatePem(leafOf('reports', authorities), authorities.issuing),
  };
  const plainLeaf = leafOf('reports', authorities);
  const plain = { ...reference, cert: certificatePem(plainLeaf, authorities.issuing), key: keyPem(plainLeaf) };
  const ways = waysOf(sources.client, ports, plain);
  const lost: Record<string, string[]> = {};
  const counts = { requests: 0, reference: 0, referenceLost: 0, waiting: 0, number: 0 };
  const until = performance.now() + seconds * 1000;
  const isOver = (): boolean => performance.now() >= until;

  const ask = async (way: Way): Promise<void> => {
    const text = `/${way.name.length}-${counts.number++}`;
    counts.waiting++;
    const failure = await way.ask(text).then(
      said => (said === text ? undefined : `answered ${said} to ${text}`),
      (error: NodeJS.ErrnoException) =>
        `${error.code ?? ''} ${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`,
    );
    counts.waiting--;
    if (way.name === REFERENCE) {
      counts.reference++;
      if (failure !== undefined) counts.referenceLost++;
      return;
    }
    counts.requests++;
    if (failure !== undefined) (lost[way.name] ??= []).push(failure);
  };
  /** A way is asked by a random number of callers for a while, and then by another number. */
  const keepAsking = async (way: Way): Promise<void> => {
    while (!isOver()) {
      const callers = Math.min(way.most, random.pick(CALLERS));
      const rounds = callers > 100 ? 1 : 1 + random.below(20);
      await Promise.all(
        Array.from({ length: callers }, async () => {
          for (let round = 0; round < rounds && !isOver(); round++) await ask(way);
        }),
      );
    }
  };
  const trust = trustWriter([payments!, reports!, stolen!], authorities, extra, random);
  let changes = 0;
  const keepChanging = async (): Promise<void> => {
    while (!isOver()) {
      const looks = random.below(4) === 0 ? [sources.server, sources.client] : [sources.client, sources.server];
      for (let kinds = 1 + random.below(2); kinds > 0; kinds--) {
        random.pick([
          () => trust.revoke(leafOf('other', authorities)),
          () => trust.revoke(leafOf('other', authorities)),
          () => trust.switchAnchors(),
          () => payments!.deploy(leafOf('payments', authorities), authorities.issuing),
          () => reports!.deploy(leafOf('reports', authorities), authorities.issuing),
        ])();
        changes++;
      }
      await wait(random.below(CHANGE / 2));
      await looks[0]!.refresh();
      await wait(random.below(CHANGE / 2));
      await looks[1]!.refresh();
    }
  };
  const thief = new Thief(sources, stolen!, ports, random, leaf => trust.revoke(leaf), authorities);
  const keepStealing = async (): Promise<void> => {
    while (!isOver()) await thief.round();
  };
  const working = Promise.all([...ways.map(keepAsking), keepChanging(), keepStealing()]);
  const isDone = await Promise.race([working.then(() => true), wait(seconds * 1000 + PATIENCE, false, { ref: false })]);
  for (const { stop } of ways) stop();
  stop();
  for (const source of Object.values(sources)) source.close();
  if (problems.length > 0) (lost.problems ??= []).push(...problems);
  return {
    seed,
    requests: counts.requests,
    changes,
    lost,
    reference: { requests: counts.reference, lost: counts.referenceLost },
    hanging: isDone ? 0 : counts.waiting,
    revoked: thief.rounds,
    answeredBefore: thief.before,
    answeredLate: thief.late,
  };
}

const leafOf = (name: string, { issuing }: Authorities): TestCertificate => makeSvid(name, issuing);

/** Writes the CRL and the bundle of all services, as a publication does. */
function trustWriter(
  services: readonly ServiceDirectory[],
  authorities: Authorities,
  extra: Authorities,
  random: Random,
) {
  const revoked: TestCertificate[] = [];
  let number = 1;
  let hasExtra = false;
  return {
    revoke(leaf: TestCertificate): void {
      revoked.push(leaf);
      revoked.splice(0, revoked.length - LISTED);
      const text = crlPem(authorities.issuing, { revoked, number: ++number });
      for (const service of services) service.replace('crl/issuing.pem', text);
    },
    switchAnchors(): void {
      hasExtra = !hasExtra;
      const anchors = hasExtra ? [authorities.root, extra.root] : [authorities.root];
      if (random.below(2) === 0) anchors.reverse();
      for (const service of services) service.replace('bundle.pem', certificatePem(...anchors));
    },
  };
}

interface Sources {
  readonly server: X509Source;
  readonly thief: X509Source;
}

/** A client that is revoked while it asks, over connections that it opened before. */
class Thief {
  rounds = 0;
  before = 0;
  late = 0;
  readonly #sources: Sources;
  readonly #directory: ServiceDirectory;
  readonly #ports: Ports;
  readonly #random: Random;
  readonly #revoke: (leaf: TestCertificate) => void;
  readonly #authorities: Authorities;

  constructor(
    sources: Sources,
    directory: ServiceDirectory,
    ports: Ports,
    random: Random,
    revoke: (leaf: TestCertificate) => void,
    authorities: Authorities,
  ) {
    this.#sources = sources;
    this.#directory = directory;
    this.#ports = ports;
    this.#random = random;
    this.#revoke = revoke;
    this.#authorities = authorities;
  }

  async round(): Promise<void> {
    const leaf = leafOf('stolen', this.#authorities);
    this.#directory.deploy(leaf, this.#authorities.issuing);
    await this.#sources.thief.refresh();
    let lookedAt = Infinity;
    let isOver = false;
    let answered = 0;
    const count = (startedAt: number): void => {
      answered++;
      if (startedAt > lookedAt) this.late++;
      else this.before++;
    };
    const agent = this.#sources.thief.agent({ allow: { memberOf: 'example.org' }, keepAlive: true, maxSockets: 4 });
    const asking = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        const startedAt = performance.now();
        const isAnswered = await new Promise<boolean>(resolve => {
          const options = { host: '127.0.0.1', port: this.#ports.http1, agent, path: '/stolen' };
          // a server that ends the connection in the middle of an answer causes no `end`
          request(options, response => response.resume().once('close', () => resolve(response.complete)))
            .on('error', () => resolve(false))
            .end();
        });
        if (isAnswered) count(startedAt);
        else await wait(5);
      }
    });
    // connections that were opened before the revocation and shake hands after it
    const early = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const tcp = connectTcp(this.#ports.tls, '127.0.0.1');
        await once(tcp, 'connect');
        return tcp;
      }),
    );
    while (answered < 8) await wait(10);
    await wait(this.#random.below(300));
    this.#revoke(leaf);
    await wait(this.#random.below(100));
    await this.#sources.server.refresh();
    lookedAt = performance.now();
    for (const tcp of early) {
      const socket = this.#sources.thief.connect({ socket: tcp, allow: { memberOf: 'example.org' } });
      socket.on('error', () => undefined);
      socket.on('secureConnect', () => socket.write('/stolen'));
      socket.on('data', () => this.late++);
    }
    await wait(150 + this.#random.below(300));
    isOver = true;
    await Promise.all(asking);
    for (const tcp of early) tcp.destroy();
    agent.destroy();
    this.rounds++;
  }
}
