// An agent for https.request that follows the files. New connections use the files in force, and a change replaces idle ones.
// It keeps Node's own queue and limits. Only a connection between two requests is ever closed for a change, so no request is lost.
import { Agent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { PeerError, ServerEvidence } from './connections.ts';
import { guardClient, type Unverified } from './guard.ts';

/** Judges the server of a connection at the end of its handshake. */
export type ServerAdmission = (socket: TLSSocket, evidence: ServerEvidence) => PeerError | undefined;

export interface AgentWorld {
  /** Options of a connection that begins now. */
  readonly tlsOptions: () => {
    readonly options: ConnectionOptions;
    readonly evidence: () => ServerEvidence['certificate'];
  };
  readonly admit: ServerAdmission;
  readonly unverified: Unverified;
  /** Grows with each change: a connection of an earlier generation is not used for another request. */
  readonly generation: () => number;
}

/** The default of Node. */
const SESSIONS = 100;

type Created = (error: Error | null, socket: Duplex) => void;

export class FollowingAgent extends Agent {
  readonly #world: AgentWorld;
  readonly #generations = new WeakMap<Duplex, number>();

  readonly #sessions = new Map<string, Buffer>();
  readonly #mostSessions: number;

  constructor(options: AgentOptions, world: AgentWorld) {
    super(options);
    this.#world = world;
    this.#mostSessions = options.maxCachedSessions ?? SESSIONS;
    // Node's own listener hands a connection to the next request; one of an earlier generation must not get there
    const listeners = this.listeners('free');
    this.removeAllListeners('free');
    this.on('free', (socket: Duplex, ...rest: unknown[]) => {
      if (this.#isOld(socket)) socket.destroy();
      else for (const listener of listeners) Reflect.apply(listener, this, [socket, ...rest]);
    });
  }

  /** Some versions of Node name a connection by its context, too: one that was replaced must not split the pool. */
  override getName(options?: Parameters<Agent['getName']>[0]): string {
    return super.getName({ ...options, secureContext: undefined } as Parameters<Agent['getName']>[0]);
  }

  override createConnection(options: ConnectionOptions, created: Created): Duplex | null | undefined {
    const name = this.getName(options);
    const session = this.#sessions.get(name);
    // without its own key, Node leaves the sessions to us: a resumed one is judged by the server that gave it
    const { options: ours, evidence } = this.#world.tlsOptions();
    const own = { ...options, ...ours, ...(session && { session }), _agentKey: undefined };
    const generation = this.#world.generation();
    const guarded = (made: Duplex): Duplex => {
      const socket = made as TLSSocket;
      this.#generations.set(socket, generation);
      socket.on('session', (offered: Buffer) => this.#keep(name, offered));
      socket.once('error', () => this.#sessions.delete(name));
      return guardClient(
        socket,
        admitted => this.#world.admit(admitted, { session, certificate: evidence() }),
        this.#world.unverified,
      );
    };
    const socket = super.createConnection(own, (error: Error | null, made: Duplex) =>
      created(error, error === null ? guarded(made) : made),
    );
    return socket ? guarded(socket) : socket;
  }

  /** Keeps the newest session of a name; the name that came first leaves when there are too many. */
  #keep(name: string, session: Buffer): void {
    const most = this.#mostSessions;
    if (most === 0) return;
    this.#sessions.delete(name);
    if (this.#sessions.size >= most) this.#sessions.delete(this.#sessions.keys().next().value!);
    this.#sessions.set(name, session);
  }

  /** Closes idle connections of earlier generations. */
  replace(): void {
    for (const socket of Object.values(this.freeSockets).flat()) {
      if (socket !== undefined && this.#isOld(socket)) socket.destroy();
    }
  }

  #isOld(socket: Duplex): boolean {
    return this.#generations.get(socket) !== this.#world.generation();
  }
}
