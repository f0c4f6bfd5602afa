import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { toBase64, utf8 } from '../../../src/pki/bytes.ts';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { bitString, contextTag, integer, octetString, oid, sequence, time, tlv } from '../../../src/pki/der/writer.ts';
import { encodeExtension } from '../../../src/pki/extension/extension.ts';
import { encodeGeneralNames } from '../../../src/pki/extension/general-name.ts';
import { FILE_CAP } from '../../../src/pki/input-caps.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { encodeName } from '../../../src/pki/name/name.ts';
import { OID } from '../../../src/pki/oids.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { reportBytes, type Report } from '../../../src/pki/report/report.ts';
import { signerOf } from '../../../src/pki/key/signature.ts';
import { decodePublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';
import { encodeTbsCertificate } from '../../../src/pki/certificate/tbs.ts';
import { rejectionOf } from '../../support/errors.ts';

const now = new Date('2026-11-21T00:00:00Z');
const inspect = (bytes: Uint8Array | string) =>
  reportBytes(typeof bytes === 'string' ? utf8(bytes) : bytes, { what: '"tls.crt"', now });

const ed25519 = KEY_ALGORITHMS.ed25519;
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const derOf = (key: KeyObject, type: 'spki' | 'pkcs8') => new Uint8Array(key.export({ format: 'der', type }));
const name = encodeName([[OID.commonName, 'payments']]);
const san = encodeExtension(
  OID.subjectAltName,
  false,
  encodeGeneralNames([{ type: 'ip', octets: Uint8Array.of(10, 0, 0, 7) }]),
);

function certificate(extensions: readonly Uint8Array[] = [san]): Uint8Array {
  const tbs = encodeTbsCertificate({
    serial: Uint8Array.of(0xab, 0xcd),
    signatureAlgorithmDer: ed25519.signatureAlgorithmDer,
    issuerDer: name,
    notBefore: new Date('2026-11-21T00:00:01Z'),
    notAfter: new Date('2026-12-21T00:00:00Z'),
    subjectDer: name,
    publicKeyDer: derOf(publicKey, 'spki'),
    extensions,
  });
  return sequence(tbs, ed25519.signatureAlgorithmDer, bitString(signerOf(privateKey, ed25519)(tbs)));
}

function crl(count: number): Uint8Array {
  const entry = (serial: number) => sequence(integer(serial), time(now));
  const revoked = sequence(...Array.from({ length: count }, (_, i) => entry(i + 1)));
  const tbs = sequence(integer(1), ed25519.signatureAlgorithmDer, name, time(now), time(now), revoked);
  return sequence(tbs, ed25519.signatureAlgorithmDer, bitString(new Uint8Array(64)));
}

describe('a file is recognised by its contents', () => {
  test.each<[Report['type'], Uint8Array]>([
    ['certificate', certificate()],
    ['private key', derOf(privateKey, 'pkcs8')],
    ['public key', derOf(publicKey, 'spki')],
    ['crl', crl(3)],
    ['pkcs12', sequence(integer(3), sequence(oid(OID.pkcs7Data), tlv(contextTag(0, true), octetString(sequence()))))],
    ['bundle', utf8('{"keys": []}')],
  ])('%s', async (type, bytes) => {
    expect((await inspect(bytes)).map(report => report.type)).toEqual([type]);
  });

  test('describes a PEM file block by block, with unknown blocks', async () => {
    const text =
      'payments\n' +
      encodePem('CERTIFICATE', certificate()) +
      '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n' +
      encodePem('PRIVATE KEY', derOf(privateKey, 'pkcs8'));
    expect((await inspect(text)).map(report => report.type)).toEqual(['certificate', 'other', 'private key']);
  });
});

describe('a certificate', () => {
  test('is valid from its first second to its last, both inclusive', async () => {
    const at = async (instant: string) => {
      const [report] = await reportBytes(certificate(), { what: 'it', now: new Date(instant) });
      return report?.type === 'certificate' && report.validity;
    };
    expect(await at('2026-11-21T00:00:00Z')).toBe('not yet valid');
    expect(await at('2026-11-21T00:00:01Z')).toBe('valid');
    expect(await at('2026-12-21T00:00:00Z')).toBe('valid');
    expect(await at('2026-12-21T00:00:01Z')).toBe('expired');
  });

  test('is self-signed only if its own key verifies it', async () => {
    const good = certificate();
    const bad = Uint8Array.from(good);
    bad[bad.length - 1]! ^= 1;
    expect(await inspect(good)).toMatchObject([{ selfSigned: true }]);
    expect(await inspect(bad)).toMatchObject([{ selfSigned: false }]);
  });

  test('is self-signed also with an algorithm that svcauth does not use', async () => {
    const rsaPss = generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256' });
    const spki = derOf(rsaPss.publicKey, 'spki');
    // the algorithm of the key, with all its parameters, is also that of the signature (RFC 4055 §3.1)
    const algorithm = decodePublicKeyInfo(new DerReader(spki)).algorithm.der;
    const tbs = encodeTbsCertificate({
      serial: Uint8Array.of(1),
      signatureAlgorithmDer: algorithm,
      issuerDer: name,
      notBefore: now,
      notAfter: now,
      subjectDer: name,
      publicKeyDer: spki,
      extensions: [san],
    });
    const signature = sign('sha256', tbs, rsaPss.privateKey);
    expect(await inspect(sequence(tbs, algorithm, bitString(signature)))).toMatchObject([{ selfSigned: true }]);
    signature[0]! ^= 1;
    expect(await inspect(sequence(tbs, algorithm, bitString(signature)))).toMatchObject([{ selfSigned: false }]);
  });

  test('has the same key fingerprint as the key itself', async () => {
    const [inCertificate, inFile] = await Promise.all([inspect(certificate()), inspect(derOf(privateKey, 'pkcs8'))]);
    const sha256 = (report: Report | undefined) => report && 'publicKey' in report && report.publicKey?.sha256;
    expect(sha256(inCertificate[0])).toEqual(sha256(inFile[0]));
  });

  test('has an unknown extension by its OID, with its criticality', async () => {
    const strange = encodeExtension('1.2.3.4', true, Uint8Array.of(5, 0));
    const [report] = await inspect(certificate([san, strange]));
    expect(report).toMatchObject({
      names: [{ type: 'ip', value: '10.0.0.7' }],
      extensions: [{ name: 'subjectAltName' }, { oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }],
    });
  });

  test('is read by @peculiar/x509 if it is not strict DER, with the reason', async () => {
    const [report] = await inspect(certificate([san, san]));
    expect(report).toMatchObject({ type: 'certificate', subject: 'CN=payments', serial: 'abcd', selfSigned: true });
    expect(report).toHaveProperty('notStrict', expect.stringContaining('2.5.29.17 occurs twice'));
    expect(report).not.toHaveProperty('spiffe');
  });
});

describe('a JWK set', () => {
  const x5c = [toBase64(certificate())];
  const jwk = publicKey.export({ format: 'jwk' });
  const bundle = (...keys: unknown[]) => JSON.stringify({ keys, spiffe_sequence: 7, spiffe_refresh_hint: 3600 });

  test('has its certificates, its sequence and its refresh hint', async () => {
    expect(await inspect(bundle({ ...jwk, use: 'x509-svid', x5c }))).toMatchObject([
      { sequence: 7, refreshHint: 3600, keys: [{ use: 'x509-svid', certificates: [{ subject: 'CN=payments' }] }] },
    ]);
  });

  test.each([
    ['it is not a JSON object', 'text'],
    ['it has no kty', { use: 'x509-svid', x5c }],
    ['it has a kid', { ...jwk, use: 'x509-svid', kid: '1', x5c }],
    ['its x5c has 0 certificates', { ...jwk, use: 'x509-svid' }],
    ['its x5c is not base64', { ...jwk, use: 'x509-svid', x5c: ['@'] }],
    ['it has no kid', { ...jwk, use: 'jwt-svid' }],
  ])('has a problem for an invalid entry: %s', async (problem, key) => {
    const [report] = await inspect(bundle(key));
    expect(report?.type === 'bundle' && report.keys[0]?.problem).toContain(problem);
  });

  test('reports a private key in it without showing the key', async () => {
    const secret = privateKey.export({ format: 'jwk' });
    const reports = await inspect(bundle(secret));
    expect(JSON.stringify(reports)).toContain('it contains a private key');
    expect(JSON.stringify(reports)).not.toContain(secret.d);
  });
});

test('shows the first hundred entries of a long CRL and counts all', async () => {
  const [report] = await inspect(crl(250));
  expect(report?.type === 'crl' && [report.entryCount, report.entries.length]).toEqual([250, 100]);
});

describe('a file that cannot be described', () => {
  const oversize = new Uint8Array(1024 * 1024);
  test.each([
    ['nothing', new Uint8Array(), '"tls.crt" cannot be shown: it is empty'],
    ['text', utf8('hunter2'), 'its 7 bytes are text of another kind'],
    ['noise', Uint8Array.of(0xff, 0, 1), 'its 3 bytes are neither PEM nor a DER structure that svcauth knows'],
    ['PKCS#7', sequence(oid(OID.pkcs7SignedData), tlv(contextTag(0, true), sequence())), 'it is PKCS#7 (CMS)'],
    ['a damaged request', encodePem('CERTIFICATE REQUEST', sequence()), 'it contains a damaged request'],
    ['a cut-off PEM', encodePem('CERTIFICATE', certificate()).slice(0, 99), 'a CERTIFICATE block has no END line'],
    [
      'a certificate beyond 1 MiB',
      certificate([encodeExtension('1.2.3', false, oversize)]),
      'it contains a certificate of',
    ],
    ['too many blocks', encodePem('CERTIFICATE', sequence()).repeat(10_001), 'it contains 10001 PEM blocks'],
    [
      'a broken block among others',
      encodePem('X509 CRL', crl(1)) + encodePem('PRIVATE KEY', sequence()),
      'block 2 of "tls.crt"',
    ],
  ])('%s', async (_, bytes, message) => {
    const error = await rejectionOf(inspect(bytes));
    expect(error).toMatchObject({ code: 'ERR_INSPECT', exitStatus: 2 });
    expect(error.message).toContain(message);
    // the file may have been a passphrase file
    expect(error.message).not.toContain('hunter2');
  });

  test('may be as long as the longest CRL as PEM', () => {
    expect(FILE_CAP).toBeGreaterThan(64 * 1024 * 1024 * (4 / 3) * (65 / 64));
  });
});
