/** A home with default settings, made and used by the built program, whose clock is moved. Each command is a process of its own. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { run, type Ran } from '../../../support/programs.ts';
import { tempDirectory } from '../../../support/world/temp-directory.ts';
import { movedClock, type MovedClock } from './clock.ts';

const LAUNCHER = resolve(import.meta.dirname, '../../../../bin/svcauth.js');
export const isBuilt = existsSync(resolve(import.meta.dirname, '../../../../dist/main.cjs'));

/** An entry of the services file. */
export interface Entry {
  readonly service: string;
  readonly dns: string;
  readonly out?: string;
  readonly owner?: string;
  readonly hooks?: readonly unknown[];
  /** The program loads its files by itself, at least this often. */
  readonly reload?: 'self';
  readonly every?: string;
}

export interface Credentials {
  readonly key: string;
  readonly certificate: string;
}

export interface CalendarHome {
  readonly clock: MovedClock;
  /** Directory for everything of the test; other accounts can reach what is below it, but cannot list it. */
  readonly directory: string;
  /** Directory that svcauth publishes to. */
  readonly published: string;
  /** Runs a command; any exit status is a result. */
  run(...argv: readonly string[]): Promise<Ran>;
  /** Runs a command that must succeed, and returns its output. */
  svcauth(...argv: readonly string[]): Promise<string>;
  apply(services: readonly Entry[]): Promise<string>;
  /** Directory of a server's files. */
  outOf(service: string): string;
  filesIn(directory: string): Credentials;
  /** Returns the files of a service without a directory of its own. */
  filesOf(service: string): Credentials;
  /** Returns the files with which a client judges a server; one CRL a file. */
  trust(): { readonly anchors: string; readonly crls: readonly string[] };
}

export async function makeHome(initFlags: readonly string[] = []): Promise<CalendarHome> {
  const directory = tempDirectory();
  // servers with an account of their own pass through
  for (const each of [directory, dirname(directory)]) chmodSync(each, 0o711);
  const place = (...names: readonly string[]) => join(directory, ...names);
  for (const name of ['clock', 'published', 'etc']) {
    mkdirSync(place(name));
    chmodSync(place(name), 0o755);
  }
  writeFileSync(place('passphrase'), 'correct horse battery staple\n', { mode: 0o600 });
  const clock = movedClock(place('clock'));
  const env = {
    ...clock.env,
    SVCAUTH_HOME: place('home'),
    SVCAUTH_PASSPHRASE_FILE: place('passphrase'),
  };
  const home: CalendarHome = {
    clock,
    directory,
    published: place('published'),
    run: (...argv) => run([process.execPath, LAUNCHER, ...argv], { env, cwd: directory, timeout: 120_000 }),
    svcauth: async (...argv) => {
      const { status, stdout, stderr } = await home.run(...argv);
      if (status !== 0)
        throw new Error(`svcauth ${argv.join(' ')} on day ${clock.day()}: ${status}\n${stdout}${stderr}`);
      return stdout;
    },
    apply: services => {
      writeFileSync(place('services.yaml'), JSON.stringify({ version: 1, services }, undefined, 2));
      return home.svcauth('apply', '-f', place('services.yaml'));
    },
    outOf: service => place('etc', service),
    filesIn: at => ({ key: join(at, 'tls.key'), certificate: join(at, 'tls.crt') }),
    filesOf: service => home.filesIn(place('home', 'services', service, 'current')),
    trust: () => {
      const crls = readdirSync(place('published', 'crl')).filter(name => name.endsWith('.pem'));
      return {
        anchors: place('published', 'bundle.pem'),
        crls: crls.map(name => place('published', 'crl', name)),
      };
    },
  };
  await home.svcauth('ca', 'init', '--trust-domain', 'example.org', ...initFlags);
  const policy = place('home', 'svcauth.yaml');
  const comment = '# publishTo: [/srv/www/pki]';
  writeFileSync(policy, readFileSync(policy, 'utf8').replace(comment, `publishTo: [${home.published}]`));
  await home.svcauth('crl', 'publish');
  return home;
}
