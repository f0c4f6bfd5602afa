/**
 * Weeks in the life of servers and clients: one tick a day, one revocation, one rotation of the issuing CA. Servers load their files
 * only when their hook runs. On every day, before and after the tick, every client asks every server. The diary lists each answer that
 * was wrong, and what `svcauth check` said at that time.
 */
import { cpSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ran } from '../../../support/programs.ts';
import type { Answer } from '../../../support/children/tls-client.ts';
import { accountOf } from './account.ts';
import { startClient, type Client } from './client.ts';
import { makeHome, type CalendarHome, type Credentials, type Entry } from './home.ts';
import {
  freePort,
  KINDS,
  startServer,
  type RunningServer,
  type ServerKind,
  type ServerName,
  type Site,
} from './server.ts';

export interface Course {
  /** Kind of each server, by the name of its service. */
  readonly servers: Readonly<Record<string, ServerName>>;
  /** Age of the PKI in days when the services and servers begin; until then it ticks alone. */
  readonly startOn?: number;
  /** Number of ticks; the first is a day after the servers began. */
  readonly days: number;
  /** Day on which a stolen certificate is revoked, after the tick. */
  readonly revokeOn: number;
  /**
   * Day on which an operator begins to rotate the issuing CA, after the tick. Each later step follows when its gates are open. Without
   * it, `tick` rotates when it is time.
   */
  readonly rotateOn?: number;
  /** Returns the hook of a server in the services file; by default the command line that reloads it. */
  readonly hook?: (server: string, reload: readonly string[]) => unknown;
}

interface Failure {
  readonly day: number;
  readonly moment: string;
  readonly client: string;
  readonly server: string;
  readonly expected: 'accepted' | 'rejected';
  readonly got: Answer['outcome'];
  readonly words: string;
}

interface Moment {
  readonly day: number;
  readonly moment: string;
  readonly questions: number;
  readonly failures: readonly Failure[];
  /** Exit status and findings of `svcauth check`. */
  readonly check: number;
  readonly findings: readonly string[];
}

export interface Diary {
  readonly moments: readonly Moment[];
  readonly failures: readonly Failure[];
  /** Commands that ended with an unexpected status. */
  readonly commands: readonly string[];
  /** Days on which the steps of the rotation were taken. */
  readonly steps: Readonly<Partial<Record<Step, number>>>;
  /** Milliseconds that the slowest server took, after `revoke` had ended, to reject the revoked client. */
  readonly rejectedAfter: number;
}

type Step = (typeof STEPS)[number];

const STEPS = ['prepare', 'publish', 'activate', 'drain', 'retire'] as const;
/** Actions of `tick` for the steps. */
const STEP_DONE: Readonly<Record<Step, string>> = {
  prepare: 'prepared',
  publish: 'published',
  activate: 'activated',
  drain: 'draining',
  retire: 'retired',
};
/** Milliseconds after a command in which a signalled server may still load its files. */
const GRACE = 2000;

interface Guest {
  readonly name: string;
  readonly files: Credentials;
  readonly expected: 'accepted' | 'rejected';
}

export async function live(course: Course): Promise<Diary> {
  const home = await makeHome();
  await liveAlone(home, course.startOn ?? 0);
  const backend = createServer((_, response) => response.end('hello\n')).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  const client = await startClient(home.clock, home.directory);
  const running: RunningServer[] = [];
  try {
    const servers = Object.entries(course.servers);
    const entries = servers.map(([server, kind]) => entryOf(home, server, kind));
    const clients = ['good', 'stolen'].map(clientEntry);
    await home.apply([...entries, ...clients]);
    const { port } = backend.address() as AddressInfo;
    for (const [server, kind] of servers) running.push(await startServer(kind, await siteOf(home, server, kind, port)));
    const hooked = entries.map((entry, n) => {
      const { name, hook } = running[n]!;
      return { ...entry, hooks: [course.hook?.(name, hook) ?? hook] };
    });
    const services = [...hooked, ...clients];
    await home.apply(services);
    return await liveThrough(course, home, running, client, services);
  } finally {
    await Promise.all([...running, client].map(each => each.stop()));
    backend.close();
    backend.closeAllConnections();
  }
}

/** Lets a PKI without services get old. The root's CRL is valid for 90 days, that of an issuing CA for 14. */
async function liveAlone(home: CalendarHome, days: number): Promise<void> {
  for (let day = 3; day <= days; day += 3) {
    home.clock.moveTo(day);
    await home.svcauth('tick');
  }
  home.clock.moveTo(days);
}

/** A client reads its files whenever it connects. */
const clientEntry = (service: string): Entry => ({ service, dns: 'localhost', reload: 'self', every: '1h' });

function entryOf(home: CalendarHome, server: string, kind: ServerName): Entry {
  const { user }: ServerKind = KINDS[kind];
  const owner = user !== undefined && accountOf(user) !== undefined ? user : undefined;
  return { service: server, dns: 'localhost', out: home.outOf(server), ...(owner !== undefined && { owner }) };
}

