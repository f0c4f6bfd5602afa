// Reads the SPIFFE ID that the peer of a TLS connection has proved, and decides whether an allow list admits it.
// `api.ts`, connections and agents call it. OpenSSL has verified the chain: this file validates no path and ignores host names.
import type { Socket } from 'node:net';
import { TLSSocket, type PeerCertificate } from 'node:tls';
import { DerError } from '../pki/der/reader.ts';
import { certificateFacts } from '../pki/lint/certificate-facts.ts';
import { decodeCertificate } from '../pki/certificate/parsed.ts';
import { isSpiffeId } from '../pki/name/spiffe-id.ts';
import { svidVerdict } from '../pki/certificate/svid.ts';
import type { Authorization, SpiffeIdText } from './types.ts';

/** Whom the other end has proved to be. */
export type Peer = { readonly id: SpiffeIdText } | { readonly reason: string };

const known = new WeakMap<Socket, Peer>();

/** Read once a connection, and only after OpenSSL has verified the chain. */
export function readPeer(socket: TLSSocket | Socket): Peer {
  if (!(socket instanceof TLSSocket)) return { reason: 'the connection is not TLS' };
  if (!socket.authorized) return { reason: `the chain was not verified (${notVerified(socket)})` };
  let peer = known.get(socket);
  if (peer === undefined) {
    const der = socket.getPeerX509Certificate()?.raw;
    peer = der === undefined ? { reason: 'the peer sent no certificate' } : readSvid(der);
    known.set(socket, peer);
  }
  return peer;
}

/** Typed as an Error, and a code in fact. */
const notVerified = ({ authorizationError }: { readonly authorizationError: unknown }): string =>
  authorizationError === undefined || authorizationError === null
    ? 'no reason given'
    : `${authorizationError as string}`;

/** From our own reading of the DER: Node's subjectAltName is a text in which names can pose as others (CVE-2021-44532). */
function readSvid(der: Uint8Array): Peer {
  try {
    const facts = certificateFacts(decodeCertificate(der).tbs);
    if (facts.malformed !== undefined) return { reason: facts.malformed };
    const verdict = svidVerdict(facts);
    if (verdict.kind === 'svid') return { id: verdict.id as SpiffeIdText };
    return { reason: verdict.kind === 'none' ? verdict.refusals[0]!.message : 'the peer sent a CA certificate' };
  } catch (error) {
    if (error instanceof DerError) return { reason: error.message };
    throw error;
  }
}

export function authorizePeer(socket: TLSSocket | Socket, allow: readonly SpiffeIdText[]): Authorization {
  return decide(readPeer(socket), checkAllow(allow));
}

function decide(peer: Peer, allow: readonly SpiffeIdText[]): Authorization {
  if (!('id' in peer)) return { allowed: false, reason: peer.reason };
  if (allow.includes(peer.id)) return { allowed: true, id: peer.id };
  return { allowed: false, reason: `${peer.id} is not allowed`, id: peer.id };
}

/** A list with a typing mistake would refuse somebody silently. */
function checkAllow(allow: readonly SpiffeIdText[]): readonly SpiffeIdText[] {
  for (const id of allow) if (!isSpiffeId(id)) throw new TypeError(`allow: ${JSON.stringify(id)} is not a SPIFFE ID`);
  return allow;
}

/** In place of the comparison with the host name: the server is who its SPIFFE ID says, wherever it runs. */
export function serverCheck(
  allow: readonly SpiffeIdText[],
): (host: string, certificate: PeerCertificate) => Error | undefined {
  const allowed = checkAllow([...allow]);
  return (_host, { raw }) => {
    const decision = decide(readSvid(raw), allowed);
    if (decision.allowed) return undefined;
    return Object.assign(new Error(`the SPIFFE ID of the server is not accepted: ${decision.reason}`), {
      code: 'ERR_SPIFFE_ID',
    });
  };
}
