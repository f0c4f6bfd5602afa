// The types of svcauth/node: its arguments and its results.
// `api.ts` exports all of them and the build publishes their declarations: a change here changes what services compile against.
import type { Agent, AgentOptions } from 'node:https';
import type { ConnectionOptions, SecureContextOptions, Server, TlsOptions } from 'node:tls';

/** The text of a SPIFFE ID, like `spiffe://example.org/payments`. */
export type SpiffeIdText = `spiffe://${string}`;

export interface FollowOptions {
  /** The service's directory. tls.crt and tls.key are in its `current` (or Kubernetes' `..data`), or in itself. */
  readonly dir: string;
  /** PEM file of the trust anchors; default: ca.crt in the directory of the certificate. */
  readonly bundle?: string;
  /**
   * The CRLs: a PEM file with all of them, a directory with a .pem file for each, or a list of these. `false` disables revocation
   * checking: revoked peers are accepted.
   */
  readonly crls: string | readonly string[] | false;
  /** Milliseconds between two checks of the files; default: 10,000. */
  readonly interval?: number;
  /** Further options of every context: minVersion, ciphers, sigalgs and so on. */
  readonly tls?: Omit<SecureContextOptions, 'key' | 'cert' | 'pfx' | 'ca' | 'crl' | 'ticketKeys'>;
  /** Called when new files are in force. */
  readonly onChange?: (state: FollowState) => void;
  /** Called once when a problem begins; the last good state stays in force until the problem is repaired. Default: a process warning. */
  readonly onProblem?: (problem: FollowProblem) => void;
  readonly clock?: Clock;
}

/** The source of time; for tests. */
export interface Clock {
  now(): Date;
  /** Calls `look` at this interval until the returned function is called; it does not keep the process alive. */
  every(milliseconds: number, look: () => void): () => void;
}

/** The certificate, anchors and CRLs in force. */
export interface FollowState {
  /** SPIFFE ID of the service's own certificate; absent if it is not an X509-SVID. */
  readonly id?: SpiffeIdText;
  /** Lower-case hex. */
  readonly serial: string;
  readonly notAfter: Date;
  readonly anchors: number;
  readonly crls: readonly { readonly issuer: string; readonly number: string; readonly nextUpdate: Date | undefined }[];
}

export interface FollowProblem {
  /**
   * `unreadable`, `malformed`, `key-mismatch`, `no-crls`, `crl-went-back`, or a code of path validation: `expired`,
   * `no-issuer`, `crl-expired`, `crl-missing`, `crl-signature-wrong`, `revoked` and so on.
   */
  readonly code: string;
  /** The file with the problem. */
  readonly file: string;
  /** Description, with the file. */
  readonly message: string;
}

/** TLS options that follow the files on disk. */
export interface FollowedContext {
  readonly state: FollowState;
  /** Options for https.createServer, tls.createServer or http2.createSecureServer; `follow` keeps the server up to date. */
  serverOptions(): TlsOptions;
  /**
   * Keeps the server up to date: new handshakes use the files in force, and a new CRL invalidates earlier session tickets.
   * `endRevoked` closes connections of peers that a new CRL revokes.
   */
  follow(server: Server, options?: { readonly endRevoked?: boolean }): void;
  /** Options for one tls.connect or http2.connect; call it for each connection. Throws TypeError for an invalid SPIFFE ID. */
  connectOptions(options: Allow): ConnectionOptions;
  /**
   * An agent for https.request. New connections use the files in force. A new CRL or bundle closes idle connections and forgets
   * sessions; with `endRevoked` it also closes busy connections to revoked servers.
   */
  agent(options: Allow & { readonly endRevoked?: boolean } & AgentOptions): Agent;
  /** Checks the files now, for example on SIGHUP. Resolves to true if new files came into force; never rejects. */
  refresh(): Promise<boolean>;
  /** Stops checking the files. Servers and agents keep the files in force. */
  close(): void;
}

/** The SPIFFE IDs of accepted peers, compared exactly. */
export interface Allow {
  readonly allow: readonly SpiffeIdText[];
}

export type Authorization =
  | { readonly allowed: true; readonly id: SpiffeIdText }
  /** `id` is present if the peer has proved one. */
  | { readonly allowed: false; readonly reason: string; readonly id?: SpiffeIdText };
