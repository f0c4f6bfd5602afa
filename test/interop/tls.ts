/** A mutually authenticated TLS connection between two Node peers in this process. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';

/** PEM files of a service. */
export interface Peer {
  readonly key: string;
  readonly certificate: string;
  readonly anchors: string;
  readonly crls: readonly string[];
}

/** Result of each side: the SPIFFE ID it verified, or Node's error code. */
export interface Handshake {
  readonly serverSaw: string;
  readonly clientSaw: string;
}

export async function handshake(server: Peer, client: Peer): Promise<Handshake> {
  const listener = createServer({ ...credentials(server), requestCert: true, rejectUnauthorized: true });
  const serverSaw = new Promise<string>(resolve => {
    listener.on('secureConnection', socket => {
      resolve(peerOf(socket));
      socket.end('welcome');
    });
    listener.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      resolve(codeOf(socket) ?? error.code ?? error.message);
    });
  });
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = listener.address() as AddressInfo;
    const clientSaw = await greet(port, client);
    return { serverSaw: await serverSaw, clientSaw };
  } finally {
    listener.close();
  }
}

function greet(port: number, client: Peer): Promise<string> {
  return new Promise(resolve => {
    const socket = connect({ ...credentials(client), port, host: '127.0.0.1' });
    let peer = '';
    socket.on('secureConnect', () => (peer = peerOf(socket)));
    // only a server that accepted the client sends data
    socket.on('data', () => resolve(peer));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve('closed'));
  });
}

function credentials({ key, certificate, anchors, crls }: Peer) {
  const read = (path: string) => readFileSync(path);
  // one CRL a file: Node reads only the first of a file
  return { key: read(key), cert: read(certificate), ca: read(anchors), crl: crls.map(read) };
}

function peerOf(socket: TLSSocket): string {
  if (!socket.authorized) return codeOf(socket) ?? '';
  const uri = /URI:([^,]+)/.exec(socket.getPeerX509Certificate()?.subjectAltName ?? '');
  return uri?.[1] ?? 'no SPIFFE ID';
}

/** Returns `authorizationError`, which is a code and not an Error as Node's types say. */
function codeOf({ authorizationError }: { authorizationError: unknown }): string | undefined {
  return typeof authorizationError === 'string' ? authorizationError : undefined;
}
