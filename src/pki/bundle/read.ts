// Reads SPIFFE bundles, single or in a map by trust domain, from JSON into trust anchors in DER.
// The `bundle` subject and every command that takes a bundle file call it. It checks form and key of an anchor, not its validity.
import { failure } from '../../errors/error.ts';
import { DerError } from '../der/reader.ts';
import { publicJsonWebKey } from '../key/json-web-key.ts';
import { decodeCertificate } from '../certificate/parsed.ts';
import { parseTrustDomain, type TrustDomain } from '../name/spiffe-id.ts';
import { parseUniqueJson } from '../../text/unique-json.ts';

/** The part of a SPIFFE bundle that X509-SVIDs are verified with (SPIFFE Trust Domain and Bundle §4). */
export interface SpiffeBundle {
  /** The anchors as DER. If the list is empty, every SVID of the trust domain is revoked. */
  readonly x509Authorities: readonly Uint8Array[];
  readonly sequence: number | undefined;
  /** In seconds. */
  readonly refreshHint: number | undefined;
}

/** Reads a bundle document. Throws ERR_TRUST_BUNDLE. */
export function parseSpiffeBundle(text: string): SpiffeBundle {
  const bad = (reason: string) => failure('ERR_TRUST_BUNDLE', { reason });
  return readBundle(readJson(text, bad), bad);
}

/** Reads `{"trust_domains": {"example.org": {bundle}, …}}`. Throws ERR_BUNDLE_MAP, ERR_TRUST_DOMAIN. */
export function parseBundleMap(text: string): ReadonlyMap<TrustDomain, SpiffeBundle> {
  const bad = (reason: string) => failure('ERR_BUNDLE_MAP', { reason });
  const document = readJson(text, bad);
  const domains = isObject(document) ? document['trust_domains'] : undefined;
  if (!isObject(domains)) throw bad('it has no object "trust_domains"');
  return new Map(
    Object.entries(domains).map(([name, bundle]) => [
      parseTrustDomain(name),
      readBundle(bundle, reason => bad(`${name}: ${reason}`)),
    ]),
  );
}

type Bad = (reason: string) => Error;
type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readJson(text: string, bad: Bad): unknown {
  try {
    return parseUniqueJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw bad(`it is not valid JSON: ${error.message}`);
    throw error;
  }
}

function readBundle(document: unknown, bad: Bad): SpiffeBundle {
  if (!isObject(document)) throw bad('it is not a JSON object');
  const { keys } = document;
  if (!Array.isArray(keys)) throw bad('it has no array "keys"');
  return {
    x509Authorities: keys.flatMap((key: unknown, index) =>
      readAuthority(key, reason => bad(`key ${index}: ${reason}`)),
    ),
    sequence: readCount(document, 'spiffe_sequence', bad),
    refreshHint: readCount(document, 'spiffe_refresh_hint', bad),
  };
}

/** Reads one element; returns none for an element with another `use` or without x5c, which is ignored (X509-SVID §6.1, §6.2). */
function readAuthority(key: unknown, bad: Bad): readonly Uint8Array[] {
  if (!isObject(key)) throw bad('it is not a JSON object');
  const { use, kty, x5c } = key;
  if (use !== 'x509-svid' || x5c === undefined) return [];
  if (typeof kty !== 'string') throw bad('it has no "kty"');
  if (!Array.isArray(x5c) || x5c.length !== 1) throw bad('its "x5c" does not contain exactly one certificate');
  const [text] = x5c as [unknown];
  // standard base64, unlike everything else in a JWK (RFC 7517 §4.7)
  if (typeof text !== 'string' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw bad('its "x5c" is not base64');
  }
  const der = new Uint8Array(Buffer.from(text, 'base64'));
  const certified = certifiedKey(der, bad);
  // RFC 7517 §4.7: the certificate is for exactly this key
  if (certified !== undefined && Object.entries(certified).some(([member, value]) => key[member] !== value)) {
    throw bad('its certificate has another public key');
  }
  return [der];
}

function certifiedKey(der: Uint8Array, bad: Bad): JsonObject | undefined {
  try {
    return publicJsonWebKey(decodeCertificate(der).tbs.publicKey);
  } catch (error) {
    if (error instanceof DerError) throw bad(`its "x5c" is not a certificate: ${error.message}`);
    throw error;
  }
}

function readCount(document: JsonObject, member: string, bad: Bad): number | undefined {
  const value = document[member];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw bad(`"${member}" is not a non-negative integer`);
  return value;
}
