// The types of svcauth/node: its arguments and its results.
// `api.ts` exports all of them and the build publishes their declarations: services compile against them.
import type { EventEmitter } from 'node:events';
import type { ClientHttp2Stream, Http2SecureServer, OutgoingHttpHeaders, SecureServerOptions } from 'node:http2';
import type { Agent, AgentOptions, Server as HttpsServer, ServerOptions } from 'node:https';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionOptions, SecureContextOptions, Server as TlsServer, TLSSocket, TlsOptions } from 'node:tls';

/** The text of a SPIFFE ID, like `spiffe://example.org/payments`. */
export type SpiffeIdText = `spiffe://${string}`;

/** The anchors of another trust domain: a PEM file. `crls: false` disables revocation checking for its peers. */
export type FederatedBundle = string | { readonly bundle: string; readonly crls: false };

export interface SourceOptions {
  /** The service's directory. tls.crt and tls.key are in its `current` (or Kubernetes' `..data`), or in itself. */
  readonly dir: string;
  /** The SPIFFE ID that the certificate must have. Files with another identity are not used. Default: any ID. */
  readonly id?: SpiffeIdText;
  /** PEM file of the anchors of the own trust domain; default: ca.crt in the directory of the certificate. */
  readonly bundle?: string;
  /** The trust domain of `bundle`; default: that of the certificate's SPIFFE ID. */
  readonly trustDomain?: string;
  /** The anchors of other trust domains, by the name of the trust domain. They are never used for another trust domain. */
  readonly federated?: Readonly<Record<string, FederatedBundle>>;
  /**
   * The CRLs: a PEM file, a directory with .pem files, or a list of these. `false` disables revocation
   * checking: revoked peers are accepted.
   */
  readonly crls: string | readonly string[] | false;
  /** Milliseconds between two looks at the files; default: 10,000. */
  readonly interval?: number;
  /** Further options of every TLS context: minVersion, ciphers, sigalgs and so on. */
  readonly tls?: Omit<SecureContextOptions, 'key' | 'cert' | 'pfx' | 'ca' | 'crl' | 'ticketKeys'>;
  /** Called when new files are in force, as the event `change`. */
  readonly onChange?: (state: SourceState) => void;
  /** Called once when a problem begins, as the event `problem`. Default: a process warning. */
  readonly onProblem?: (problem: SourceProblem) => void;
  /** Aborts the start, and later stops the looks, as `close` does. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** The source of time; for tests. */
export interface Clock {
  now(): Date;
  /** Calls `look` at this interval until the returned function is called; it does not keep the process alive. */
  every(milliseconds: number, look: () => void): () => void;
}

/** A fault in the files, or in the way in which they are read. */
export interface SourceProblem {
  /**
   * `unreadable`, `malformed`, `key-mismatch`, `no-svid`, `no-crls`, `crl-went-back`, `crl-removed`, `other-identity`,
   * `refused-by-openssl`, `look-hangs`, `unexpected`, or a code of path validation: `expired`, `no-issuer`, `crl-expired`,
   * `crl-missing`, `crl-signature-wrong`, `revoked` and so on.
   */
  readonly code: string;
  /** The file with the problem. */
  readonly file: string;
  /** Description, with the file. */
  readonly message: string;
  /** `critical`: peers reject this service, it rejects all peers of its own CA, or nothing new comes into force. */
  readonly severity: 'warning' | 'critical';
}

/** The files in force, and the problems. */
export interface SourceState {
  /** SPIFFE ID of the service's own certificate; absent if it is not an X509-SVID. */
  readonly id?: SpiffeIdText;
  /** Lower-case hex. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly trustDomains: readonly { readonly name: string; readonly anchors: number }[];
  readonly crls: readonly CrlState[];
  /** Current problems, the oldest first. */
  readonly problems: readonly (SourceProblem & { readonly since: Date })[];
  /** When the files in force came into force. */
  readonly changedAt: Date;
  /** When the last look at the files ended. */
  readonly lookedAt: Date;
  /** When the present look began; absent between two looks. */
  readonly lookingSince?: Date;
  readonly connections: {
    readonly open: number;
    /** Peers rejected when their handshake ended, since the start. */
    readonly rejected: number;
    /** Connections ended because the peer was revoked, expired or no longer trusted, since the start. */
    readonly ended: number;
  };
}

export interface CrlState {
  readonly issuer: string;
  readonly file: string;
  readonly number: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly entries: number;
  /** False: peers with certificates of its CA are rejected, unless another CRL covers them. */
  readonly fresh: boolean;
}

/** An answer for `/healthz`. */
export interface Health {
  /** `critical`: peers reject this service, it rejects them, or the files are no longer read. */
  readonly status: 'ok' | 'warning' | 'critical';
  readonly id?: SpiffeIdText;
  /** RFC 3339, UTC. */
  readonly notAfter: string;
  /** Seconds since the last look at the files ended. */
  readonly lookAge: number;
  readonly problems: readonly (Omit<SourceProblem, 'file'> & { readonly since: string })[];
}

/** A peer that was rejected, or an open connection that was ended. */
export interface PeerEvent {
  /** The side of this process in the connection. */
  readonly side: 'server' | 'client';
  /** `not-allowed`, `svid-trust-domain`, or a code of path validation: `revoked`, `expired`, `no-issuer`, `crl-expired` … */
  readonly code: string;
  readonly message: string;
  /** The SPIFFE ID that the certificate claims; absent if it has none. */
  readonly id?: SpiffeIdText;
  /** Serial number of the peer's certificate, lower-case hex. */
  readonly serial?: string;
  readonly remoteAddress?: string;
  readonly remotePort?: number;
}

/** The rule for accepted peers: an ID, all members of a trust domain, a pattern, or a function. */
export type PeerRule =
  | SpiffeIdText
  | { readonly memberOf: string }
  /** A SPIFFE ID in which the segment `*` stands for any one segment, and `**` at the end for one or more. */
  | { readonly pattern: SpiffeIdText }
  | ((id: SpiffeIdText) => boolean);

export interface Allow {
  /** A peer is accepted if one of the rules accepts its SPIFFE ID. */
  readonly allow: PeerRule | readonly PeerRule[];
}

/** The reasons for ending open connections; both are on by default. */
export interface Ending {
  /** Ends a connection when its peer is revoked or no longer trusted. */
  readonly endRevoked?: boolean | undefined;
  /** Ends a connection when the certificate of its peer has expired. */
  readonly endExpired?: boolean | undefined;
}

/** Options of TLS that belong to the source: it sets them itself, or takes them in `SourceOptions.tls`. */
type Ours =
  | ('key' | 'cert' | 'pfx' | 'ca' | 'crl' | 'ticketKeys' | 'secureContext' | 'requestCert' | 'rejectUnauthorized')
  | ('minVersion' | 'maxVersion' | 'ciphers' | 'ecdhCurve' | 'sigalgs' | 'secureOptions' | 'secureProtocol');

export type GuardedServer<Options> = Omit<Options, Ours> & Allow & Ending;

export interface ConnectOptions extends Omit<ConnectionOptions, Ours | 'checkServerIdentity'>, Allow, Ending {}

/** The part of the package `undici` that `dispatcher` uses: `import * as undici from 'undici'`. */
export interface Undici {
  // the classes are undici's own; their types differ from version to version
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly Dispatcher: abstract new () => any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly Agent: new (options: any) => any;
}

/** Opens connections for undici: the option `connect` of its `Agent`, `Client` and `Pool`. */
export type UndiciConnector = (
  options: { readonly hostname: string; readonly port: string; readonly servername?: string | null },
  callback: (...result: [error: Error, socket: null] | [error: null, socket: TLSSocket]) => void,
) => void;

/**
 * An HTTP/2 client for one origin. It opens a session when it needs one, and replaces it after a change. A session with open streams
 * that was silent for 20 seconds sends a ping; without an answer within 10 seconds it ends with ETIMEDOUT.
 */
export interface Http2Client {
  /** Sends a request on a session. Its server was judged by the trust in force. */
  request(headers: OutgoingHttpHeaders, options?: { readonly endStream?: boolean }): ClientHttp2Stream;
  /** Lets open streams finish, and opens no further session. Resolves when all sessions have ended. */
  close(): Promise<void>;
  [Symbol.dispose](): void;
}

export interface SourceEvents {
  change: [state: SourceState];
  problem: [problem: SourceProblem];
  /** A problem is over. */
  solved: [problem: SourceProblem];
  peerRejected: [event: PeerEvent];
  peerEnded: [event: PeerEvent];
}

/**
 * The certificate, key, anchors and CRLs of a service, as they are on disk now. Servers and clients made here use the files in
 * force, judge each peer when its handshake ends, and end connections to peers that are revoked or have expired.
 */
export interface X509Source extends EventEmitter<SourceEvents> {
  readonly state: SourceState;
  /** Describes the state for `/healthz`. */
  health(): Health;
  /** Returns plain numbers for a metrics endpoint: times in seconds since 1970, counts, durations in seconds. */
  metrics(): Readonly<Record<string, number>>;

