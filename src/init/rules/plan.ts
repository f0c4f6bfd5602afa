// Decides which CAs a new PKI begins with, their lifetimes and key locations, and the values of its first policy file.
// `run/init-pki.ts` calls it, and `ca init --dry-run` prints the answer.
import type { NameConstraints } from '../../pki/extension/name-constraints.ts';
import type { KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import type { ParsedCertificate } from '../../pki/certificate/parsed.ts';
import type { PrivateKey } from '../../pki/key/private-key.ts';
import type { TrustDomain } from '../../pki/name/spiffe-id.ts';
import { crlAddress } from '../../policy/rules/crl-url.ts';
import type { Seconds } from '../../time/duration.ts';
import { defaultPolicy, type Policy } from '../../policy/rules/policy.ts';
import { longestLeaf, roundDown } from '../../policy/rules/decide-spec.ts';
import type { PlannedAuthority } from '../../ca/rules/planned-authority.ts';

/** Where the root comes from. */
export type RootSource =
  | { readonly kind: 'create' }
  /** Made here, its key written to `keyPath` (absolute) and nowhere else: an offline root. */
  | { readonly kind: 'create-offline'; readonly keyPath: string }
  /** A root that exists, with its key. */
  | { readonly kind: 'import'; readonly certificate: ParsedCertificate; readonly key: PrivateKey }
  /** Somebody else holds it: we make a request, they make the certificate (`ca install-cert`). */
  | { readonly kind: 'foreign' };

export interface InitRequest {
  readonly trustDomain: TrustDomain;
  /** Stem of the CA subjects. */
  readonly name: string;
  readonly keyAlgorithm: KeyAlgorithmName;
  /** Seconds. */
  readonly rootLifetime: number;
  readonly issuingLifetime: number;
  readonly backdate: number;
  readonly root: RootSource;
  readonly singleTier: boolean;
  readonly crlUrl?: string;
  /** Of the CA that issues the leaves. */
  readonly nameConstraints?: NameConstraints;
  readonly keyProtection: 'passphrase' | 'none';
}

/** The authorities in the order they are made. Pure; the request has been read and is consistent. */
export function planInit(request: InitRequest, now: Date): readonly PlannedAuthority[] {
  const { root, keyAlgorithm } = request;
  const notBefore = new Date(now.getTime() - request.backdate * 1000);
  const after = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
  const constrained = request.nameConstraints && { nameConstraints: request.nameConstraints };
  const planned: PlannedAuthority[] = [];
  if (root.kind === 'import') {
    const { tbs } = root.certificate;
    planned.push({
      id: 'root-g1',
      tier: 'root',
      generation: 1,
      how: 'import',
      keyAlgorithm: root.key.algorithm.name,
      notBefore: tbs.notBefore.date,
      notAfter: tbs.notAfter.date,
      keyLocation: 'file',
    });
  } else if (root.kind !== 'foreign') {
    planned.push({
      id: 'root-g1',
      tier: 'root',
      generation: 1,
      how: 'create',
      keyAlgorithm,
      notBefore,
      notAfter: after(request.rootLifetime),
      keyLocation: root.kind === 'create' ? 'file' : 'offline',
      ...(request.singleTier && constrained),
    });
  }
  if (request.singleTier) return planned;
  const above = planned[0];
  const wanted = after(request.issuingLifetime);
  planned.push({
    id: 'issuing-g1',
    tier: 'issuing',
    generation: 1,
    how: above === undefined ? 'request' : 'create',
    keyAlgorithm,
    // never begins before, nor outlives, the root above it
    notBefore: above !== undefined && above.notBefore > notBefore ? above.notBefore : notBefore,
    notAfter: above !== undefined && above.notAfter < wanted ? above.notAfter : wanted,
    keyLocation: 'file',
    pathLength: 0,
    ...constrained,
    ...(request.crlUrl !== undefined && above !== undefined && { crlUrl: crlAddress(request.crlUrl, above.id) }),
  });
  return planned;
}

/** What svcauth.yaml will say: the usual values, as far as the CA that signs the leaves lives long enough for them. */
export function planPolicy({ trustDomain, crlUrl }: InitRequest, authorities: readonly PlannedAuthority[]): Policy {
  const policy = defaultPolicy(trustDomain);
  const longest = roundDown(longestLeaf(authorities.at(-1)!)) as Seconds;
  return {
    ...policy,
    leaf: { ...policy.leaf, ttl: longest < policy.leaf.ttl ? longest : policy.leaf.ttl },
    ...(crlUrl !== undefined && { crl: { ...policy.crl, url: crlUrl } }),
  };
}
