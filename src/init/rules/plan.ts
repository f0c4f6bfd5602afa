/** Answers which CAs `ca init` makes, and what svcauth.yaml says then. The run of init asks here; it makes no key and writes nothing. */
import type { NameConstraints } from '../../pki/extension/name-constraints.ts';
import type { KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import type { ParsedCertificate } from '../../pki/certificate/parsed.ts';
import type { PrivateKey } from '../../pki/key/private-key.ts';
import type { TrustDomain } from '../../pki/name/spiffe-id.ts';
import type { Seconds } from '../../time/duration.ts';
import { defaultPolicy, type Policy } from '../../policy/rules/policy.ts';
import { longestLeaf, roundDown } from '../../policy/rules/decide-spec.ts';
import { planAuthority, type PlannedAuthority } from '../../ca/rules/planned-authority.ts';

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
  const root = planRoot(request, now);
  if (request.singleTier) return root === undefined ? [] : [root];
  const { keyAlgorithm, issuingLifetime, backdate, crlUrl, nameConstraints } = request;
  const issuing = planAuthority(
    {
      tier: 'issuing',
      generation: 1,
      how: root === undefined ? 'request' : 'create',
      keyAlgorithm,
      keyLocation: 'file',
      lifetime: issuingLifetime,
      backdate,
      above: root,
      crlUrl,
      ...(nameConstraints && { nameConstraints }),
    },
    now,
  );
  return root === undefined ? [issuing] : [root, issuing];
}

/** Plans the root; undefined where its holder keeps it. */
function planRoot(request: InitRequest, now: Date): PlannedAuthority | undefined {
  const { root, keyAlgorithm, rootLifetime, backdate, singleTier, nameConstraints } = request;
  if (root.kind === 'foreign') return undefined;
  if (root.kind === 'import') {
    const { notBefore, notAfter } = root.certificate.tbs;
    return {
      id: 'root-g1',
      tier: 'root',
      generation: 1,
      how: 'import',
      keyAlgorithm: root.key.algorithm.name,
      notBefore: notBefore.date,
      notAfter: notAfter.date,
      keyLocation: 'file',
    };
  }
  return planAuthority(
    {
      tier: 'root',
      generation: 1,
      how: 'create',
      keyAlgorithm,
      keyLocation: root.kind === 'create' ? 'file' : 'offline',
      lifetime: rootLifetime,
      backdate,
      ...(singleTier && nameConstraints && { nameConstraints }),
    },
    now,
  );
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
