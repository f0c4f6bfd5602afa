import { equalBytes } from '../bytes.ts';
import { DerReader } from '../der/reader.ts';
import { bitString, sequence, TAG } from '../der/writer.ts';
import type { Issuer } from './issuer.ts';
import { releaseTbs, type LintedTbs } from '../lint/lint.ts';

/**
 * Signs a certificate (RFC 5280 §4.1.1) and decodes the result again before it returns it. Throws TypeError if `linted` was not
 * linted, is for another issuer or was signed before; these are defects of svcauth, not errors of a user.
 */
export function signCertificate(linted: LintedTbs, issuer: Issuer): Uint8Array {
  const tbsDer = releaseTbs(linted, issuer);
  const { signatureAlgorithmDer } = issuer.algorithm;
  const signature = issuer.sign(tbsDer);
  const der = sequence(tbsDer, signatureAlgorithmDer, bitString(signature));
  const outer = new DerReader(der);
  const reader = outer.enter(TAG.sequence, 'a certificate');
  outer.finish('a certificate');
  const same =
    equalBytes(reader.any('tbsCertificate'), tbsDer) &&
    // lint has checked that the inner identifier is equal (§4.1.1.2)
    equalBytes(reader.any('signatureAlgorithm'), signatureAlgorithmDer) &&
    equalBytes(reader.wholeBits('signatureValue'), signature);
  reader.finish('a certificate');
  if (!same || signature.length === 0) throw new TypeError('the signed certificate differs from the linted one');
  return der;
}
