import { toBase64 } from '../bytes.ts';
import { publicJsonWebKey } from '../key/json-web-key.ts';
import { decodeCertificate } from '../certificate/parsed.ts';
import { encodePem } from '../pem.ts';

/** Encodes certificates as PEM, in the order given. Trust anchors are only self-signed roots (SPIFFE X509-SVID §6.1). */
export const encodePemBundle = (certificates: readonly Uint8Array[]): string =>
  certificates.map(der => encodePem('CERTIFICATE', der)).join('');

/**
 * Encodes the trust anchors as a SPIFFE bundle (SPIFFE Trust Domain and Bundle §4). Each key has `use` x509-svid, no `kid`, and
 * one certificate in x5c as standard base64 of its DER. `refreshHint` is in seconds. The sequence must increase with every change
 * of the content.
 */
export function encodeSpiffeBundle(anchors: readonly Uint8Array[], sequence: number, refreshHint: number): string {
  const document = { keys: spiffeKeys(anchors), spiffe_sequence: sequence, spiffe_refresh_hint: refreshHint };
  return `${JSON.stringify(document, null, 2)}\n`;
}

export const spiffeKeys = (anchors: readonly Uint8Array[]): readonly Readonly<Record<string, unknown>>[] =>
  anchors.map(der => {
    const key = publicJsonWebKey(decodeCertificate(der).tbs.publicKey);
    return { ...key, use: 'x509-svid', x5c: [toBase64(der)] };
  });

/**
 * Encodes the bundles of several trust domains, each by itself: `{"trust_domains": {"example.org": {bundle}, …}}`. Each value is
 * the text of a JWK Set.
 */
export function encodeBundleMap(bundles: ReadonlyMap<string, string>): string {
  const domains = [...bundles].map(([name, text]) => [name, JSON.parse(text) as unknown] as const);
  return `${JSON.stringify({ trust_domains: Object.fromEntries(domains) }, null, 2)}\n`;
}
