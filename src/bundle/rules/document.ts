import { parseBundleMap, parseSpiffeBundle, type SpiffeBundle } from '../../pki/bundle/read.ts';
import { spiffeKeys } from '../../pki/bundle/trust-bundle.ts';
import type { TrustDomain } from '../../pki/name/spiffe-id.ts';

/** A trust bundle from outside; a PEM file has no sequence and no refresh hint. */
export interface BundleDocument {
  readonly form: 'pem' | 'spiffe';
  readonly bundle: SpiffeBundle;
  /** Every member of every JWK, including those we ignore. */
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  /** The JWK Set without white space, as the manifest keeps it. */
  readonly text: string;
}

/** Bundles by trust domain, from a map; or a single bundle, which does not name its trust domain. */
export type BundleDocuments = BundleDocument | ReadonlyMap<TrustDomain, BundleDocument>;

/** Reads a SPIFFE bundle, or a map of them. Throws ERR_TRUST_BUNDLE, ERR_BUNDLE_MAP, ERR_TRUST_DOMAIN. */
export function parseBundleDocuments(text: string): BundleDocuments {
  const domains = trustDomainsIn(text);
  if (domains === undefined) return fromJwkSet(parseSpiffeBundle(text), text);
  const bundles = parseBundleMap(text);
  return new Map([...bundles].map(([name, bundle]) => [name, fromJwkSet(bundle, JSON.stringify(domains[name]))]));
}

/** Returns the members of a map, unchecked: `parseBundleMap` validates them. Undefined for any other text. */
function trustDomainsIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const document = JSON.parse(text) as { trust_domains?: Record<string, unknown> } | null;
    return document?.trust_domains;
  } catch {
    return undefined;
  }
}

/** Keeps the JWKs of `text`, which was parsed as a bundle already. */
function fromJwkSet(bundle: SpiffeBundle, text: string): BundleDocument {
  const jwks = JSON.parse(text) as { readonly keys: BundleDocument['keys'] };
  return { form: 'spiffe', bundle, keys: jwks.keys, text: JSON.stringify(jwks) };
}

/** Makes the document of a PEM bundle. */
export function bundleOfAnchors(anchors: readonly Uint8Array[]): BundleDocument {
  const keys = spiffeKeys(anchors);
  const bundle = { x509Authorities: anchors, sequence: undefined, refreshHint: undefined };
  return { form: 'pem', bundle, keys, text: JSON.stringify({ keys }) };
}
