import { DerReader } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { OID } from '../oids.ts';
import { decodePem, PemError } from '../pem.ts';
import type { PublicKeyInfo } from './public-key-info.ts';

/**
 * Decides quickly that a PEM file may hold the private key of a public key. EC and RSA keys contain their public half (RFC 5915
 * §3, RFC 8017 §A.1.2), which is compared. Ed25519 keys need not contain it, so any private key is accepted.
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
