// Reads the certificate chain of a server and the CAs of its clients from the raw bytes of a TLS handshake.
// `run/look-at-server.ts` calls it. It opens no socket and judges no certificate. It follows RFC 8446 and RFC 5246.
import { createDecipheriv, createHmac } from 'node:crypto';
import { concatBytes, fromHex, toHex, utf8 } from '../../pki/bytes.ts';

/** The handshake messages of a server, as it sent them. */
export interface ServerFlight {
  readonly version: 'TLSv1.2' | 'TLSv1.3';
  /** DER, the leaf first. */
  readonly chain: readonly Uint8Array[];
  /**
   * Distinguished names (DER) of the CAs from which it accepts client certificates. Empty if it names none (RFC 8446 §4.2.4, RFC 5246
   * §7.4.4), absent if it requests no client certificate.
   */
  readonly clientAuthorities?: readonly Uint8Array[];
}

/** RFC 8446 §5.1, §4 */
const RECORD = { alert: 21, handshake: 22, applicationData: 23 } as const;
const MESSAGE = { serverHello: 2, certificate: 11, certificateRequest: 13, finished: 20 } as const;
const EXTENSION = { supportedVersions: 43, certificateAuthorities: 47 } as const;
const TLS_1_3 = '0304';

/** The suites of TLS 1.3 that servers choose (RFC 8446 §B.4). */
const SUITES: Readonly<Record<string, Suite>> = {
  '1301': { cipher: 'aes-128-gcm', hash: 'sha256', keyLength: 16 },
  '1302': { cipher: 'aes-256-gcm', hash: 'sha384', keyLength: 32 },
  '1303': { cipher: 'chacha20-poly1305', hash: 'sha256', keyLength: 32 },
};

interface Suite {
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';
  readonly hash: 'sha256' | 'sha384';
  readonly keyLength: number;
}

/**
 * Reads the bytes that a server sent. The key log of the connection (NSS format) decrypts TLS 1.3. Undefined when
 * they are not TLS, or end before its certificate. A library shows a chain put in order and completed; this is the one that was sent.
 */
