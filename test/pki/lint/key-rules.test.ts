import { concatBytes } from '../../../src/pki/bytes.ts';
import { DER_NULL, integer, oid, sequence, TAG, tlv, unsignedInteger } from '../../../src/pki/der/writer.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { KEY_RULES } from '../../../src/pki/lint/key-rules.ts';
import { OID } from '../../../src/pki/oids.ts';
import { MODULUS, P256, publicKey, rsaKey, RSA, testDefects } from '../../support/pki/certificate-defects.ts';

testDefects(KEY_RULES, [
  {
    title: 'NULL parameters in an ECDSA signature algorithm',
    breaks: ['signature-parameters', 'signature-algorithm-of-issuer'],
    fields: { signatureAlgorithm: sequence(oid(OID.ecdsaWithSHA256), DER_NULL) },
  },
  {
    title: 'an RSA signature algorithm without parameters',
    breaks: ['signature-parameters', 'signature-algorithm-of-issuer'],
    fields: { signatureAlgorithm: sequence(oid(OID.sha256WithRSAEncryption)) },
  },
  {
    title: 'an RSA key without parameters',
    breaks: ['key-parameters', 'key-algorithm'],
    fields: {
      publicKey: publicKey(sequence(oid(OID.rsaEncryption)), sequence(unsignedInteger(MODULUS), integer(65_537))),
    },
  },
  {
    title: 'an EC key without its curve',
    breaks: ['key-parameters', 'key-algorithm'],
    fields: { publicKey: publicKey(sequence(oid(OID.ecPublicKey), DER_NULL), new Uint8Array(65).fill(4)) },
  },
  {
    title: 'a curve that svcauth does not use',
    breaks: ['key-algorithm'],
    fields: { publicKey: publicKey(sequence(oid(OID.ecPublicKey), oid(OID.secp521r1)), new Uint8Array(133).fill(4)) },
  },
  {
    title: 'a compressed point',
    breaks: ['key-point'],
    fields: { publicKey: publicKey(P256, new Uint8Array(33).fill(2)) },
  },
  { title: 'an empty point', breaks: ['key-point'], fields: { publicKey: publicKey(P256, new Uint8Array()) } },
  {
    title: 'a point of another curve',
    breaks: ['key-point'],
    fields: { publicKey: publicKey(P256, new Uint8Array(97).fill(4)) },
  },
  {
    title: 'an Ed25519 key of 31 octets',
    breaks: ['key-ed25519'],
    fields: { publicKey: publicKey(KEY_ALGORITHMS.ed25519.keyAlgorithmDer, new Uint8Array(31)) },
  },
  {
    title: 'an RSA key that is not an RSAPublicKey',
    breaks: ['key-rsa-structure'],
    fields: { publicKey: publicKey(RSA, integer(5)) },
  },
  {
    title: 'an RSA key with a negative modulus',
    breaks: ['key-rsa-structure'],
    fields: { publicKey: publicKey(RSA, sequence(tlv(TAG.integer, MODULUS), integer(65_537))) },
  },
  {
    title: 'an RSA key of 2047 bits',
    breaks: ['key-rsa-size'],
    fields: { publicKey: rsaKey(concatBytes([Uint8Array.of(0x7f), MODULUS.subarray(1)])) },
  },
  {
    title: 'an even RSA modulus',
    breaks: ['key-rsa-modulus'],
    fields: { publicKey: rsaKey(concatBytes([MODULUS.subarray(1), Uint8Array.of(0xb4)])) },
  },
  { title: 'an RSA exponent of 1', breaks: ['key-rsa-exponent'], fields: { publicKey: rsaKey(MODULUS, integer(1)) } },
  { title: 'an RSA exponent of 3', breaks: ['key-rsa-exponent'], fields: { publicKey: rsaKey(MODULUS, integer(3)) } },
]);
