import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decodePublicKeyInfo, type PublicKeyInfo } from '../../../src/pki/key/public-key-info.ts';
import { DerReader } from '../../../src/pki/der/reader.ts';
import { keyIdentifierOf } from '../../../src/pki/extension/key-identifier.ts';
import type { Issuer } from '../../../src/pki/certificate/issuer.ts';
import { KEY_ALGORITHMS, type KeyAlgorithmName } from '../../../src/pki/key/algorithm.ts';
import { decodeName, encodeName } from '../../../src/pki/name/name.ts';
import { OID } from '../../../src/pki/oids.ts';
import { startSignature } from '../../../src/pki/key/signature-stream.ts';

const oneOf = (name: KeyAlgorithmName): { privateKey: KeyObject; publicKey: KeyObject } => {
  const algorithm = KEY_ALGORITHMS[name];
  switch (algorithm.kind) {
    case 'ec':
      return generateKeyPairSync('ec', { namedCurve: algorithm.curve });
    case 'ed25519':
      return generateKeyPairSync('ed25519');
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: algorithm.modulusBits });
  }
};

/** A CA without a certificate, enough to sign CRLs. */
export function crlIssuer(name: KeyAlgorithmName = 'ecdsa-p256'): Issuer & { readonly publicKey: PublicKeyInfo } {
  const { privateKey, publicKey } = oneOf(name);
  const publicKeyDer = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  const info = decodePublicKeyInfo(new DerReader(publicKeyDer));
  const algorithm = KEY_ALGORITHMS[name];
  const start = () => startSignature(privateKey, algorithm);
  return {
    subject: decodeName(new DerReader(encodeName([[OID.commonName, 'Test Issuing g1']])), 'a name'),
    keyIdentifier: keyIdentifierOf(info.bits),
    algorithm,
    publicKeyDer,
    publicKey: info,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    startSignature: start,
    sign: bytes => start().finish(bytes),
  };
}
