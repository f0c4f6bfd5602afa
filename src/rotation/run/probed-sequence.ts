import type { HandshakeTarget } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { formatSocketAddress } from '../../pki/name/socket-address.ts';
import { trustAnchors } from '../../ca/rules/trust-anchors.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { authorityNamed, subjectOf } from '../../ca/run/named.ts';
import { lookAtServer } from '../../probe/run/look-at-server.ts';
import type { Pki } from '../../store/open-pki.ts';

/**
 * Returns the sequence of the newest trust bundle if a server lists every root of it in its certificate request
 * (certificate_authorities: RFC 8446 §4.2.4, RFC 5246 §7.4.4). The identity of the server is not checked. Throws ERR_PROBE_*,
 * ERR_ACK_UNTOLD, ERR_ACK_UNNAMED.
 */
export async function probedSequence(
  { world, manifest }: Pki,
  verifier: string,
  server: HandshakeTarget,
): Promise<number> {
  const sequence = manifest.trustBundle()?.sequence ?? 0;
  const anchors = trustAnchors(manifest.authorities());
  const { clientAuthorities } = await lookAtServer(world, server);
  const about = { verifier, at: formatSocketAddress(server), sequence };
  if (clientAuthorities === undefined || clientAuthorities.length === 0) {
    throw failure('ERR_ACK_UNTOLD', { ...about, asks: clientAuthorities !== undefined });
  }
  const missing = anchors.filter(({ certificate }) => {
    const subject = subjectOf(certificate.der);
    return !clientAuthorities.some(name => equalBytes(name, subject));
  });
  if (missing.length === 0) return sequence;
  throw failure('ERR_ACK_UNNAMED', {
    ...about,
    named: clientAuthorities.map(name => authorityNamed(manifest, name)),
    missing: missing.map(({ id }) => id),
  });
}
