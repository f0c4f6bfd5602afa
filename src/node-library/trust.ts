// The trust in force: the anchors of each trust domain, and the CRLs. A new object stands for a change.
// `settle.ts` makes it, `peer-judge.ts` judges with it. The anchors of one trust domain never vouch for another.
import { encodePem } from '../pki/pem.ts';
import type { PathCertificate } from '../pki/path/path-certificate.ts';
import type { PathCrl } from '../pki/path/path-crl.ts';
import { trustStoreOf, type TrustStore } from '../pki/path/trust-store.ts';
import type { TrustDomain } from '../pki/name/spiffe-id.ts';
import type { Shelved } from './crl-shelf.ts';

/** The anchors of one trust domain, as they are in one file. */
export interface Bundle {
  readonly file: string;
  readonly trustDomain: TrustDomain;
  readonly anchors: readonly PathCertificate[];
  readonly checksRevocation: boolean;
}

export interface Trust {
  /** Stands for this trust where the CRLs themselves must not be held. */
  readonly key: symbol;
  readonly own: TrustDomain;
  readonly bundles: ReadonlyMap<TrustDomain, Bundle>;
  readonly shelf: readonly Shelved[];
  /** The trust stores for path validation, by trust domain. */
  readonly stores: ReadonlyMap<TrustDomain, TrustStore>;
  /** Every anchor, for OpenSSL. It does not know trust domains: `peer-judge.ts` checks them when the handshake ends. */
  readonly anchorsPem: readonly string[];
}

export function makeTrust(
  own: TrustDomain,
  bundles: ReadonlyMap<TrustDomain, Bundle>,
  shelf: readonly Shelved[],
): Trust {
  const crls = shelf.flatMap(({ newest, previous }) => [newest.crl, ...(previous ? [previous.crl] : [])]);
  return {
    key: Symbol('trust'),
    own,
    bundles,
    shelf,
    stores: new Map(
      [...bundles].map(([domain, { anchors, checksRevocation }]) => [
        domain,
        trustStoreOf(anchors, [], checksRevocation ? crls : undefined),
      ]),
    ),
    anchorsPem: [...bundles.values()].flatMap(({ anchors }) => anchors.map(({ der }) => encodePem('CERTIFICATE', der))),
  };
}

/** Returns the trust with other CRLs; the same object if they are the same. */
export function withShelf(trust: Trust, shelf: readonly Shelved[]): Trust {
  const made = makeTrust(trust.own, trust.bundles, shelf);
  return isSameTrust(trust, made) ? trust : made;
}

/** Compares two bundles by their anchors. */
export const isSameBundle = (a: Bundle | undefined, b: Bundle): boolean =>
  a !== undefined &&
  a.anchors.length === b.anchors.length &&
  a.checksRevocation === b.checksRevocation &&
  a.anchors.every((anchor, index) => Buffer.compare(anchor.der, b.anchors[index]!.der) === 0);

/** Decides that two trusts accept the same peers; then the older object stays in force. */
export const isSameTrust = (a: Trust, b: Trust): boolean =>
  a.own === b.own &&
  a.bundles.size === b.bundles.size &&
  [...b.bundles].every(([domain, bundle]) => isSameBundle(a.bundles.get(domain), bundle)) &&
  a.shelf.length === b.shelf.length &&
  a.shelf.every((each, index) => each === b.shelf[index]);

/** Decides that a CRL is about the certificates of this certificate's issuer. */
export const isSameIssuerName = ({ issuerName }: PathCrl, certificate: PathCertificate): boolean =>
  issuerName === certificate.issuerName;
