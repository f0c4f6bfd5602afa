import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { publicJsonWebKey } from '../../../src/pki/key/json-web-key.ts';
import { decodePublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';
import { encodePemBundle, encodeSpiffeBundle } from '../../../src/pki/bundle/trust-bundle.ts';
import { goodParts, issuerOf, signParts } from '../../support/pki/planted-certificate.ts';

const spki = (key: ReturnType<typeof createPublicKey>) => new Uint8Array(key.export({ type: 'spki', format: 'der' }));
const jwkOf = (der: Uint8Array) => publicJsonWebKey(decodePublicKeyInfo(new DerReader(der)));

describe('a public key as JWK', () => {
  test.each([
    ['EC P-256', () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey],
    ['EC P-384', () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey],
    ['EC P-521', () => generateKeyPairSync('ec', { namedCurve: 'secp521r1' }).publicKey],
    ['Ed25519', () => generateKeyPairSync('ed25519').publicKey],
    ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey],
  ])('%s is what Node makes of it', (_, generate) => {
    const key = generate();
    const jwk = jwkOf(spki(key))!;
    expect(jwk).toEqual(key.export({ format: 'jwk' }));
    expect(spki(createPublicKey({ key: jwk, format: 'jwk' }))).toEqual(spki(key));
  });

  test('has no JWK form for other kinds of keys', () => {
    expect(jwkOf(spki(generateKeyPairSync('x25519').publicKey))).toBeUndefined();
    expect(jwkOf(spki(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey))).toBeUndefined();
  });
});

const anchors = [1, 2].map(() => signParts(goodParts('root'), issuerOf('root')));

interface SpiffeBundle {
  readonly keys: readonly Record<string, unknown>[];
}

describe('a SPIFFE bundle', () => {
  test('has every anchor in the form of SPIFFE (SPIFFE Trust Domain and Bundle §4, X509-SVID §6)', () => {
    const bundle = JSON.parse(encodeSpiffeBundle(anchors, 7, 3600)) as SpiffeBundle;
    expect(bundle).toMatchObject({ spiffe_sequence: 7, spiffe_refresh_hint: 3600 });
    expect(bundle.keys).toHaveLength(2);
    for (const [index, key] of bundle.keys.entries()) {
      expect(Object.keys(key).sort()).toEqual(['crv', 'kty', 'use', 'x', 'x5c', 'y']);
      expect(key).toMatchObject({ use: 'x509-svid', kty: 'EC' });
      // standard base64, one certificate
      expect(key.x5c).toEqual([Buffer.from(anchors[index]!).toString('base64')]);
    }
  });

  test('has an empty list of keys if there are no anchors', () => {
    expect(JSON.parse(encodeSpiffeBundle([], 8, 3600))).toMatchObject({ keys: [] });
  });
});

test('a PEM bundle contains only the certificates, in the order given', () => {
  const pem = encodePemBundle(anchors);
  const blocks = pem.split(/(?<=-----END CERTIFICATE-----\n)/);
  expect(blocks.map(block => new Uint8Array(new X509Certificate(block).raw))).toEqual(anchors);
  expect(blocks.join('')).toBe(pem);
});
