import { parseBundleMap, parseSpiffeBundle, type SpiffeBundle } from '../../pki/bundle/read.ts';
import { spiffeKeys } from '../../pki/bundle/trust-bundle.ts';
import type { TrustDomain } from '../../pki/name/spiffe-id.ts';

/** A trust bundle as somebody hands it over; a PEM file says nothing of sequence and refresh hint. */
export interface BundleDocument {
  readonly form: 'pem' | 'spiffe';
  readonly bundle: SpiffeBundle;
  /** Every member of every JWK, also those that are passed over. */
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  /** The JWK Set without white space: what is kept. */
  readonly text: string;
}

/** Bundles by the trust domain that a map gives them; a bundle that stands alone says nothing of whose it is. */
export type BundleDocuments = BundleDocument | ReadonlyMap<TrustDomain, BundleDocument>;

/** Reads a SPIFFE bundle, or a map of them. Throws ERR_TRUST_BUNDLE, ERR_BUNDLE_MAP, ERR_TRUST_DOMAIN. */
export function parseBundleDocuments(text: string): BundleDocuments {
  const domains = trustDomainsIn(text);
  if (domains === undefined) return fromJwkSet(parseSpiffeBundle(text), text);
  const bundles = parseBundleMap(text);
  return new Map([...bundles].map(([name, bundle]) => [name, fromJwkSet(bundle, JSON.stringify(domains[name]))]));
}

/** Undefined where the text is no map; whether it is a good one is for `parseBundleMap`. */
function trustDomainsIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const document = JSON.parse(text) as { trust_domains?: Record<string, unknown> } | null;
    return document?.trust_domains;
  } catch {
    return undefined;
  }
}

/** `text` has been read as a bundle. */
function fromJwkSet(bundle: SpiffeBundle, text: string): BundleDocument {
  const jwks = JSON.parse(text) as { readonly keys: BundleDocument['keys'] };
  return { form: 'spiffe', bundle, keys: jwks.keys, text: JSON.stringify(jwks) };
}

/** The same of anchors that came as PEM. */
export function bundleOfAnchors(anchors: readonly Uint8Array[]): BundleDocument {
  const keys = spiffeKeys(anchors);
  const bundle = { x509Authorities: anchors, sequence: undefined, refreshHint: undefined };
  return { form: 'pem', bundle, keys, text: JSON.stringify({ keys }) };
}