async function siteOf(home: CalendarHome, server: string, kind: ServerName, backend: number): Promise<Site> {
  const { user }: ServerKind = KINDS[kind];
  const account = user === undefined ? undefined : accountOf(user);
  const port = await freePort();
  return {
    service: server,
    ...home.filesIn(join(home.outOf(server), 'current')),
    directory: join(home.directory, server),
    port,
    backend,
    bundle: join(home.published, 'bundle.pem'),
    crlBundle: join(home.published, 'crl-bundle.pem'),
    env: home.clock.env,
    ...(account !== undefined && { account }),
    config: target => {
      const application = target === 'fastapi' ? [] : ['--backend', `127.0.0.1:${backend}`];
      return home.svcauth('config', target, server, '--listen', String(port), ...application);
    },
  };
}

async function liveThrough(
  course: Course,
  home: CalendarHome,
  servers: readonly RunningServer[],
  client: Client,
  services: readonly Entry[],
): Promise<Diary> {
  const moments: Moment[] = [];
  const commands: string[] = [];
  const steps: Partial<Record<Step, number>> = {};
  const guests = new Map<string, Guest>();
  const invite = (name: string, files: Credentials, expected: Guest['expected'] = 'accepted') =>
    guests.set(name, { name, files, expected });
  const { startOn = 0 } = course;
  const today = () => home.clock.day() - startOn;
  let rejectedAfter = 0;

  /** Asks again while the server loads its files: it may drop a connection, and after `revoke` it may still accept. */
  async function askOne({ files, expected }: Guest, { protocol, port }: RunningServer, moment: string) {
    const start = performance.now();
    for (;;) {
      const answer = await client.ask({ protocol, port, ...files, ...home.trust() });
      const milliseconds = performance.now() - start;
      const mayChange = expected === 'rejected' && moment === 'revoke' ? 'accepted' : 'unreachable';
      if (answer.outcome !== mayChange || milliseconds > GRACE) return { ...answer, milliseconds };
      await sleep(20);
    }
  }

  async function ask(moment: string): Promise<void> {
    const day = today();
    const pairs = [...guests.values()].flatMap(guest => servers.map(server => ({ guest, server })));
    const failures: Failure[] = [];
    await Promise.all(
      pairs.map(async ({ guest, server }) => {
        const { outcome, words, milliseconds } = await askOne(guest, server, moment);
        const { name, expected } = guest;
        if (expected === 'rejected' && moment === 'revoke') rejectedAfter = Math.max(rejectedAfter, milliseconds);
        const isRight = expected === 'accepted' ? outcome === 'accepted' : outcome !== 'accepted';
        if (!isRight) failures.push({ day, moment, client: name, server: server.name, expected, got: outcome, words });
      }),
    );
    const { status, stdout } = await home.run('check', '-o', 'json');
    const { findings } = JSON.parse(stdout) as { findings: { severity: string; name: string; message: string }[] };
    const told = findings.map(({ severity, name, message }) => `${severity} ${name}: ${message}`);
    moments.push({ day, moment, questions: pairs.length, failures, check: status, findings: told });
  }

  /** Runs a command; an exit status other than these is recorded. */
  async function command(argv: readonly string[], statuses: readonly number[] = [0]): Promise<Ran> {
    const ran = await home.run(...argv);
    const { status, stdout, stderr } = ran;
    if (!statuses.includes(status)) {
      commands.push(`day ${today()}: svcauth ${argv.join(' ')}: ${status}\n${stdout}${stderr}`);
    }
    return ran;
  }

  async function revoke(): Promise<void> {
    const loot = join(home.directory, 'loot');
    cpSync(join(home.filesOf('stolen').key, '..'), loot, { recursive: true, dereference: true });
    await command(['revoke', 'stolen', '--reason', 'keyCompromise']);
    guests.delete('stolen');
    invite('thief', home.filesIn(loot), 'rejected');
    await ask('revoke');
    await command(['renew', 'stolen']);
    invite('stolen', home.filesOf('stolen'));
  }

  async function rotate(): Promise<void> {
    for (const step of STEPS) {
      if (steps[step] !== undefined) continue;
      // 7: a gate is closed today
      const { status } = await command(['ca', 'rotate', step, '--tier', 'issuing'], [0, 7]);
      if (status !== 0) return;
      steps[step] = today();
      if (step === 'activate') await welcome();
    }
  }

  /** The first certificate of a new CA. */
  async function welcome(): Promise<void> {
    await home.apply([...services, clientEntry('newcomer')]);
    invite('newcomer', home.filesOf('newcomer'));
    await ask('the first certificate of the new CA');
  }

  async function tick(): Promise<void> {
    const { stdout } = await command(['tick', '--fail-on', 'critical', '-o', 'json']);
    for (const step of STEPS) if (stdout.includes(`"rotation-${STEP_DONE[step]}"`)) steps[step] = today();
    await ask('after the tick');
    if (steps.activate === today()) await welcome();
  }

  for (const name of ['good', 'stolen']) invite(name, home.filesOf(name));
  await ask('start');
  for (let day = 1; day <= course.days; day++) {
    home.clock.moveTo(startOn + day);
    await ask('before the tick');
    await tick();
    if (day === course.revokeOn) await revoke();
    if (course.rotateOn !== undefined && day >= course.rotateOn) await rotate();
  }
  return { moments, failures: moments.flatMap(({ failures }) => failures), commands, steps, rejectedAfter };
}
