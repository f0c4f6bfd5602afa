// Lint rules for the form and length of a public key, and for the parameters of the algorithms.
// `certificate-rules.ts` includes them, before signing and for `lint`. `key/public-key.ts` checks the keys of requests.
import type { AlgorithmIdentifier } from '../key/algorithm-identifier.ts';
import { equalBytes, toHex } from '../bytes.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { DER_NULL, TAG } from '../der/writer.ts';
import { KEY_ALGORITHMS } from '../key/algorithm.ts';
import { OID, oidName } from '../oids.ts';
import type { CertificateFacts } from './certificate-facts.ts';
import type { Rule } from './rule.ts';

/** Rules for the public key and for the parameters of both algorithm identifiers. */
export const KEY_RULES: readonly Rule<CertificateFacts>[] = [
  {
    name: 'signature-parameters',
    clause: 'RFC 5758 §3.2, RFC 4055 §5, RFC 8410 §3',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs }) => wrongParameters('the signature algorithm', tbs.signatureAlgorithm),
  },
  {
    name: 'key-parameters',
    clause: 'RFC 5480 §2.1.1, RFC 3279 §2.3.1, RFC 8410 §3',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs }) => wrongParameters('the key algorithm', tbs.publicKey.algorithm),
  },
  {
    name: 'key-algorithm',
    clause: 'RFC 5280 §4.1.2.7',
    severity: 'error',
    scope: 'ours',
    check: ({ tbs: { publicKey } }) =>
      KEY_ALGORITHM_DERS.some(der => equalBytes(der, publicKey.algorithm.der))
        ? undefined
        : `the key algorithm ${toHex(publicKey.algorithm.der)} is one that svcauth does not issue`,
  },
  {
    // X.509 allows compressed points, TLS does not (RFC 8422 §5.1.2)
    name: 'key-point',
    clause: 'RFC 5480 §2.2',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs: { publicKey } }) => {
      const length = POINTS.find(curve => equalBytes(curve.keyAlgorithmDer, publicKey.algorithm.der))?.length;
      if (length === undefined || (publicKey.bits.length === length && publicKey.bits[0] === 4)) return undefined;
      const form = publicKey.bits[0]?.toString(16) ?? 'nothing';
      return `the EC point has ${publicKey.bits.length} octets in form ${form} instead of ${length} in form 4`;
    },
  },
  {
    name: 'key-ed25519',
    clause: 'RFC 8410 §4',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs: { publicKey } }) =>
      publicKey.algorithm.oid !== OID.ed25519 || publicKey.bits.length === 32
        ? undefined
        : `the Ed25519 key has ${publicKey.bits.length} octets instead of 32`,
  },
  {
    name: 'key-rsa-structure',
    clause: 'RFC 8017 appendix A.1.1',
    severity: 'error',
    scope: 'standard',
    check: facts => ofRsa(facts, key => (typeof key === 'string' ? key : undefined)),
  },
  {
    name: 'key-rsa-size',
    clause: 'RFC 8017 §3.1',
    severity: 'error',
    scope: 'ours',
    check: facts =>
      ofRsa(facts, key =>
        typeof key === 'string' || key.bits >= 2048 ? undefined : `the RSA key has ${key.bits} bits, less than 2048`,
      ),
  },
  {
    name: 'key-rsa-modulus',
    clause: 'RFC 8017 §3.1',
    severity: 'error',
    scope: 'standard',
    check: facts =>
      ofRsa(facts, key =>
        typeof key === 'string' || key.modulus.at(-1)! % 2 === 1 ? undefined : 'the RSA modulus is even',
      ),
  },
  {
    name: 'key-rsa-exponent',
    clause: 'RFC 8017 §3.1',
    severity: 'error',
    scope: 'ours',
    check: facts =>
      ofRsa(facts, key =>
        typeof key === 'string' || toHex(key.exponent) === '010001'
          ? undefined
          : `the RSA exponent is 0x${toHex(key.exponent)} instead of 65537`,
      ),
  },
];

const KEY_ALGORITHM_DERS = [
  KEY_ALGORITHMS['ecdsa-p256'].keyAlgorithmDer,
  KEY_ALGORITHMS['ecdsa-p384'].keyAlgorithmDer,
  KEY_ALGORITHMS.ed25519.keyAlgorithmDer,
  KEY_ALGORITHMS['rsa-2048'].keyAlgorithmDer,
];

const PARAMETERS: ReadonlyMap<string, 'absent' | 'NULL' | 'a named curve'> = new Map([
  [OID.ecdsaWithSHA256, 'absent'],
  [OID.ecdsaWithSHA384, 'absent'],
  [OID.ecdsaWithSHA512, 'absent'],
  [OID.ed25519, 'absent'],
  [OID.ed448, 'absent'],
  [OID.rsaEncryption, 'NULL'],
  [OID.sha1WithRSAEncryption, 'NULL'],
  [OID.sha256WithRSAEncryption, 'NULL'],
  [OID.sha384WithRSAEncryption, 'NULL'],
  [OID.sha512WithRSAEncryption, 'NULL'],
  [OID.ecPublicKey, 'a named curve'],
]);

function wrongParameters(what: string, { oid, parameters }: AlgorithmIdentifier): string | undefined {
  const expected = PARAMETERS.get(oid);
  if (expected === undefined || expected === describe(parameters)) return undefined;
  return `the parameters of ${what} ${oidName(oid)} are ${describe(parameters)} instead of ${expected}`;
}

function describe(parameters: Uint8Array | undefined): string {
  if (parameters === undefined) return 'absent';
  if (equalBytes(parameters, DER_NULL)) return 'NULL';
  return parameters[0] === TAG.oid ? 'a named curve' : 'of another type';
}

const POINTS = [KEY_ALGORITHMS['ecdsa-p256'], KEY_ALGORITHMS['ecdsa-p384']].map(algorithm => ({
  keyAlgorithmDer: algorithm.keyAlgorithmDer,
  length: algorithm.kind === 'ec' ? 1 + 2 * algorithm.scalarLength : 0,
}));

interface RsaKey {
  /** Magnitude octets. */
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
  readonly bits: number;
}

/** Applies `check` to an RSA key, or to the reason why it cannot be read. Other keys pass. */
function ofRsa(
  { tbs: { publicKey } }: CertificateFacts,
  check: (key: RsaKey | string) => string | undefined,
): string | undefined {
  return publicKey.algorithm.oid === OID.rsaEncryption ? check(readRsaKey(publicKey.bits)) : undefined;
}

function readRsaKey(bits: Uint8Array): RsaKey | string {
  try {
    const outer = new DerReader(bits);
    const reader = outer.enter(TAG.sequence, 'the RSA key');
    outer.finish('the RSA key');
    const modulus = positive(reader, 'the RSA modulus');
    const exponent = positive(reader, 'the RSA exponent');
    reader.finish('the RSA key');
    return { modulus, exponent, bits: modulus.length * 8 - Math.clz32(modulus[0]!) + 24 };
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}

function positive(reader: DerReader, what: string): Uint8Array {
  const at = reader.position;
  const content = reader.integerBytes(what);
  if (content[0]! >= 0x80 || (content.length === 1 && content[0] === 0)) {
    throw new DerError(`${what} is not positive`, at);
  }
  return content[0] === 0 ? content.subarray(1) : content;
}
