// A peer that is revoked while it talks: in every way, over connections that were opened before.
// After the first look of the other side that follows the revocation, no request of it, or to it, may be answered.
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { X509Source } from '../../../src/node-library/types.ts';
import type { Publication } from './publication.ts';
import type { Random } from './random.ts';
import type { Ports } from './servers.ts';
import type { Tally } from './tally.ts';
import { fewWaysOf, lineOf, questionOf, type Way } from './ways.ts';

export interface DoomedOptions {
  /** The name of the service that is revoked. */
  readonly name: string;
  /** Its own source. */
  readonly own: X509Source;
  /** The source of the client: its own if the client is revoked. */
  readonly client: X509Source;
  /** The source that looks at the revocation. */
  readonly judge: X509Source;
  readonly ports: Ports;
  readonly publication: Publication;
  readonly random: Random;
  readonly tally: Tally;
}

/** Connections whose handshake begins after the revocation. */
const EARLY = 4;
const ALLOW = { memberOf: 'example.org' } as const;

interface Round {
  /** Begins each path. */
  readonly prefix: string;
  revokedAt: number;
  /** When the revocation came into force. */
  lookedAt: number;
}

export class Doomed {
  rounds = 0;
  /** Requests that were answered before the revocation came into force. */
  before = 0;
  readonly late: string[] = [];
  readonly #given: DoomedOptions;
  readonly #rounds = new Map<string, Round>();
  /** The ends of the rounds before: a request that hangs does not stop the next round. */
  readonly #ending: Promise<void>[] = [];
  #requests = 0;

  constructor(given: DoomedOptions) {
    this.#given = given;
  }

  /** For the server: it is about to answer this path. */
  readonly onAnswer = (path: string): void => {
    const round = this.#rounds.get(path.slice(0, path.lastIndexOf('-') + 1));
    if (round !== undefined && performance.now() > round.lookedAt) this.late.push(`server: ${path}`);
  };

  /** Resolves when every request has ended. */
  async end(): Promise<void> {
    await Promise.all(this.#ending);
  }

  async round(): Promise<void> {
    const { name, own, client, judge, ports, publication, random } = this.#given;
    const round: Round = { prefix: `/${name}-${this.rounds++}-`, revokedAt: Infinity, lookedAt: Infinity };
    this.#rounds.set(round.prefix, round);
    const leaf = publication.renew(name);
    await own.refresh();
    const ways = fewWaysOf(client, ports, ALLOW);
    let isOver = false;
    const asking = ways.flatMap(way =>
      [1, 2].slice(0, way.most).map(async () => {
        // a failure is quick, so a pause keeps the machine free
        while (!isOver) if (!(await this.#ask(way, round))) await wait(30 + random.below(120));
      }),
    );
    const early = await Promise.all(
      Array.from({ length: EARLY }, async () => {
        const tcp = connectTcp(ports.tls, '127.0.0.1').on('error', () => undefined);
        await once(tcp, 'connect');
        return tcp;
      }),
    );
    await wait(300 + random.below(700));
    round.revokedAt = performance.now();
    publication.revoke(leaf);
    const shakenBefore = early.splice(0, EARLY / 2).map(tcp => this.#askEarly(tcp, round));
    await wait(random.below(40));
    await judge.refresh();
    round.lookedAt = performance.now();
    const shakenAfter = early.map(tcp => this.#askEarly(tcp, round));
    await wait(50 + random.below(250));
    isOver = true;
    for (const socket of await Promise.all([...shakenBefore, ...shakenAfter])) socket.destroy();
    const ended = Promise.all(asking).then(() => {
      for (const { stop } of ways) stop();
    });
    this.#ending.push(ended);
  }

  /** Asks once. Returns whether it was answered. */
  async #ask(way: Way, round: Round): Promise<boolean> {
    const { tally, random, name } = this.#given;
    const question = questionOf(`${round.prefix}${this.#requests++}`, random);
    const isLine = way.name.startsWith('connect,');
    const expected = isLine ? question.path : question.path + question.body;
    const kind = `${name}: ${way.name}`;
    const startedAt = performance.now();
    const failure = await tally.ask(kind, expected, () => way.ask(question));
    if (failure === undefined) this.#count(kind, startedAt, round);
    else if (performance.now() < round.revokedAt) tally.lose(kind, `before the revocation: ${failure}`);
    return failure === undefined;
  }

  #count(kind: string, startedAt: number, { lookedAt }: Round): void {
    if (startedAt > lookedAt) this.late.push(kind);
    else this.before++;
  }

  /** Shakes hands on a connection that was opened before, and asks. */
  async #askEarly(tcp: Socket, round: Round): Promise<Socket> {
    const { client } = this.#given;
    const startedAt = performance.now();
    const socket = client.connect({ socket: tcp, allow: ALLOW });
    const kind = 'a handshake on a connection that was opened before';
    try {
      await once(socket, 'secureConnect');
      const answer = lineOf(socket);
      socket.write(`${round.prefix}${this.#requests++}\n`);
      await answer;
      this.#count(kind, startedAt, round);
    } catch {
      // rejected
    }
    socket.on('error', () => undefined).destroy();
    return tcp;
  }
}
