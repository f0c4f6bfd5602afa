/** nginx and HAProxy as TLS servers that ask for a client certificate. Each has its own socket, and is ended by its id. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { receivedAlert } from '../../src/world/real/handshake.ts';
import { environment } from '../support/programs.ts';
import type { Peer } from './tls.ts';

export interface Proxy {
  readonly socket: string;
  stop(): Promise<void>;
}

export interface ProxyFiles extends Peer {
  readonly crlBundle: string;
  /** Empty directory of the proxy. */
  readonly directory: string;
  /** Second port, on 127.0.0.1. */
  readonly port?: number;
  /** True: nginx answers a rejected client as it does by default, with 400. */
  readonly ownErrorPages?: boolean;
}

export function startNginx({
  key,
  certificate,
  anchors,
  crlBundle,
  directory,
  port,
  ownErrorPages,
}: ProxyFiles): Promise<Proxy> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const configuration = `
    daemon off;
    master_process off;
    pid nginx.pid;
    error_log stderr;
    events {}
    http {
      access_log off;
      ${temporary.map(name => `${name}_temp_path ${name};`).join('\n      ')}
      server {
        listen unix:${join(directory, 'socket')} ssl;
        ${port === undefined ? '' : `listen 127.0.0.1:${port} ssl;`}
        ssl_certificate ${certificate};
        ssl_certificate_key ${key};
        ssl_verify_client on;
        ssl_verify_depth 2;
        ssl_client_certificate ${anchors};
        ssl_crl ${crlBundle};
        ${ownErrorPages ? '' : 'error_page 495 496 = @refused;'}
        location / { return 200 "$ssl_client_verify $ssl_client_s_dn"; }
        location @refused { return 403 "$ssl_client_verify"; }
      }
    }`;
  writeFileSync(join(directory, 'nginx.conf'), configuration);
  return start(directory, ['nginx', '-p', directory, '-c', join(directory, 'nginx.conf'), '-e', 'stderr']);
}

export function startHaproxy({ key, certificate, anchors, crlBundle, directory }: ProxyFiles): Promise<Proxy> {
  // HAProxy reads the key and the certificates from one file
  writeFileSync(join(directory, 'server.pem'), `${read(certificate)}${read(key)}`, { mode: 0o600 });
  const configuration = `
global
  log stderr local0
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend tls
  bind unix@${join(directory, 'socket')} ssl crt ${join(directory, 'server.pem')} ca-file ${anchors} crl-file ${crlBundle} verify required
  http-request return status 200 content-type text/plain lf-string "%[ssl_c_verify] %{+Q}[ssl_c_s_dn]"
`;
  writeFileSync(join(directory, 'haproxy.cfg'), configuration);
  return start(directory, ['haproxy', '-db', '-f', join(directory, 'haproxy.cfg')]);
}

async function start(directory: string, [command, ...args]: readonly [string, ...string[]]): Promise<Proxy> {
  const child = spawn(command, args, { env: environment(), stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const socket = join(directory, 'socket');
  for (let tries = 0; !(await answers(socket)); tries++) {
    if (child.exitCode !== null || tries === 200) throw new Error(`${command} does not listen: ${log}`);
    await sleep(25);
  }
  return {
    socket,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path, () => resolve(true));
    socket.on('connect', () => socket.end());
    socket.on('error', () => resolve(false));
  });
}

/** Returns the server's answer to this client: status and body, or the alert that refused the handshake. */
export function ask({ socket }: Proxy, { key, certificate, anchors, crls }: Peer): Promise<string> {
  return new Promise(resolve => {
    const asked = request(
      {
        socketPath: socket,
        servername: 'localhost',
        key: read(key),
        cert: read(certificate),
        ca: read(anchors),
        crl: crls.map(read),
        agent: false,
      },
      response => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve(`${String(response.statusCode)} ${body}`));
      },
    );
    asked.on('error', (error: NodeJS.ErrnoException) => {
      const alert = receivedAlert(error);
      resolve(alert === undefined ? (error.code ?? error.message) : `alert: ${alert}`);
    });
    asked.end();
  });
}

function read(path: string): string {
  return readFileSync(path, 'utf8');
}
