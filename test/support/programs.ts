/** Other programs: found on the PATH, run without a shell, and reported when they are missing. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';

/** The Python for which Debian installs modules; another one may come first on the PATH. */
export const PYTHON = '/usr/bin/python3';

/** Command line for each program's version, and its Debian package. */
const PROGRAMS = {
  openssl: { ask: ['version'], debian: 'openssl' },
  curl: { ask: ['--version'], debian: 'curl' },
  certtool: { ask: ['--version'], debian: 'gnutls-bin' },
  go: { ask: ['version'], debian: 'golang-go' },
  java: { ask: ['--version'], debian: 'default-jre-headless' },
  keytool: { ask: [], debian: 'default-jre-headless' },
  certutil: { ask: [], debian: 'libnss3-tools' },
  crlutil: { ask: [], debian: 'libnss3-tools' },
  nginx: { ask: ['-v'], debian: 'nginx-light' },
  haproxy: { ask: ['-v'], debian: 'haproxy' },
  promtool: { ask: ['--version'], debian: 'prometheus' },
  'systemd-analyze': { ask: ['--version'], debian: 'systemd' },
  python3: { ask: ['--version'], debian: 'python3' },
  faketime: { ask: ['--version'], debian: 'faketime' },
  stunnel: { ask: ['-version'], debian: 'stunnel4' },
  postgres: { ask: ['--version'], debian: 'postgresql' },
  mosquitto: { ask: ['-h'], debian: 'mosquitto' },
  uvicorn: {
    ask: ['-c', 'import fastapi, uvicorn; print(uvicorn.__version__)'],
    debian: 'python3-fastapi python3-uvicorn',
    /** A module of a program, which fails where it is absent. */
    of: PYTHON,
  },
} as const satisfies Record<string, Program>;

interface Program {
  readonly ask: readonly string[];
  readonly debian: string;
  readonly of?: string;
}

export type ProgramName = keyof typeof PROGRAMS;

const versions = new Map<ProgramName, string | undefined>();

/** Returns the version it reports (empty when it reports none); undefined when it is not installed. */
function versionOf(name: ProgramName): string | undefined {
  if (!versions.has(name)) {
    const { ask, of }: Program = PROGRAMS[name];
    const asked = spawnSync(of ?? name, ask, { encoding: 'utf8', env: environment(), timeout: 20_000 });
    const missing = asked.error !== undefined || (of !== undefined && asked.status !== 0);
    versions.set(name, missing ? undefined : (/\d+(\.\d+)+/.exec(asked.stdout + asked.stderr)?.[0] ?? ''));
  }
  return versions.get(name);
}

const debianOf = (names: readonly ProgramName[]) => [...new Set(names.map(name => PROGRAMS[name].debian))].join(' ');

/** Returns true when a program is installed; otherwise prints that a part of a test is left out. */
export function isInstalled(name: ProgramName): boolean {
  const isHere = versionOf(name) !== undefined;
  if (!isHere) console.warn(`left out: ${name} not installed (Debian: ${debianOf([name])})`);
  return isHere;
}

/** A `describe` titled with the versions of the programs it needs. Without them it is skipped, with the reason. */
export function describeWith(names: readonly ProgramName[], title: string, body: () => void): void {
  const missing = names.filter(name => versionOf(name) === undefined);
  if (missing.length > 0) {
    const reason = `${missing.join(', ')} not installed (Debian: ${debianOf(missing)})`;
    console.warn(`skipped: ${title}: ${reason}`);
    describe.skip(`${title}: ${reason}`, body);
    return;
  }
  describe(`${title} (${names.map(name => `${name} ${versionOf(name) ?? ''}`.trim()).join(', ')})`, body);
}

export interface Ran {
  /** Exit status; 128 and more: ended by a signal, or by the timeout. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Timeout in milliseconds; 30,000 by default. */
  readonly timeout?: number;
  /** Account of the program, where the tests run as root. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Runs a program to its end; any exit status is a result, not an error. */
export function run(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<Ran> {
  const [command, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...environment(), ...options.env },
      timeout: options.timeout ?? 30_000,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // a program may exit without reading its input
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', status => {
      resolve({
        status: status ?? 128,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
    child.stdin.end(options.input);
  });
}

/** Environment: English, and no trust anchors from outside the test. Servers are in directories that Debian's users do not search. */
export function environment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _anchors, PATH: path = '', ...inherited } = process.env;
  return { ...inherited, PATH: [path, '/usr/sbin', ...POSTGRESQL].join(':'), LC_ALL: 'C', TZ: 'UTC' };
}

const VERSIONS = '/usr/lib/postgresql';
/** Directory of the newest PostgreSQL. */
const POSTGRESQL = (existsSync(VERSIONS) ? readdirSync(VERSIONS) : [])
  .sort((a, b) => Number(b) - Number(a))
  .slice(0, 1)
  .map(version => join(VERSIONS, version, 'bin'));
