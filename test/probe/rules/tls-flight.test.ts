import { readFileSync } from 'node:fs';
import type { SecureVersion, TlsOptions } from 'node:tls';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { shakeHands } from '../../../src/world/real/handshake.ts';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { decodeName, nameToString } from '../../../src/pki/name/name.ts';
import { decodePem, encodePem } from '../../../src/pki/pem.ts';
import { readServerFlight } from '../../../src/probe/rules/tls-flight.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { servingFiles, startTlsServer } from '../../support/world/tls-server.ts';

let pki: PkiWorld;
let ca: Buffer;

beforeAll(async () => {
  pki = (
    await pkiTemplate(
      [],
      [
        ['issue', 'payments', '--dns', 'localhost'],
        ['issue', 'rsa', '--key-alg', 'rsa-2048'],
      ],
    )
  )();
  ca = readFileSync(pki.home.public.bundlePem);
});

/** A handshake with a server, and its flight. */
async function flightOf(options: TlsOptions) {
  const port = await startTlsServer(options);
  const hands = await shakeHands({ host: '127.0.0.1', port, serverName: 'localhost', seconds: 5 });
  return { ...hands, flight: readServerFlight(hands.received, hands.keyLog) };
}

const only = (version: SecureVersion): TlsOptions => ({ minVersion: version, maxVersion: version });
const ders = (pem: string) => decodePem(pem).map(({ der }) => der);
const names = (authorities: readonly Uint8Array[] | undefined) =>
  authorities?.map(der => nameToString(decodeName(new DerReader(der), 'name')));

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', version => {
  test('the chain is the one that was sent', async () => {
    const files = servingFiles(pki, 'payments');
    const { flight, problem } = await flightOf({ ...only(version), ...files });
    expect(problem).toBeUndefined();
    expect(flight).toEqual({ version, chain: ders(files.cert) });
  });

  test('in the order it was sent in, and with what does not belong to it', async () => {
    const { key, cert } = servingFiles(pki, 'payments');
    const [leaf, issuing] = ders(cert);
    const sent = [leaf!, ...ders(ca.toString()), issuing!];
    const { flight } = await flightOf({
      ...only(version),
      key,
      cert: sent.map(der => encodePem('CERTIFICATE', der)).join(''),
    });
    expect(flight?.chain).toEqual(sent);
  });

  test('with the names of the CAs whose clients it lets in', async () => {
    const asking = { ...only(version), ...servingFiles(pki, 'rsa'), ca, requestCert: true, rejectUnauthorized: false };
    const { flight } = await flightOf(asking);
    expect(names(flight?.clientAuthorities)).toEqual(['CN=example.org Root g1,O=example.org']);
  });

  test('also if it rejects clients without a certificate', async () => {
    const files = servingFiles(pki, 'payments');
    const { flight } = await flightOf({ ...only(version), ...files, ca, requestCert: true });
    expect(flight?.chain).toEqual(ders(files.cert));
  });
});

describe('every suite of TLS 1.3', () => {
  test.for(['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'])(
    '%s',
    async ciphers => {
      const files = servingFiles(pki, 'payments');
      const { flight } = await flightOf({ ...only('TLSv1.3'), ...files, ciphers });
      expect(flight?.chain).toEqual(ders(files.cert));
    },
  );
});

test('a server that asks for another group first is understood', async () => {
  const files = servingFiles(pki, 'payments');
  const { flight } = await flightOf({ ...only('TLSv1.3'), ...files, ecdhCurve: 'P-521' });
  expect(flight?.chain).toEqual(ders(files.cert));
});

test('bytes that were cut anywhere, or changed anywhere, give nothing or what was sent, and no error', async () => {
  const { received, keyLog, flight } = await flightOf({ ...only('TLSv1.3'), ...servingFiles(pki, 'payments') });
  for (let length = 0; length < received.length; length += 7) {
    const cut = readServerFlight(received.subarray(0, length), keyLog);
    if (cut !== undefined) expect(cut).toEqual(flight);
  }
  fc.assert(
    fc.property(fc.nat(received.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = received.slice();
      changed[at]! ^= change;
      readServerFlight(changed, keyLog);
    }),
  );
  expect(readServerFlight(received, '')).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      expect(readServerFlight(bytes, keyLog)).toBeUndefined();
    }),
  );
});
