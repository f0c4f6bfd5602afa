import { DerReader } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { OID } from '../oids.ts';
import { decodePem, PemError } from '../pem.ts';
import type { PublicKeyInfo } from './public-key-info.ts';

/**
 * Whether a PEM file holds a private key that may be the other half of a public key, at the price of a look: EC and RSA keys carry
 * their public half with them (RFC 5915 §3, RFC 8017 §A.1.2). An Ed25519 key does not, and is taken at its word.
 */
export function mayBeKeyOf(pem: Uint8Array, { algorithm, bits }: PublicKeyInfo): boolean {
  const der = privateKeyIn(pem);
  if (der === undefined) return false;
  if (algorithm.oid === OID.ed25519) return true;
  const half = algorithm.oid === OID.rsaEncryption ? new DerReader(bits).content(TAG.sequence, 'an RSA key') : bits;
  return Buffer.from(der).includes(Buffer.from(half));
}

function privateKeyIn(pem: Uint8Array): Uint8Array | undefined {
  try {
    const blocks = decodePem(Buffer.from(pem).toString('latin1'));
    return blocks.find(({ label }) => label === 'PRIVATE KEY')?.der;
  } catch (cause) {
    if (cause instanceof PemError) return undefined;
    throw cause;
  }
}
