// Runs a TLS handshake and returns the raw bytes of the server, with the key log to read them.
// `real-world.ts` loads it for `probe` and `ca rotate ack --from-probe`. It verifies no certificate, and sends only the request that
// its caller supplies.
import { connect as connectTcp, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Handshake, HandshakeTarget } from '../world.ts';
import { tlsAlertName } from '../../probe/rules/tls-alert.ts';

/** Largest number of bytes read from a server: a chain of the largest certificates that make sense. */
const RECEIVE_LIMIT = 256 * 1024;
/**
 * Least and most milliseconds to wait for a rejection of the client certificate. Over TLS 1.3 the server rejects it after the client
 * has finished the handshake (RFC 8446 §4.4.2.4), so a distant server gets the time of two handshakes.
 */
const REFUSAL_TIME = { least: 400, most: 2000 } as const;
/** Largest number of bytes in the first line of an answer. */
const ANSWER_LIMIT = 4096;

/** Problem of a handshake for each error code of Node. */
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

/** OpenSSL's number for its TLS code (err.h). */
const SSL_LIBRARY = 20;
/** Offset of the reasons that stand for alerts of the peer (ssl.h). */
const SSL_AD_REASON_OFFSET = 1000;

/**
 * Returns the reason number of an error of OpenSSL's TLS code, from `error:0A000414:…` (ERR_error_string(3)). The words and the
 * code that Node makes of it differ between versions.
 */
function tlsReason(error: Error): number | undefined {
  const packed = parseInt(/\berror:([0-9A-F]{8}):/.exec(error.message)?.[1] ?? '', 16);
  return packed >>> 23 === SSL_LIBRARY ? packed & 0x7fffff : undefined;
}

/** Returns the alert with which the peer ended a connection, in the words of RFC 8446 §6; undefined for every other error. */
export function receivedAlert(error: Error): string | undefined {
  const description = (tlsReason(error) ?? 0) - SSL_AD_REASON_OFFSET;
  return description >= 0 && description <= 255 ? tlsAlertName(description) : undefined;
}

/** Runs a TLS handshake with a server and records the bytes it sends. Trusts and verifies nothing. Never rejects. */
export function shakeHands(target: HandshakeTarget): Promise<Handshake> {
  return new Promise(resolve => {
    const received: Buffer[] = [];
    let keyLog = '';
    let completed = false;
    let answer = Buffer.alloc(0);
    const begin = performance.now();
    const socket = connectTcp({ host: target.host, port: target.port });
    const end = (problem?: Handshake['problem'], alert?: string): void => {
      clearTimeout(limit);
      socket.destroy();
      const bytes = new Uint8Array(Buffer.concat(received));
      resolve({
        ...{ received: bytes, keyLog, completed },
        ...(answer.length > 0 && { answer: new Uint8Array(answer) }),
        ...(problem && { problem }),
        ...(alert !== undefined && { alert }),
      });
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
        ...(target.request && { ALPNProtocols: ['http/1.1'] }),
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
        completed = true;
        if (target.request !== undefined) {
          tls.on('data', (bytes: Buffer) => {
            answer = Buffer.concat([answer, bytes]);
            if (answer.includes('\n') || answer.length > ANSWER_LIMIT) end();
          });
          tls.on('end', () => end(answer.length > 0 ? undefined : 'closed'));
          return void tls.write(target.request);
        }
        if (target.client === undefined) return end();
        // session tickets prove no acceptance: Node sends them before it looks at the client certificate
        tls.on('data', () => end());
        tls.on('end', () => end('closed'));
        const patience = Math.max(REFUSAL_TIME.least, 2 * (performance.now() - begin));
        setTimeout(() => end(), Math.min(REFUSAL_TIME.most, patience)).unref();
      });
    };
  });
}

/** Wraps a connection and records the bytes that come in. Cuts off a server that sends without end. */
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

/** Prepares PostgreSQL for TLS: it answers S to an SSLRequest when it speaks TLS on this port (protocol message formats). */
async function prepare(socket: Socket, { startTls }: HandshakeTarget): Promise<boolean> {
  if (startTls === undefined) return true;
  socket.write(Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f));
  const answer = await new Promise<Buffer>((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('close', () => reject(new Error('closed')));
  });
  return answer.length === 1 && answer[0] === 'S'.charCodeAt(0);
}
