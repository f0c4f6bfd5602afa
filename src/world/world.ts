// Lists every input and effect of a run: clock, randomness, environment, files, terminal, programs and network. Types only.
// `main.ts` hands a world to every command. A new effect is a method here, a real half in `real/` and a fake in `test/support`.
import type { Files } from './files.ts';
import type { HookCall, HookEnd } from './hook-call.ts';

/** Where text goes. `isTTY` decides colour, progress and prompts. */
export interface Sink {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Width in characters; 0 when unknown. */
  readonly columns: number;
}

interface Source {
  readonly isTTY: boolean;
  /** Everything up to end of file. */
  readAll(): Promise<Uint8Array>;
}

/** Everything that is not the program: handed in once, so that a test hands in another. */
export interface World {
  /** The one instant of this run, UTC. */
  readonly now: Date;
  /** `length` cryptographically secure random bytes. */
  random(length: number): Uint8Array;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path that relative paths are resolved against. */
  readonly cwd: string;
  readonly in: Source;
  /** Data. */
  readonly out: Sink;
  /** People. */
  readonly err: Sink;
  /** Errors and warnings are JSON lines: the command line asks for JSON. */
  readonly jsonMessages?: boolean;
  readonly files: Files;
  /** Directory of the templates that ship with the program; absolute. */
  readonly templates: string;
  /** Who acts, for the audit log and the lock: `user@host`. */
  readonly actor: string;
  readonly pid: number;
  /** Whose files those are that we make, and whose we may make them. */
  readonly account: { readonly uid: number; readonly groups: readonly number[] };
  /** Runs a program without a shell and returns its standard output; for --passphrase-command. Rejects on failure, and after 30 s. */
  run(argv: readonly string[]): Promise<Uint8Array>;
  /** Runs a hook of a deployment; whatever becomes of it is an answer. */
  runHook(call: HookCall): Promise<HookEnd>;
  /** Speaks TLS to a server and believes nothing it says; whatever becomes of it is an answer. */
  handshake(target: HandshakeTarget): Promise<Handshake>;
  /** Everything an inherited file descriptor gives, at most `limit` bytes; for --passphrase-fd. Throws when it cannot. */
  readDescriptor(descriptor: number, limit: number): Uint8Array;
  /** Asks for a line without echo; present only when stdin and stderr are terminals. */
  readonly prompt?: Prompt;
  /** Monotonic milliseconds, for progress display only; never decides anything. */
  ticks(): number;
}

export interface Prompt {
  secret(message: string): Promise<string>;
  confirm(message: string): Promise<boolean>;
}

export interface HandshakeTarget {
  /** A host name or an address. */
  readonly host: string;
  readonly port: number;
  /** Whom we ask for (RFC 6066 §3); absent: nobody in particular. */
  readonly serverName?: string;
  /** How TLS begins where it does not from the first byte. */
  readonly startTls?: 'postgres';
  /** Who we are; absent: nobody. */
  readonly client?: { readonly keyPem: Uint8Array; readonly certificatePem: Uint8Array };
  /** For all of it. */
  readonly seconds: number;
}

export interface Handshake {
  /** What the server sent, byte for byte. */
  readonly received: Uint8Array;
  /** The secrets of the connection, NSS key log format: with them what was sent can be read. Nothing else was said over it. */
  readonly keyLog: string;
  /** Why it came to nothing; absent when both sides were content. */
  readonly problem?: 'refused' | 'timed-out' | 'unknown-host' | 'unreachable' | 'not-tls' | 'closed' | 'alert';
  /** With `alert`: the server's, in its words (RFC 8446 §6): `unknown ca`. */
  readonly alert?: string;
}
