/** Programs that serve with the certificate of a service and reject clients by our CRLs. Each is started here and ended by its id. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Question } from '../../../support/children/tls-client.ts';
import { environment, type ProgramName } from '../../../support/programs.ts';
import type { Account } from './account.ts';
import { removeTraces } from './clock.ts';
import { haproxy } from './servers/haproxy.ts';
import { mosquitto } from './servers/mosquitto.ts';
import { nginx } from './servers/nginx.ts';
import { postgres } from './servers/postgres.ts';
import { stunnel } from './servers/stunnel.ts';
import { uvicorn } from './servers/uvicorn.ts';

/** Paths and addresses for the configuration of one server. */
export interface Site {
  readonly service: string;
  /** Directory of the server, which its account owns. */
  readonly directory: string;
  readonly port: number;
  /** Port of the application behind a proxy, on 127.0.0.1. */
  readonly backend: number;
  readonly key: string;
  readonly certificate: string;
  readonly bundle: string;
  readonly crlBundle: string;
  readonly env: NodeJS.ProcessEnv;
  readonly account?: Account;
  /** Runs `svcauth config TARGET` for the service, and returns the configuration that it prints. */
  config(target: string): Promise<string>;
}

export interface ServerKind {
  readonly program: ProgramName;
  /** User of the program, where it does not run as root. */
  readonly user?: string;
  readonly protocol: Question['protocol'];
  /** Signal for the process that was started: it loads its files again. */
  readonly reload: 'HUP' | 'USR2';
  /** Writes the configuration; returns the command line. */
  readonly configure: (site: Site) => Promise<readonly [string, ...string[]]>;
}

export const KINDS = { nginx, haproxy, stunnel, postgres, mosquitto, uvicorn } as const satisfies Record<
  string,
  ServerKind
>;

export type ServerName = keyof typeof KINDS;

export interface RunningServer {
  readonly name: string;
  readonly protocol: Question['protocol'];
  readonly port: number;
  /** Command line of a hook that makes the server load its files. */
  readonly hook: readonly string[];
  stop(): Promise<void>;
}

export async function startServer(kind: ServerName, site: Site): Promise<RunningServer> {
  const { protocol, reload, configure }: ServerKind = KINDS[kind];
  mkdirSync(site.directory, { mode: 0o700 });
  if (site.account !== undefined) chownSync(site.directory, site.account.uid, site.account.gid);
  const [command, ...args] = await configure(site);
  const child = spawn(command, args, {
    cwd: site.directory,
    env: { ...environment(), ...site.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...site.account,
  });
  const ended = once(child, 'exit');
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  for (let tries = 0; !(await listens(site.port)); tries++) {
    if (isOver(child) || tries === 800) throw new Error(`${kind} does not listen: ${log}`);
    await sleep(25);
  }
  return {
    name: site.service,
    protocol,
    port: site.port,
    hook: ['kill', `-${reload}`, String(child.pid)],
    stop: async () => {
      // PostgreSQL ends open sessions on SIGINT, and waits for them on SIGTERM
      child.kill(protocol === 'postgres' ? 'SIGINT' : 'SIGTERM');
      await ended;
      removeTraces(child.pid!);
    },
  };
}

const isOver = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

export const file = (site: Site, name: string): string => join(site.directory, name);
