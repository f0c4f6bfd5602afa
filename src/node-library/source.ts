// The source of a service's certificate, anchors and CRLs: looks at the files, and hands them to servers and clients.
// `start.ts` makes it. Once it has started, a fault in the files is reported and the files in force stay in force.
import { EventEmitter } from 'node:events';
import type { RequestListener } from 'node:http';
import { createSecureServer, type Http2SecureServer, type SecureServerOptions } from 'node:http2';
import { createServer as createHttpsServer, type AgentOptions, type ServerOptions } from 'node:https';
import {
  connect,
  createServer as createTlsServer,
  type ConnectionOptions,
  type DetailedPeerCertificate,
  type SecureContextOptions,
  type Server,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls';
import { matcherOf, type Matcher } from './allow.ts';
import { Connections } from './connections.ts';
import type { FollowedFiles } from './followed-files.ts';
import { FollowingAgent, type ServerAdmission } from './following-agent.ts';
import { guardClient, guardServer } from './guard.ts';
import { describeHealth, describeMetrics, describeState, ProblemList } from './health.ts';
import { Http2Pool } from './http2-pool.ts';
import { lookAt, type Site } from './look.ts';
import { endingOf, nameOf, requireOwn } from './connection-options.ts';
import { critical, problem, type Problem } from './problem.ts';
import { settle, type Demands, type Settled } from './settle.ts';
import { liveContext, makeMaterial, nobody, type TlsMaterial } from './tls-material.ts';
import { connectorOf, dispatcherOf, type Replaceable } from './undici.ts';
import { withShelf } from './trust.ts';
import type {
  Allow,
  Authorization,
  Clock,
  ConnectOptions,
  Ending,
  GuardedServer,
  SourceEvents,
  SourceOptions,
  SourceProblem,
  SourceState,
  Undici,
  UndiciConnector,
  X509Source,
} from './types.ts';

/** Milliseconds. */
const INTERVAL = 10_000;
/** Intervals after which a look counts as hanging. */
const PATIENCE = 3;

/** The parts of a source whose files were valid at the start. */
export interface Started {
  readonly options: SourceOptions;
  readonly clock: Clock;
  readonly site: Site;
  readonly demands: Demands;
  readonly files: FollowedFiles;
  readonly first: Settled;
  readonly material: TlsMaterial;
}

/** A source that has started. */
export class Source extends EventEmitter<SourceEvents> implements X509Source {
  readonly #options: SourceOptions;
  readonly #clock: Clock;
  readonly #site: Site;
  readonly #demands: Demands;
  readonly #files: FollowedFiles;
  readonly #problems: ProblemList = new ProblemList();
  readonly #connections: Connections;
  readonly #servers = new Set<Server>();
  /** Held weakly: a client that the service has dropped is collected. */
  readonly #clients = new Set<WeakRef<Replaceable>>();
  readonly #warn: (problem: SourceProblem) => void;
  readonly #stop: () => void;
  #material: TlsMaterial;
  #changedAt: Date;
  #lookedAt: Date;
  #lookingSince: Date | undefined;
  #looks = 1;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isUnreviewed = false;
  #isClosed = false;

  constructor(
    { options, clock, site, demands, files, first, material }: Started,
    warn: (problem: SourceProblem) => void,
  ) {
    super();
    this.#options = options;
    this.#clock = clock;
    this.#site = site;
    this.#demands = demands;
    this.#files = files;
    this.#material = material;
    this.#warn = warn;
    this.#changedAt = this.#lookedAt = clock.now();
    this.#connections = new Connections({
      trust: () => this.#material.inForce.trust,
      now: () => clock.now(),
      emit: (name, event) => queueMicrotask(() => this.emit(name, event)),
    });
    if (options.onChange !== undefined) this.on('change', options.onChange);
    if (options.onProblem !== undefined) this.on('problem', options.onProblem);
    this.#report(first.problems);
    this.#stop = clock.every(options.interval ?? INTERVAL, () => this.#onTime());
  }

  get state(): SourceState {
    return describeState({
      inForce: this.#material.inForce,
      problems: this.#problems.all,
      changedAt: this.#changedAt,
      lookedAt: this.#lookedAt,
      lookingSince: this.#lookingSince,
      connections: this.#connections.counts,
      now: this.#clock.now(),
    });
  }

  health() {
    return describeHealth(this.state, this.#clock.now());
  }

  metrics() {
    return describeMetrics(this.state, this.#looks);
  }

  createHttpsServer(options: GuardedServer<ServerOptions>, listener?: RequestListener) {
    return this.#guarded(options, given => createHttpsServer(given, listener));
  }

  createHttp2Server(
    options: GuardedServer<SecureServerOptions>,
    listener?: Parameters<Http2SecureServer['on']>[1],
  ): Http2SecureServer {
    return this.#guarded(options, given => createSecureServer(given, listener));
  }

  createTlsServer(options: GuardedServer<TlsOptions>, listener?: (socket: TLSSocket) => void): Server {
    return this.#guarded(options, given => createTlsServer(given, listener));
  }

  serverOptions(): TlsOptions {
    return { ...nobody(), requestCert: true, rejectUnauthorized: true };
  }

  follow(server: Server, { endRevoked, endExpired, allow }: Partial<Allow> & Ending = {}): void {
    const allows = allow === undefined ? undefined : matcherOf({ allow });
    const ending = endingOf({ endRevoked, endExpired });
    guardServer(
      server,
      socket => this.#connections.admitClient(socket, allows, ending),
      socket => this.#connections.countUnverified(socket, 'server'),
    );
    server.setSecureContext(this.#serverCredentials());
    this.#servers.add(server);
    server.once('close', () => this.#servers.delete(server));
  }

  connect({ allow, endRevoked, endExpired, ...given }: ConnectOptions): TLSSocket {
    requireOwn(given);
    const admit = this.#clientAdmission(matcherOf({ allow }), { endRevoked, endExpired });
    const { options, evidence } = this.#clientOptions();
    return guardClient(
      connect({ ...given, ...options }),
      socket => admit(socket, { session: given.session, certificate: evidence() }),
      this.#unverifiedServer,
    );
  }

  agent({ allow, endRevoked, endExpired, ...given }: AgentOptions & Allow & Ending): FollowingAgent {
    requireOwn(given);
    const agent = new FollowingAgent(given, {
      tlsOptions: () => this.#clientOptions(),
      admit: this.#clientAdmission(matcherOf({ allow }), { endRevoked, endExpired }),
      unverified: this.#unverifiedServer,
      generation: () => this.#material.generation,
    });
    this.#replaceAfterChange(agent);
    return agent;
  }

  http2Client(origin: string, options: Allow & Ending & Pick<ConnectOptions, 'servername'>): Http2Pool {
    matcherOf(options);
    const pool = new Http2Pool(origin, (host, port) =>
      this.connect({ ...nameOf(host), ...options, host, port, ALPNProtocols: ['h2'] }),
    );
    this.#replaceAfterChange(pool);
    return pool;
  }

  dispatcher<U extends Undici>(
    undici: U,
    { allow, endRevoked, endExpired, ...given }: Allow & Ending & Readonly<Record<string, unknown>>,
  ): InstanceType<U['Dispatcher']> {
    const timeout = typeof given.connectTimeout === 'number' ? { timeout: given.connectTimeout } : {};
    const connector = this.connector({ allow, endRevoked, endExpired, ...timeout });
    const dispatcher = dispatcherOf(undici, given, connector);
    this.#replaceAfterChange(dispatcher);
    return dispatcher as unknown as InstanceType<U['Dispatcher']>;
  }

  connector({ timeout, ...options }: Allow & Ending & { readonly timeout?: number }): UndiciConnector {
    matcherOf(options);
    return connectorOf(
      (host, port, servername) =>
        this.connect({
          ...(servername === undefined ? nameOf(host) : { servername }),
          ...{ ...options, host, port, ALPNProtocols: ['http/1.1'] },
        }),
      timeout,
    );
  }

  connectOptions(options: Allow): ConnectionOptions {
    const allows = matcherOf(options);
    return {
      secureContext: liveContext(() => this.#material.borrowedContext),
      rejectUnauthorized: true,
      // keeps https.Agent from offering a session that it has kept
      session: undefined,
      checkServerIdentity: (_host, certificate) => this.#connections.judgeServer(certificate, allows),
    };
  }

  authorize(socket: Parameters<X509Source['authorize']>[0], options: Allow): Authorization {
    return this.#connections.authorize(socket, matcherOf(options));
  }

  refresh(): Promise<boolean> {
    this.#waiting++;
    const next = this.#queue
      .then(() => this.#look())
      .catch((error: unknown) => this.#onDefect(error))
      .finally(() => this.#waiting--);
    this.#queue = next;
    return next;
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #guarded<Options extends object, Made extends Server>(
    { allow, endRevoked, endExpired, ...given }: Options & Allow & Ending,
    make: (options: Options) => Made,
  ): Made {
    // checked before the server exists
    requireOwn(given);
    matcherOf({ allow });
    const server = make({ ...given, ...this.serverOptions() } as unknown as Options);
    this.follow(server, { allow, ...endingOf({ endRevoked, endExpired }) });
    return server;
  }

  readonly #unverifiedServer = (socket: TLSSocket) => this.#connections.countUnverified(socket, 'client');

  #clientAdmission(allows: Matcher, ending: Ending): ServerAdmission {
    const given = endingOf(ending);
    return (socket, evidence) => this.#connections.admitServer(socket, evidence, allows, given);
  }

  /** Options of a connection that begins now. The SPIFFE ID identifies the server, so its host name is not compared. */
  #clientOptions() {
    let certificate: DetailedPeerCertificate | undefined;
    const options: ConnectionOptions = {
      secureContext: this.#material.clientContext,
      rejectUnauthorized: true,
      // Node hands the certificate over here; asking the connection for it is not safe twice
      checkServerIdentity: (_host, presented) => void (certificate = presented as DetailedPeerCertificate),
    };
    return { options, evidence: () => certificate };
  }

  #serverCredentials(): SecureContextOptions {
    const { credentials, ticketKeys } = this.#material;
    return { ...credentials, ticketKeys };
  }

  #replaceAfterChange(client: Replaceable): void {
    this.#clients.add(new WeakRef(client));
  }

  #onTime(): void {
    // one look at a time, as the file system may hang
    if (this.#waiting === 0) void this.refresh();
    else {
      this.#reportHanging();
      // certificates expire while a file system hangs
      void this.#connections.review(false);
    }
  }

  #reportHanging(): void {
    const since = this.#lookingSince;
    const now = this.#clock.now();
    const limit = (this.#options.interval ?? INTERVAL) * PATIENCE;
    if (since === undefined || now.getTime() - since.getTime() < limit) return;
    const { at } = this.#files;
    const words = `the file system has not answered since ${since.toISOString()}`;
    const others = this.#problems.all.filter(({ code }) => code !== 'look-hangs');
    this.#report([...others, critical(problem('look-hangs', at, words))]);
  }

  async #look(): Promise<boolean> {
    if (this.#isClosed) return false;
    this.#lookingSince = this.#clock.now();
    try {
      const { inForce } = this.#material;
      const { authorities } = this.#connections.judge;
      const found = await lookAt(this.#site, this.#files, inForce.identity, authorities);
      // a file system may answer after the service has stopped
      if (this.#isClosed) return false;
      const now = this.#clock.now();
      const settled = settle(found, inForce, this.#demands, authorities, now);
      const failed = this.#installPart(settled.inForce ?? inForce);
      this.#report(failed === undefined ? settled.problems : [...settled.problems, failed]);
      const isNew = this.#material.inForce !== inForce;
      // stays set if a review is cut short
      this.#isUnreviewed ||= isNew;
      await this.#connections.review(this.#isUnreviewed);
      this.#isUnreviewed = false;
      return isNew;
    } finally {
      this.#looks++;
      this.#lookedAt = this.#clock.now();
      this.#lookingSince = undefined;
    }
  }

  /** Puts in force as much as OpenSSL takes. A certificate or an anchor that it refuses must not keep a CRL out. */
  #installPart(next: TlsMaterial['inForce']): Problem | undefined {
    const { identity, trust } = this.#material.inForce;
    const parts = [next, { identity, trust: next.trust }, { identity, trust: withShelf(trust, next.trust.shelf) }];
    let failed: Problem | undefined;
    for (const part of parts) {
      if (part.identity === identity && part.trust === trust) return failed;
      const refusal = this.#install(part);
      failed ??= refusal;
      if (refusal === undefined) return failed;
    }
    return failed;
  }

  /** Puts files in force. Files that OpenSSL rejects, for example because the key is too short, change nothing. */
  #install(next: TlsMaterial['inForce']): Problem | undefined {
    try {
      this.#material = makeMaterial(next, this.#material, this.#options.tls);
    } catch (error) {
      return problem('refused-by-openssl', next.identity.file, (error as Error).message);
    }
    this.#changedAt = this.#clock.now();
    const credentials = this.#serverCredentials();
    for (const server of this.#servers) server.setSecureContext(credentials);
    for (const held of this.#clients) {
      const client = held.deref();
      if (client === undefined) this.#clients.delete(held);
      else client.replace();
    }
    queueMicrotask(() => this.emit('change', this.state));
    return undefined;
  }

  #onDefect(error: unknown): false {
    this.#report([...this.#problems.all, problem('unexpected', this.#files.at, (error as Error).message)]);
    return false;
  }

  #report(found: readonly SourceProblem[]): void {
    const { began, over } = this.#problems.update(found, this.#clock.now());
    // in a microtask: an error that a listener throws does not stop the source
    for (const each of began) {
      const known = bare(each);
      queueMicrotask(() => {
        if (!this.emit('problem', known)) this.#warn(known);
      });
    }
    for (const each of over) queueMicrotask(() => this.emit('solved', bare(each)));
  }
}

const bare = ({ code, file, message, severity }: SourceProblem): SourceProblem => ({ code, file, message, severity });
