import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { PkiWorld } from '../pki/pki.ts';

/** Starts a TLS server on its own port, until the test ends. */
export function startTlsServer(options: TlsOptions, serve?: (socket: TLSSocket) => void): Promise<number> {
  const server = createTlsServer(options, socket => {
    socket.on('error', () => undefined);
    serve?.(socket);
  });
  server.on('tlsClientError', () => undefined);
  return listen(server);
}

/** Starts a server that does not speak TLS. */
export const startTcpServer = (serve: (socket: Socket) => void): Promise<number> => listen(createTcpServer(serve));

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', socket => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** Finds a free port of 127.0.0.1. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

/** Starts a server with the current files of a service. */
export function servingFiles({ home }: PkiWorld, service: string): { readonly key: string; readonly cert: string } {
  const read = (name: string) => readFileSync(join(home.service(service), 'current', name), 'utf8');
  return { key: read('tls.key'), cert: read('tls.crt') };
}
