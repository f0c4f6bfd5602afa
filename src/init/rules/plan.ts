// Decides which CAs `ca init` creates, and the policy of the first svcauth.yaml.
// `run/init-pki.ts` calls it. It creates no key and writes nothing.
import type { NameConstraints } from '../../pki/extension/name-constraints.ts';
import type { KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import type { ParsedCertificate } from '../../pki/certificate/parsed.ts';
import type { PrivateKey } from '../../pki/key/private-key.ts';
import type { TrustDomain } from '../../pki/name/spiffe-id.ts';
import type { Seconds } from '../../time/duration.ts';
import { defaultPolicy, type Policy } from '../../policy/rules/policy.ts';
import { longestLeaf, roundDown } from '../../policy/rules/decide-spec.ts';
import { planAuthority, type PlannedAuthority } from '../../ca/rules/planned-authority.ts';

/** Source of the root CA. */
export type RootSource =
  | { readonly kind: 'create' }
  /** Created here, with its key only in `keyPath` (absolute): an offline root. */
  | { readonly kind: 'create-offline'; readonly keyPath: string }
  /** An existing root with its key. */
  | { readonly kind: 'import'; readonly certificate: ParsedCertificate; readonly key: PrivateKey }
  /** An external root: we create a CSR, and its holder signs the certificate (`ca install-cert`). */
  | { readonly kind: 'foreign' };

export interface InitRequest {
  readonly trustDomain: TrustDomain;
  /** First part of the CA subjects. */
  readonly name: string;
  readonly keyAlgorithm: KeyAlgorithmName;
  /** Seconds. */
  readonly rootLifetime: number;
  readonly issuingLifetime: number;
  readonly backdate: number;
  readonly root: RootSource;
  readonly singleTier: boolean;
  readonly crlUrl?: string;
  /** Name constraints of the CA that issues to services. */
  readonly nameConstraints?: NameConstraints;
  readonly keyProtection: 'passphrase' | 'none';
}

/** Plans the CAs in the order of their creation. The request is consistent. */
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

/** Plans the root; undefined for an external root. */
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

/** Plans the policy: the defaults, with a leaf lifetime that the issuing CA's lifetime allows. */
export function planPolicy({ trustDomain, crlUrl }: InitRequest, authorities: readonly PlannedAuthority[]): Policy {
  const policy = defaultPolicy(trustDomain);
  const longest = roundDown(longestLeaf(authorities.at(-1)!)) as Seconds;
  return {
    ...policy,
    leaf: { ...policy.leaf, ttl: longest < policy.leaf.ttl ? longest : policy.leaf.ttl },
    // a root has consumers that svcauth does not know, so its rotation stays with the operator
    rotation: { ...policy.rotation, issuing: rotatesAlone(authorities) ? 'auto' : 'manual' },
    ...(crlUrl !== undefined && { crl: { ...policy.crl, url: crlUrl } }),
  };
}

/** Tests for an issuing CA whose key, and the key that signs its successor, are both in the home. */
const rotatesAlone = (authorities: readonly PlannedAuthority[]): boolean =>
  authorities.length > 1 && authorities.every(({ keyLocation }) => keyLocation === 'file');
