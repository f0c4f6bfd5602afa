/** nginx and HAProxy that reload their files without ending a connection. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environment, type ProgramName } from '../../support/programs.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import { anchorsOf, crlBundleOf, fileOf, type Pki } from '../pki.ts';
import { idOf, type NodeService } from './node-service.ts';

/** A server that never acts as a client. */
export type LiveProxy = Omit<NodeService, 'ask' | 'problems'>;

interface Kind {
  readonly signal: NodeJS.Signals;
  /** Output that appears again when only new files are served. */
  readonly loaded: RegExp;
  argv(directory: string): readonly [string, ...string[]];
  configure(pki: Pki, directory: string, port: number): void;
}

const KINDS = {
  nginx: {
    signal: 'SIGHUP',
    loaded: /worker process \d+ exited with code 0/g,
    argv: directory => ['nginx', '-p', directory, '-c', join(directory, 'nginx.conf'), '-e', 'stderr'],
    configure: (pki, directory, port) => {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      writeFileSync(
        join(directory, 'nginx.conf'),
        `
daemon off;
worker_processes 1;
# a worker that is made at a reload has the clock that npm run test:ahead moved, too
env FAKETIME;
env FAKETIME_DONT_FAKE_MONOTONIC;
pid nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
  ${temporary.map(name => `${name}_temp_path ${name};`).join('\n  ')}
  keepalive_timeout 0;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_session_cache off;
    ssl_session_tickets off;
    ssl_certificate ${fileOf(pki, 'nginx', 'tls.crt')};
    ssl_certificate_key ${fileOf(pki, 'nginx', 'tls.key')};
    ssl_verify_client on;
    ssl_verify_depth 3;
    ssl_client_certificate ${anchorsOf(pki)};
    ssl_crl ${crlBundleOf(pki)};
    error_page 495 496 = @refused;
    location / { return 200 "$ssl_client_verify $ssl_client_s_dn"; }
    location @refused { return 403 "$ssl_client_verify"; }
  }
}`,
      );
    },
  },
  haproxy: {
    signal: 'SIGUSR2',
    loaded: /exited with code 0/g,
    argv: directory => ['haproxy', '-W', '-db', '-f', join(directory, 'haproxy.cfg')],
    configure: (pki, directory, port) => {
      const pem = join(directory, 'server.pem');
      const together = (['tls.crt', 'tls.key'] as const).map(name =>
        readFileSync(fileOf(pki, 'haproxy', name), 'utf8'),
      );
      writeFileSync(pem, together.join(''), { mode: 0o600 });
      writeFileSync(
        join(directory, 'haproxy.cfg'),
        `
global
  stats socket ${join(directory, 'admin')} level admin expose-fd listeners
  tune.ssl.cachesize 0
  ssl-default-bind-options no-tls-tickets
defaults
  mode http
  option httpclose
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend tls
  bind 127.0.0.1:${port} ssl crt ${pem} ca-file ${anchorsOf(pki)} crl-file ${crlBundleOf(pki)} verify required
  http-request return status 200 content-type text/plain lf-string "%[ssl_c_verify] %{+Q}[ssl_c_s_dn]"
`,
      );
    },
  },
} as const satisfies Partial<Record<ProgramName, Kind>>;

export type ProxyName = keyof typeof KINDS;

export async function startProxy(pki: Pki, name: ProxyName): Promise<LiveProxy> {
  const kind: Kind = KINDS[name];
  const directory = tempDirectory();
  const port = await freePort();
  kind.configure(pki, directory, port);
  const [command, ...args] = kind.argv(directory);
  const child = spawn(command, args, { env: environment(), stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const said = () => log.match(kind.loaded)?.length ?? 0;
  const until = async (isThere: () => boolean | Promise<boolean>) => {
    for (let tries = 0; !(await isThere()); tries++) {
      if (isOver(child) || tries === 800) throw new Error(`${name} does not get ready: ${log}`);
      await sleep(25);
    }
  };
  await until(() => answers(port));
  return {
    name,
    id: idOf(name),
    port,
    follow: async () => {
      const before = said();
      kind.configure(pki, directory, port);
      child.kill(kind.signal);
      await until(() => said() > before);
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

const isOver = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`);
    return true;
  } catch (error) {
    return ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code !== 'ECONNREFUSED';
  }
}
