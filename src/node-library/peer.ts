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

/** The SPIFFE ID that the peer has proved, or why it has not. */
export type Peer = { readonly id: SpiffeIdText } | { readonly reason: string };

const known = new WeakMap<Socket, Peer>();

/** Reads the peer's SPIFFE ID, once per connection and only after OpenSSL has verified the chain. */
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

/** Formats the authorization error: Node types it as an Error, but it is a code. */
const notVerified = ({ authorizationError }: { readonly authorizationError: unknown }): string =>
  authorizationError === undefined || authorizationError === null
    ? 'no reason given'
    : `${authorizationError as string}`;

/** Reads the SPIFFE ID from the DER: in the text that Node gives, one name can imitate another (CVE-2021-44532). */
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

/** Checks the SPIFFE IDs of the list: an invalid one would reject a peer without a message. */
function checkAllow(allow: readonly SpiffeIdText[]): readonly SpiffeIdText[] {
  for (const id of allow) if (!isSpiffeId(id)) throw new TypeError(`allow: ${JSON.stringify(id)} is not a SPIFFE ID`);
  return allow;
}

/** Makes a check of the server's SPIFFE ID that replaces the check of its host name. */
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
