import { DerReader } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { OID } from '../oids.ts';
import type { PublicKeyInfo } from './public-key-info.ts';

/** The public members of a JSON Web Key (RFC 7517, RFC 7518 §6, RFC 8037). */
export type PublicJsonWebKey = Readonly<Record<'kty', string> & Partial<Record<'crv' | 'x' | 'y' | 'n' | 'e', string>>>;

const CURVES: Readonly<Record<string, { crv: string; length: number }>> = {
  [OID.prime256v1]: { crv: 'P-256', length: 32 },
  [OID.secp384r1]: { crv: 'P-384', length: 48 },
  [OID.secp521r1]: { crv: 'P-521', length: 66 },
};

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** Converts a public key to a JWK; undefined for a key type without a known JWK form. */
export function publicJsonWebKey({ algorithm, bits }: PublicKeyInfo): PublicJsonWebKey | undefined {
  switch (algorithm.oid) {
    case OID.ecPublicKey: {
      const curve = algorithm.parameters && CURVES[new DerReader(algorithm.parameters).oid('the curve')];
      if (curve === undefined || bits[0] !== 4 || bits.length !== 1 + 2 * curve.length) return undefined;
      const x = base64url(bits.subarray(1, 1 + curve.length));
      return { kty: 'EC', crv: curve.crv, x, y: base64url(bits.subarray(1 + curve.length)) };
    }
    case OID.ed25519:
      return { kty: 'OKP', crv: 'Ed25519', x: base64url(bits) };
    case OID.rsaEncryption: {
      const reader = new DerReader(bits).enter(TAG.sequence, 'the RSA key');
      const magnitude = (what: string): string => {
        const content = reader.integerBytes(what);
        return base64url(content.length > 1 && content[0] === 0 ? content.subarray(1) : content);
      };
      const n = magnitude('the modulus');
      return { kty: 'RSA', n, e: magnitude('the public exponent') };
    }
    default:
      return undefined;
  }
}
