// Lists every input and effect of a run: clock, randomness, environment, files, terminal, programs and network. Types only.
// `main.ts` hands a world to every command. A new effect is a method here, a real half in `real/` and a fake in `test/support`.
import type { Files } from './files.ts';
import type { HookCall, HookEnd } from './hook-call.ts';

/** An output stream. `isTTY` decides colour, progress and prompts. */
export interface Sink {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Width in characters; 0 when unknown. */
  readonly columns: number;
}

interface Source {
  readonly isTTY: boolean;
  /** Reads up to end of file. */
  readAll(): Promise<Uint8Array>;
}

/** Everything outside the program. It is an argument, so a test can pass another one. */
export interface World {
  /** Time of this run, UTC; it does not advance. A run that took a lock gets a later one (`store/open-pki.ts`). */
  readonly now: Date;
  /** Reads the clock again, UTC, in whole seconds. Only a run that waited calls it. */
  clock(): Date;
  /** Milliseconds to wait for the lock of a home, from `--lock-wait`; absent: the default. */
  readonly lockWait?: number;
  /** Returns `length` cryptographically secure random bytes. */
  random(length: number): Uint8Array;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path that relative paths are resolved against. */
  readonly cwd: string;
  readonly in: Source;
  /** Standard output: results. */
  readonly out: Sink;
  /** Standard error: messages for people. */
  readonly err: Sink;
  /** True when errors and warnings are JSON lines, because the command line asks for JSON. */
  readonly jsonMessages?: boolean;
  readonly files: Files;
  /** Absolute path of the templates that ship with the program. */
  readonly templates: string;
  /** Account and host for the audit log and the lock: `user@host`. */
  readonly actor: string;
  readonly pid: number;
  /** Owner of the files we make, and the groups to which we may give files. */
  readonly account: { readonly uid: number; readonly groups: readonly number[] };
  /** Runs a program without a shell and returns its standard output; for --passphrase-command. Rejects on failure, and after 30 s. */
  run(argv: readonly string[]): Promise<Uint8Array>;
  /** Runs a hook of a deployment; every outcome is a result, never an exception. */
  runHook(call: HookCall): Promise<HookEnd>;
  /** Runs a TLS handshake with a server, without trusting it; every outcome is a result, never an exception. */
  handshake(target: HandshakeTarget): Promise<Handshake>;
  /** Reads an inherited file descriptor, at most `limit` bytes; for --passphrase-fd. Throws when it cannot. */
  readDescriptor(descriptor: number, limit: number): Uint8Array;
  /** Asks for a line without echo; present only when stdin and stderr are terminals. */
  readonly prompt?: Prompt;
  /** Returns monotonic milliseconds, only to display progress. */
  ticks(): number;
}

export interface Prompt {
  secret(message: string): Promise<string>;
  confirm(message: string): Promise<boolean>;
}

export interface HandshakeTarget {
  /** Host name or address. */
  readonly host: string;
  readonly port: number;
  /** Server name to send (SNI, RFC 6066 §3); absent: none. */
  readonly serverName?: string;
  /** Protocol that starts TLS, when TLS does not begin with the first byte. */
  readonly startTls?: 'postgres';
  /** Client certificate to present; absent: none. */
  readonly client?: { readonly keyPem: Uint8Array; readonly certificatePem: Uint8Array };
  /** Bytes to send after the handshake; the first line of the answer is then read. Absent: none. */
  readonly request?: Uint8Array;
  /** Time limit for the handshake and the answer, in seconds. */
  readonly seconds: number;
}

export interface Handshake {
  /** Bytes that the server sent. */
  readonly received: Uint8Array;
  /** Secrets of the connection, in NSS key log format: they decrypt `received`. */
  readonly keyLog: string;
  /** True if both sides completed the handshake; a server can still reject a client certificate afterwards. */
  readonly completed: boolean;
  /** Beginning of the answer to `request`. */
  readonly answer?: Uint8Array;
  /** Reason of the failure; absent when the handshake was completed and, with `request`, the server answered. */
  readonly problem?: 'refused' | 'timed-out' | 'unknown-host' | 'unreachable' | 'not-tls' | 'closed' | 'alert';
  /** Alert of the server in the words of RFC 8446 §6, as `unknown ca`; only for `alert`. */
  readonly alert?: string;
}