export function readServerFlight(received: Uint8Array, keyLog: string): ServerFlight | undefined {
  try {
    return flightOf(messagesOf(received, keyLog));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Message {
  readonly type: number;
  readonly body: Uint8Array;
  readonly isTls13: boolean;
}

function flightOf(messages: readonly Message[]): ServerFlight | undefined {
  const certificate = messages.find(({ type }) => type === MESSAGE.certificate);
  if (certificate === undefined) return undefined;
  const { isTls13 } = certificate;
  const request = messages.find(({ type }) => type === MESSAGE.certificateRequest);
  return {
    version: isTls13 ? 'TLSv1.3' : 'TLSv1.2',
    chain: certificatesOf(certificate),
    ...(request && { clientAuthorities: authoritiesOf(request) }),
  };
}

/** RFC 8446 §4.4.2, RFC 5246 §7.4.2 */
function certificatesOf({ body, isTls13 }: Message): readonly Uint8Array[] {
  const outer = cursor(body);
  if (isTls13) outer.vector(1);
  const list = cursor(outer.vector(3));
  const ders: Uint8Array[] = [];
  while (!list.ended()) {
    ders.push(list.vector(3));
    if (isTls13) list.vector(2);
  }
  return ders;
}

function authoritiesOf({ body, isTls13 }: Message): readonly Uint8Array[] {
  const outer = cursor(body);
  outer.vector(1);
  if (!isTls13) {
    outer.vector(2);
    return vectors(outer.vector(2), 2);
  }
  const extension = extensionsOf(outer.vector(2)).get(EXTENSION.certificateAuthorities);
  return extension === undefined ? [] : vectors(cursor(extension).vector(2), 2);
}

function vectors(bytes: Uint8Array, lengthOctets: number): readonly Uint8Array[] {
  const list = cursor(bytes);
  const found: Uint8Array[] = [];
  while (!list.ended()) found.push(list.vector(lengthOctets));
  return found;
}

function extensionsOf(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const list = cursor(bytes);
  const extensions = new Map<number, Uint8Array>();
  while (!list.ended()) extensions.set(list.number(2), list.vector(2));
  return extensions;
}

/** The handshake messages up to the server's Finished. */
function messagesOf(received: Uint8Array, keyLog: string): readonly Message[] {
  const input = cursor(received);
  const messages: Message[] = [];
  let pending: Uint8Array = new Uint8Array();
  let open: ((header: Uint8Array, body: Uint8Array) => Uint8Array | undefined) | undefined;
  while (input.left() >= HEADER) {
    const header = input.take(HEADER);
    const fragment = input.takeUpTo((header[3]! << 8) | header[4]!);
    const content =
      header[0] === RECORD.handshake
        ? fragment
        : header[0] === RECORD.applicationData
          ? open?.(header, fragment)
          : undefined;
    // an alert, a change_cipher_spec, or what comes after the handshake
    if (content === undefined) {
      if (header[0] === RECORD.applicationData) break;
      continue;
    }
    pending = concatBytes([pending, content]);
    for (let message = firstMessage(pending); message !== undefined; message = firstMessage(pending)) {
      pending = pending.subarray(4 + message.body.length);
      messages.push({ ...message, isTls13: open !== undefined });
      // the last one counts: a HelloRetryRequest is one too
      if (message.type === MESSAGE.serverHello) open = opener(message.body, keyLog);
      if (message.type === MESSAGE.finished) return messages;
    }
  }
  return messages;
}

const HEADER = 5;

function firstMessage(bytes: Uint8Array): { readonly type: number; readonly body: Uint8Array } | undefined {
  if (bytes.length < 4) return undefined;
  const input = cursor(bytes);
  const type = input.number(1);
  const length = input.number(3);
  return input.left() < length ? undefined : { type, body: input.take(length) };
}

/** How the records behind a ServerHello are opened; undefined under TLS 1.2, whose handshake is plain until its end. */
function opener(serverHello: Uint8Array, keyLog: string) {
  const hello = cursor(serverHello);
  hello.take(2 + 32);
  hello.vector(1);
  const suite = SUITES[toHex(hello.take(2))];
  hello.take(1);
  const version = hello.ended() ? undefined : extensionsOf(hello.vector(2)).get(EXTENSION.supportedVersions);
  if (version === undefined || toHex(version) !== TLS_1_3) return undefined;
  const secretHex = /^SERVER_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]+ ([0-9a-f]+)$/m.exec(keyLog)?.[1];
  const secret = secretHex === undefined ? undefined : fromHex(secretHex);
  if (suite === undefined || secret === undefined) return () => undefined;
  const key = expand(suite, secret, 'key', suite.keyLength);
  const iv = expand(suite, secret, 'iv', 12);
  let sequence = 0;
  return (header: Uint8Array, body: Uint8Array) => openRecord(suite, key, nonce(iv, sequence++), header, body);
}

/** RFC 8446 §5.2: the content, without its type and padding; undefined if it is not a handshake or no key fits. */
function openRecord(suite: Suite, key: Uint8Array, iv: Uint8Array, header: Uint8Array, body: Uint8Array) {
  if (body.length < TAG) return undefined;
  // the typings know the two modes apart, the call is the same
  const decipher = createDecipheriv(suite.cipher as 'aes-256-gcm', key, iv, { authTagLength: TAG });
  decipher.setAAD(header);
  decipher.setAuthTag(body.subarray(-TAG));
  let inner: Uint8Array;
  try {
    inner = concatBytes([decipher.update(body.subarray(0, -TAG)), decipher.final()]);
  } catch {
    return undefined;
  }
  const end = inner.findLastIndex(byte => byte !== 0);
  return inner[end] === RECORD.handshake ? inner.subarray(0, end) : undefined;
}

const TAG = 16;

/** RFC 8446 §5.3 */
function nonce(iv: Uint8Array, sequence: number): Uint8Array {
  const bytes = Buffer.from(iv);
  bytes.writeUInt32BE((bytes.readUInt32BE(8) ^ sequence) >>> 0, 8);
  return bytes;
}

/** HKDF-Expand-Label (RFC 8446 §7.1) without a context; one block of HKDF-Expand (RFC 5869 §2.3) is long enough. */
function expand({ hash }: Suite, secret: Uint8Array, label: string, length: number): Uint8Array {
  const name = utf8(`tls13 ${label}`);
  const block = createHmac(hash, secret)
    .update(Uint8Array.of(length >> 8, length & 0xff, name.length))
    .update(name)
    .update(Uint8Array.of(0, 1))
    .digest();
  return block.subarray(0, length);
}

/** Reads on from where it stopped; past the end is a RangeError. */
function cursor(bytes: Uint8Array) {
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError('the message ends early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const number = (octets: number): number => take(octets).reduce((value, byte) => value * 256 + byte, 0);
  return {
    take,
    number,
    /** A connection that was cut leaves half a record. */
    takeUpTo: (length: number): Uint8Array => take(Math.min(length, bytes.length - at)),
    vector: (lengthOctets: number): Uint8Array => take(number(lengthOctets)),
    left: (): number => bytes.length - at,
    ended: (): boolean => at === bytes.length,
  };
}
