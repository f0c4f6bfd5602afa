// Asks servers over mutual TLS. Each line of standard input is a request, and gets one line on standard output. It is a process
// of its own because the clock of the whole process can be moved: with it Node judges the certificate and the CRLs of the server.
import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

export interface Question {
  readonly id: number;
  readonly protocol: keyof typeof PROTOCOLS;
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Paths of PEM files, read for every question; one CRL a file. */
  readonly key: string;
  readonly certificate: string;
  readonly anchors: string;
  readonly crls: readonly string[];
}

export interface Answer {
  readonly id: number;
  /** `unreachable`: no verdict, the connection was refused, reset or timed out. */
  readonly outcome: 'accepted' | 'rejected' | 'unreachable';
  /** Error or first line of the server. */
  readonly words: string;
}

type Verdict = Omit<Answer, 'id'>;

/** How a client begins, asks, and reads the answer of the program behind TLS. */
interface Protocol {
  /** Request for TLS on a plain connection; the server answers with one byte. */
  readonly start?: Buffer;
  readonly request: Buffer;
  /** Returns undefined while the answer is incomplete. */
  read(answer: Buffer): Verdict | undefined;
}

const accepted = (words: string): Verdict => ({ outcome: 'accepted', words });
const rejected = (words: string): Verdict => ({ outcome: 'rejected', words });

const http: Protocol = {
  request: Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
  read: answer => {
    const line = /^(.*)\r\n/.exec(answer.toString('latin1'))?.[1];
    if (line === undefined) return undefined;
    return / 200 /.test(line) ? accepted(line) : rejected(line);
  },
};

const startup = Buffer.from('\0\0\0\0\0\x03\0\0user\0postgres\0database\0postgres\0\0', 'latin1');
startup.writeInt32BE(startup.length);

/** PostgreSQL: a session that is ready for a query. https://www.postgresql.org/docs/15/protocol-flow.html */
const postgres: Protocol = {
  start: Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]),
  request: startup,
  read: answer => {
    for (let at = 0; at + 5 <= answer.length; at += 1 + answer.readInt32BE(at + 1)) {
      const type = String.fromCharCode(answer[at]!);
      if (type === 'Z') return accepted('ready');
      if (type === 'E')
        return rejected(
          answer
            .subarray(at + 5)
            .toString('latin1')
            .replaceAll('\0', ' '),
        );
    }
    return undefined;
  },
};

/** MQTT 3.1.1: CONNECT, answered by CONNACK with a return code. */
const mqtt: Protocol = {
  request: Buffer.from('\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0', 'latin1'),
  read: answer => {
    if (answer.length < 4) return undefined;
    return answer[0] === 0x20 && answer[3] === 0 ? accepted('connack') : rejected(`connack ${answer[3]}`);
  },
};

const PROTOCOLS = { http, postgres, mqtt } as const satisfies Record<string, Protocol>;

/** Milliseconds for one question. */
const LIMIT = 5000;
const NO_VERDICT = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'closed', 'timeout']);

function ask({ protocol: name, port, ...files }: Question): Promise<Verdict> {
  const protocol: Protocol = PROTOCOLS[name];
  return new Promise(resolve => {
    const plain = connectTcp({ host: '127.0.0.1', port });
    let received = Buffer.alloc(0);
    let secure: TLSSocket | undefined;
    const timer = setTimeout(() => fail('timeout'), LIMIT);
    const end = (verdict: Verdict) => {
      clearTimeout(timer);
      secure?.destroy();
      plain.destroy();
      resolve(verdict);
    };
    const fail = (words: string) => end({ outcome: NO_VERDICT.has(words) ? 'unreachable' : 'rejected', words });
    const onError = (error: NodeJS.ErrnoException) => fail(error.code ?? error.message);
    plain.on('error', onError);
    plain.on('close', () => fail('closed'));
    plain.on('connect', () => {
      if (protocol.start === undefined) return begin(plain);
      plain.write(protocol.start);
      plain.once('data', () => begin(plain));
    });
    function begin(socket: Socket): void {
      try {
        secure = connect({ socket, servername: 'localhost', ...credentials(files) });
      } catch (error) {
        return onError(error as NodeJS.ErrnoException);
      }
      secure.on('error', onError);
      secure.on('close', () => fail('closed'));
      secure.on('secureConnect', () => secure!.write(protocol.request));
      secure.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        const verdict = protocol.read(received);
        if (verdict !== undefined) end(verdict);
      });
    }
  });
}

const credentials = ({ key, certificate, anchors, crls }: Omit<Question, 'protocol' | 'port'>): ConnectionOptions => ({
  key: readFileSync(key),
  cert: readFileSync(certificate),
  ca: readFileSync(anchors),
  crl: crls.map(path => readFileSync(path)),
});

createInterface({ input: process.stdin }).on('line', line => {
  const question = JSON.parse(line) as Question;
  void ask(question).then(verdict => process.stdout.write(`${JSON.stringify({ id: question.id, ...verdict })}\n`));
});
