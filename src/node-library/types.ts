// The types of svcauth/node: what a service passes in, and what it gets back.
// `api.ts` exports all of them and the build publishes their declarations: a change here changes what services compile against.
import type { Agent, AgentOptions } from 'node:https';
import type { ConnectionOptions, SecureContextOptions, Server, TlsOptions } from 'node:tls';

/** A SPIFFE ID as it is written: `spiffe://example.org/payments`. */
export type SpiffeIdText = `spiffe://${string}`;

export interface FollowOptions {
  /** The service's directory: `current` in it (or Kubernetes' `..data`), or itself, holds tls.crt and tls.key. */
  readonly dir: string;
  /** The trust anchors, a PEM file; when absent, the ca.crt beside the certificate. */
  readonly bundle?: string;
  /**
   * The CRLs: a PEM file with all of them, a directory with a .pem file for each, or a list of such. `false`: nobody looks at
   * revocation; whoever was revoked comes in.
   */
  readonly crls: string | readonly string[] | false;
  /** Milliseconds between two looks at the files; 10,000 when absent. */
  readonly interval?: number;
  /** What every context is made with besides: minVersion, ciphers, sigalgs and so on. */
  readonly tls?: Omit<SecureContextOptions, 'key' | 'cert' | 'pfx' | 'ca' | 'crl' | 'ticketKeys'>;
  /** New files are in force. */
  readonly onChange?: (state: FollowState) => void;
  /** Told once, when it begins; while it lasts the last good state stays in force. When absent, it is a process warning. */
  readonly onProblem?: (problem: FollowProblem) => void;
  readonly clock?: Clock;
}

/** Where time comes from; for tests. */
export interface Clock {
  now(): Date;
  /** Calls `look` every so many milliseconds until the returned function is called; keeps no process alive. */
  every(milliseconds: number, look: () => void): () => void;
}

/** What is in force. */
export interface FollowState {
  /** Of our own certificate; absent where it is no X509-SVID. */
  readonly id?: SpiffeIdText;
  /** Lower-case hex. */
  readonly serial: string;
  readonly notAfter: Date;
  readonly anchors: number;
  readonly crls: readonly { readonly issuer: string; readonly number: string; readonly nextUpdate: Date | undefined }[];
}

export interface FollowProblem {
  /**
   * `unreadable`, `malformed`, `key-mismatch`, `no-crls`, `crl-went-back`, or what our path validation calls it: `expired`,
   * `no-issuer`, `crl-expired`, `crl-missing`, `crl-signature-wrong`, `revoked` and so on.
   */
  readonly code: string;
  /** What it is about. */
  readonly file: string;
  /** In words, with the file. */
  readonly message: string;
}

/** TLS options that follow the files on disk. */
export interface FollowedContext {
  readonly state: FollowState;
  /** For https.createServer, tls.createServer, http2.createSecureServer: as things stand; `follow` keeps the server up to date. */
  serverOptions(): TlsOptions;
  /**
   * From now on new handshakes of the server use what is in force, and tickets issued before a new CRL resume nothing.
   * `endRevoked`: connections of peers that a new CRL revokes are ended.
   */
  follow(server: Server, options?: { readonly endRevoked?: boolean }): void;
  /** For one tls.connect or http2.connect: ask for new ones each time. Throws TypeError for what is no SPIFFE ID. */
  connectOptions(options: Allow): ConnectionOptions;
  /**
   * For https.request: every new connection uses what is in force; a new CRL or bundle ends idle connections and forgets
   * sessions, and with `endRevoked` the busy ones of revoked servers too.
   */
  agent(options: Allow & { readonly endRevoked?: boolean } & AgentOptions): Agent;
  /** Looks now, as a SIGHUP would have it. True when something new came into force. Never rejects. */
  refresh(): Promise<boolean>;
  /** Looks no more. What was handed out goes on with what is in force. */
  close(): void;
}

/** Who may be at the other end: whole ids, compared exactly. */
export interface Allow {
  readonly allow: readonly SpiffeIdText[];
}

export type Authorization =
  | { readonly allowed: true; readonly id: SpiffeIdText }
  /** `id` where the peer has proved one. */
  | { readonly allowed: false; readonly reason: string; readonly id?: SpiffeIdText };
