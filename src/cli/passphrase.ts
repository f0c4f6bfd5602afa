// Reads a passphrase from exactly one source: a flag, the environment, a credential of systemd, or the terminal.
// Every command that may need a key adds its flags from here, and `ask-passphrase.ts` reads with it.
// It never repeats in an error the passphrase it read.
import { Option, type Command } from 'commander';
import { join, resolve } from 'node:path';
import type { World } from '../world/world.ts';
import { failure, SvcauthError } from '../errors/error.ts';
import { quote } from '../errors/row.ts';
import { equalBytes, utf8 } from '../pki/bytes.ts';
import { warn } from '../view/message.ts';
import { splitWords } from './words.ts';

/** Sources of a passphrase, as typed. */
export interface PassphraseOptions {
  readonly passphraseFile?: string;
  readonly passphraseFd?: string;
  readonly passphraseCommand?: string;
  readonly passphraseEnv?: string;
}

export interface PassphraseNeed {
  /** Key that the passphrase opens or will protect, with its article: `the key of issuing-g1`. */
  readonly what: string;
  /** True for a new passphrase: a terminal asks twice, and it must not be too short. */
  readonly isNew: boolean;
}

/**
 * Least number of characters of a new passphrase. NIST SP 800-63B-4 §3.1.1.2 asks for eight where the secret is not the only
 * protection; the key file's mode is the other. No other rule applies: machines make most passphrases.
 */
const MINIMUM_LENGTH = 8;
/** Largest number of bytes; a longer input is not a passphrase. */
const LIMIT = 64 * 1024;

interface Source {
  readonly flag: string;
  readonly argument: string;
  readonly help: string;
  readonly read: (value: string, world: World) => Uint8Array | Promise<Uint8Array>;
}

const SOURCES: Readonly<Record<keyof PassphraseOptions, Source>> = {
  passphraseFile: {
    flag: '--passphrase-file',
    argument: '<file>',
    help: 'the only line of a file',
    read: (path, world) => {
      if (path === '-') throw unreadable('--passphrase-file', 'for standard input write --passphrase-fd 0');
      return fromFile(`--passphrase-file ${quote(path)}`, path, world);
    },
  },
  passphraseFd: {
    flag: '--passphrase-fd',
    argument: '<n>',
    help: 'an open file descriptor; 0 is standard input',
    read: (number, world) => {
      // the message does not repeat the value: it may be a passphrase typed in the wrong place
      if (!/^[0-9]{1,4}$/.test(number))
        throw unreadable('--passphrase-fd', 'it is not the number of a file descriptor');
      try {
        return world.readDescriptor(Number(number), LIMIT);
      } catch (cause) {
        throw unreadable('--passphrase-fd', 'it cannot be read', cause);
      }
    },
  },
  passphraseCommand: {
    flag: '--passphrase-command',
    argument: '<command>',
    help: 'the output of a program, run without a shell',
    read: async (command, world) => {
      const argv = splitWords(command);
      if (argv === undefined) throw failure('ERR_COMMAND_QUOTES', { flag: '--passphrase-command' });
      try {
        return await world.run(argv);
      } catch (cause) {
        throw unreadable('--passphrase-command', cause instanceof Error ? cause.message : 'it failed', cause);
      }
    },
  },
  passphraseEnv: {
    flag: '--passphrase-env',
    argument: '<name>',
    help: 'the value of an environment variable, which other programs of yours can read',
    read: (name, world) => {
      const value = world.env[name];
      if (value === undefined) throw unreadable('--passphrase-env', 'no environment variable has the name it gives');
      return utf8(value);
    },
  },
};

/** Adds the flags for the source of a passphrase. */
export function passphraseOptions(command: Command): Command {
  for (const { flag, argument, help } of Object.values(SOURCES)) {
    command.addOption(new Option(`${flag} ${argument}`, help).helpGroup('Passphrase:'));
  }
  return command;
}

/** Lists the given flags. The environment is left out: it is for the keys of the CA. */
export const passphraseFlags = (options: PassphraseOptions): readonly string[] =>
  Object.entries(SOURCES).flatMap(([name, { flag }]) =>
    options[name as keyof PassphraseOptions] === undefined ? [] : [flag],
  );

/**
 * Reads the passphrase from the one flag given, else $SVCAUTH_PASSPHRASE_FILE, else systemd's credential, else from a person at the
 * terminal. The caller wipes it (`fill(0)`) after use. Throws ERR_PASSPHRASE_*, ERR_FLAG_CONFLICT.
 */