  createHttpsServer(options: GuardedServer<ServerOptions>, listener?: RequestListener): HttpsServer;
  createHttp2Server(
    options: GuardedServer<SecureServerOptions>,
    listener?: Parameters<Http2SecureServer['on']>[1],
  ): Http2SecureServer;
  createTlsServer(options: GuardedServer<TlsOptions>, listener?: (socket: TLSSocket) => void): TlsServer;
  /**
   * Guards a server that a framework made from `serverOptions()`. Until then, the server rejects every peer. Without `allow` every
   * peer of a trust domain in force is accepted, and the service calls `authorize`.
   */
  follow(server: TlsServer, options?: Partial<Allow> & Ending): void;
  /** Options for a server that a framework makes. The server accepts no peer until `follow` is called. */
  serverOptions(): TlsOptions;

  /** Opens one TLS connection, as tls.connect. */
  connect(options: ConnectOptions): TLSSocket;
  /** Makes an agent for https.request. After a change it replaces idle connections; busy ones finish their request. */
  agent(options: Omit<AgentOptions, Ours> & Allow & Ending): Agent;
  /** Makes an HTTP/2 client for an origin such as `https://payments:8443`. */
  http2Client(origin: string, options: Allow & Ending & Pick<ConnectOptions, 'servername'>): Http2Client;
  /**
   * Makes a dispatcher for `fetch` and `request` of the package undici, which the service imports itself. Further options are those
   * of undici's `Agent`.
   */
  dispatcher<U extends Undici>(
    undici: U,
    options: Allow & Ending & Readonly<Record<string, unknown>>,
  ): InstanceType<U['Dispatcher']>;
  /** Makes a connector for undici. Its connections are judged and ended like others, and not replaced after a change. */
  connector(options: Allow & Ending & { readonly timeout?: number }): UndiciConnector;
  /**
   * Options for libraries that call tls.connect themselves, for example database drivers. A new connection uses the files in
   * force and its server is judged; an open one is not ended, and no session is resumed. Throws TypeError for an invalid rule.
   */
  connectOptions(options: Allow): ConnectionOptions;

  /** Judges the peer of a connection now, by the trust in force and its dates. */
  authorize(socket: PeerSocket, options: Allow): Authorization;
  /** Looks at the files now, for example on SIGHUP. Resolves to true if new files came into force; never rejects. */
  refresh(): Promise<boolean>;
  /** Stops the looks, also one that hangs, and those by `refresh`. Servers and clients keep the files in force. */
  close(): void;
  [Symbol.dispose](): void;
}

/** A connection, for example `request.socket`. */
export type PeerSocket = TLSSocket | Socket;

export type Authorization =
  | { readonly allowed: true; readonly id: SpiffeIdText }
  /** `id` is present if the peer has proved one. */
  | { readonly allowed: false; readonly reason: string; readonly id?: SpiffeIdText };

/** @deprecated The earlier name of `SourceOptions`. */
export type FollowOptions = SourceOptions;
/** @deprecated The earlier name of `SourceState`. */
export type FollowState = SourceState;
/** @deprecated The earlier name of `SourceProblem`. */
export type FollowProblem = SourceProblem;
/** @deprecated The earlier name of `X509Source`. */
export type FollowedContext = X509Source;
