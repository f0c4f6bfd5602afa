import type { TLSSocket } from 'node:tls';
import { DerError } from '../pki/der/reader.ts';
import { findCrlEntry } from '../pki/crl/parsed.ts';
import { readPathCertificate } from '../pki/path/path-certificate.ts';
import { crlsFor, type Trust } from './trust.ts';

/** Closes connections whose peer certificate, or a CA certificate in its chain, is on a CRL. */
export function endRevoked(sockets: Iterable<TLSSocket>, trust: Trust): void {
  for (const socket of sockets) {
    if (peerChain(socket).some(der => isRevoked(der, trust)))
      socket.destroy(new Error("the peer's certificate has been revoked"));
  }
}

function peerChain(socket: TLSSocket): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let certificate = socket.destroyed ? undefined : socket.getPeerX509Certificate();
  for (; certificate !== undefined; certificate = certificate.issuerCertificate) chain.push(certificate.raw);
  return chain;
}

function isRevoked(der: Uint8Array, trust: Trust): boolean {
  try {
    const certificate = readPathCertificate(der);
    return crlsFor(trust, certificate).some(({ crl }) => findCrlEntry(crl, certificate.tbs.serial) !== undefined);
  } catch (error) {
    // OpenSSL accepted it, so the connection is kept
    if (error instanceof DerError) return false;
    throw error;
  }
}
