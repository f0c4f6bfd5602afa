import type { HookCall, HookEnd } from './run-hook.ts';
import type { Files } from './store/files.ts';

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