export async function readPassphrase(
  options: PassphraseOptions,
  world: World,
  need: PassphraseNeed,
): Promise<Uint8Array> {
  const source = chooseSource(options, world);
  if (source === undefined) return askPassphrase(world, need);
  const read = await source.read();
  const passphrase = withoutNewline(read);
  read.fill(0);
  return accept(passphrase, source.name, need);
}

/** Returns true when a passphrase has a source other than a question at the terminal. */
export const hasPassphraseSource = (options: PassphraseOptions, world: World): boolean =>
  chooseSource(options, world) !== undefined;

function chooseSource(
  options: PassphraseOptions,
  world: World,
): { readonly name: string; readonly read: () => Uint8Array | Promise<Uint8Array> } | undefined {
  const given = Object.entries(SOURCES).flatMap(([name, source]) => {
    const value = options[name as keyof PassphraseOptions];
    return value === undefined ? [] : [{ name: source.flag, read: () => source.read(value, world) }];
  });
  if (given.length > 1) {
    throw failure('ERR_FLAG_CONFLICT', {
      flags: given.map(source => source.name),
      why: 'each says where the passphrase is',
    });
  }
  if (given[0] !== undefined) return given[0];
  const { SVCAUTH_PASSPHRASE_FILE: path, CREDENTIALS_DIRECTORY: credentials } = world.env;
  if (path !== undefined && path !== '') {
    const name = `$SVCAUTH_PASSPHRASE_FILE ${quote(path)}`;
    return { name, read: () => fromFile(name, path, world) };
  }
  // systemd.exec(5) LoadCredential=: only this unit can read the directory
  const credential = credentials === undefined ? undefined : join(credentials, 'svcauth-passphrase');
  if (credential === undefined || world.files.status(credential) === undefined) return undefined;
  const name = 'the systemd credential svcauth-passphrase';
  return { name, read: () => readBytes(name, credential, world) };
}

function fromFile(source: string, path: string, world: World): Uint8Array {
  const absolute = resolve(world.cwd, path);
  const bytes = readBytes(source, absolute, world);
  const status = world.files.status(absolute);
  if (status?.kind === 'file' && (status.mode & 0o044) !== 0) {
    const mode = status.mode.toString(8).padStart(4, '0');
    warn(world, `others can read the passphrase file ${quote(path)} (mode ${mode}, 0600 is expected)`);
  }
  return bytes;
}

function readBytes(source: string, path: string, world: World): Uint8Array {
  try {
    const bytes = world.files.readInput(path, LIMIT);
    if (bytes !== undefined) return bytes;
  } catch (cause) {
    throw unreadable(
      source,
      cause instanceof SvcauthError ? String(cause.params['reason']) : 'it cannot be read',
      cause,
    );
  }
  throw unreadable(source, 'there is no such file');
}

async function askPassphrase({ prompt }: World, need: PassphraseNeed): Promise<Uint8Array> {
  if (prompt === undefined) throw failure('ERR_PASSPHRASE_MISSING', { what: need.what });
  const typed = utf8(await prompt.secret(`${need.isNew ? 'New passphrase' : 'Passphrase'} for ${need.what}:`));
  const passphrase = accept(typed, 'the terminal', need);
  if (need.isNew) {
    const again = utf8(await prompt.secret('Once more:'));
    const same = equalBytes(passphrase, again);
    again.fill(0);
    if (!same) throw failure('ERR_PASSPHRASE_MISMATCH', {});
  }
  return passphrase;
}

function accept(passphrase: Uint8Array, source: string, need: PassphraseNeed): Uint8Array {
  if (passphrase.length === 0) throw failure('ERR_PASSPHRASE_EMPTY', { source });
  if (passphrase.includes(NEWLINE)) throw failure('ERR_PASSPHRASE_LINES', { source });
  if (need.isNew && countCharacters(passphrase) < MINIMUM_LENGTH)
    throw failure('ERR_PASSPHRASE_SHORT', { minimum: MINIMUM_LENGTH });
  return passphrase;
}

/** Counts the code points of UTF-8, without making a string that could not be wiped. */
const countCharacters = (bytes: Uint8Array): number => bytes.filter(byte => (byte & 0xc0) !== 0x80).length;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Returns a copy without the newline that an editor leaves at the end; `openssl -passin file:` reads the same bytes. */
function withoutNewline(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== NEWLINE) return bytes.slice();
  return bytes.slice(0, bytes.at(-2) === RETURN ? -2 : -1);
}

const unreadable = (source: string, reason: string, cause?: unknown) =>
  failure('ERR_PASSPHRASE_UNREADABLE', { source, reason }, cause);
