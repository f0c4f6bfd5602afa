// Connects to a server, runs a TLS handshake and returns the raw bytes the server sent, with the key log to read them.
// `real-world.ts` loads it for `probe` and `ca rotate ack --from-probe`. It verifies no certificate and sends no data of its own.
import { connect as connectTcp, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Handshake, HandshakeTarget } from '../world.ts';
import { tlsAlertName } from '../../probe/rules/tls-alert.ts';

/** Bytes of a server's side: a chain of the largest certificates that make sense. */
const RECEIVE_LIMIT = 256 * 1024;
/** Milliseconds in which a server that does not want this client says so: often when the client believes to be connected. */
const REFUSAL_TIME = 400;

/** What an error of Node means for whoever looks at a server. */
const PROBLEMS: Readonly<Record<string, Handshake['problem']>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unknown-host',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ETIMEDOUT: 'timed-out',
  EPROTO: 'not-tls',
};

/** OpenSSL's number for its TLS code (err.h), and where the reasons begin that are alerts of the other side (ssl.h). */
const SSL_LIBRARY = 20;
const SSL_AD_REASON_OFFSET = 1000;

/**
 * The reason of an error that OpenSSL's TLS code reports, by its number in `error:0A000414:…` (ERR_error_string(3)): the words and
 * the code that Node makes of it differ from version to version.
 */
function tlsReason(error: Error): number | undefined {
  const packed = parseInt(/\berror:([0-9A-F]{8}):/.exec(error.message)?.[1] ?? '', 16);
  return packed >>> 23 === SSL_LIBRARY ? packed & 0x7fffff : undefined;
}

/** The alert with which the other side ended a connection, in the words of RFC 8446 §6; undefined for every other error. */
export function receivedAlert(error: Error): string | undefined {
  const description = (tlsReason(error) ?? 0) - SSL_AD_REASON_OFFSET;
  return description >= 0 && description <= 255 ? tlsAlertName(description) : undefined;
}

/** Speaks TLS to a server and believes nothing: what it sends is kept, and nobody here judges it. Never rejects. */
export function shakeHands(target: HandshakeTarget): Promise<Handshake> {
  return new Promise(resolve => {
    const received: Buffer[] = [];
    let keyLog = '';
    const socket = connectTcp({ host: target.host, port: target.port });
    const end = (problem?: Handshake['problem'], alert?: string): void => {
      clearTimeout(limit);
      socket.destroy();
      const bytes = new Uint8Array(Buffer.concat(received));
      resolve({ received: bytes, keyLog, ...(problem && { problem }), ...(alert !== undefined && { alert }) });
    };
    const fail = (error: NodeJS.ErrnoException): void => {
      const alert = receivedAlert(error);
      if (alert !== undefined) end('alert', alert);
      else end(tlsReason(error) === undefined ? (PROBLEMS[error.code ?? ''] ?? 'closed') : 'not-tls');
    };
    const limit = setTimeout(() => end('timed-out'), target.seconds * 1000);
    socket.on('error', fail);
    socket.on('connect', () => {
      prepare(socket, target)
        .then(isReady => (isReady ? speak(recorded(socket, received)) : end('not-tls')))
        .catch(fail);
    });
    const speak = (stream: Duplex): void => {
      const tls = connectTls({
        socket: stream,
        rejectUnauthorized: false,
        ...(target.serverName !== undefined && { servername: target.serverName }),
        ...(target.client && {
          key: Buffer.from(target.client.keyPem),
          cert: Buffer.from(target.client.certificatePem),
        }),
      });
      tls.on('keylog', line => (keyLog += line.toString('latin1')));
      tls.on('error', fail);
      tls.on('close', () => end('closed'));
      tls.on('secureConnect', () => {
        if (target.client === undefined) return end();
        // tickets are no welcome: Node sends them before it looks at the client
        tls.on('data', () => end());
        tls.on('end', () => end('closed'));
        setTimeout(() => end(), REFUSAL_TIME).unref();
      });
    };
  });
}

/** The connection as it is, with what comes in written down. A server that sends without end is cut off. */
function recorded(socket: Socket, received: Buffer[]): Duplex {
  let length = 0;
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => void socket.write(chunk, done),
    final: done => void socket.end(done),
  });
  socket.on('data', chunk => {
    length += chunk.length;
    if (length > RECEIVE_LIMIT) return void stream.destroy();
    received.push(chunk);
    stream.push(chunk);
  });
  socket.on('close', () => stream.push(null));
  return stream;
}

/** PostgreSQL answers S to an SSLRequest when it speaks TLS on this port (protocol message formats, SSLRequest). */
async function prepare(socket: Socket, { startTls }: HandshakeTarget): Promise<boolean> {
  if (startTls === undefined) return true;
  socket.write(Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f));
  const answer = await new Promise<Buffer>((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('close', () => reject(new Error('closed')));
  });
  return answer.length === 1 && answer[0] === 'S'.charCodeAt(0);
}
