// Validates the unexpired leaves with the anchors and CRLs of a published directory, and groups the wrong answers by cause.
// `verify-crls.ts` calls it. It reads no file: anchors and CRLs come in decoded.
import { isCertified } from '../../ca/rules/active-issuer.ts';
import { leafClasses, type LeafClass, type ReadLeaf } from '../../verifiers/rules/leaf-class.ts';
import { leafStatusFromCa, type LeafStatus } from '../../verifiers/rules/leaf-status.ts';
import { peerFault, type PeerFault } from '../../verifiers/rules/peer-verdict.ts';
import { servedChain } from '../../ca/rules/served-chain.ts';
import { toHex } from '../../pki/bytes.ts';
import { readPathCertificate, type PathCertificate } from '../../pki/path/path-certificate.ts';
import type { PathCrl } from '../../pki/path/path-crl.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';

/** A way of reading a directory, and the CRLs that a verifier then holds. */
export interface PublishedForm {
  /** `crl-bundle.pem`, `crl/*.pem`, `crl/*.der` */
  readonly name: string;
  readonly crls: readonly PathCrl[];
}

/** Leaves of one CA with a wrong verdict for one reason. */
export interface SetFault {
  readonly authorityId: string;
  readonly kind: PeerFault['kind'];
  /** Names of the forms that give this verdict. */
  readonly forms: readonly string[];
  readonly leaves: readonly { readonly service: string; readonly serial: string }[];
  /** The reason for rejecting valid ones, or for an unknown status of revoked ones; undefined if a CRL clears the revoked ones. */
  readonly refusal: PeerFault['refusal'];
}

/**
 * Reads, by CA, the certificates that may be presented at `now`, including replaced and revoked ones. Every leaf of a revoked CA counts
 * as revoked; of a tainted or retired CA, only revoked leaves count.
 */
export function readLeaves(manifest: Manifest, now: Date): ReadonlyMap<string, readonly ReadLeaf[]> {
  const statuses = leafStatuses(manifest, now);
  const leaves = new Map<string, ReadLeaf[]>();
  for (const { der, service, authorityId, ...leaf } of manifest.unexpiredLeaves(now)) {
    const standing = statuses.get(authorityId);
    const revoked = leaf.revoked || standing === 'revoked';
    if (standing === 'disowned' && !revoked) continue;
    const certificate = readPathCertificate(der);
    if (certificate.tbs.notBefore.date > now) continue;
    const known = leaves.get(authorityId);
    if (known === undefined) leaves.set(authorityId, [{ service, certificate, revoked }]);
    else known.push({ service, certificate, revoked });
  }
  return leaves;
}

function leafStatuses(manifest: Manifest, now: Date): ReadonlyMap<string, LeafStatus> {
  const further = manifest.furtherCertificates();
  const isRevoked = (serial: string) => manifest.revocation(serial) !== undefined;
  const authorities = manifest.authorities().filter(isCertified);
  return new Map(authorities.map(each => [each.id, leafStatusFromCa(each, further, isRevoked, now)]));
}

/**
 * Verifies every leaf with these anchors and the CRLs of each form, and returns the wrong verdicts: valid leaves must be accepted with
 * revocation checked for the whole chain (RFC 5280 §6.3.3), revoked ones rejected as revoked. Equivalent leaves are validated once.
 */
export function verifyCrlSet(
  manifest: Manifest,
  anchors: readonly PathCertificate[],
  forms: readonly PublishedForm[],
  leaves: ReadonlyMap<string, readonly ReadLeaf[]>,
  now: Date,
): readonly SetFault[] {
  const authorities = manifest.authorities().filter(isCertified);
  const further = manifest.furtherCertificates();
  const everyCrl = [...new Set(forms.flatMap(({ crls }) => crls))];
  const faults = new Map<string, SetFault>();
  for (const authority of authorities) {
    const chain = servedChain(authority, authorities, further).map(readPathCertificate);
    const presenter = { name: authority.id, chain: [], leaves: [] };
    const own = leaves.get(authority.id) ?? [];
    for (const judged of leafClasses(presenter, chain, own, [...anchors, ...chain], everyCrl)) {
      for (const fault of faultsOf(authority.id, judged, anchors, forms, now)) {
        const key = JSON.stringify([authority.id, fault.kind, fault.forms, fault.refusal?.code]);
        faults.set(key, { ...fault, leaves: [...(faults.get(key)?.leaves ?? []), ...fault.leaves] });
      }
    }
  }
  return [...faults.values()];
}

/** Finds one fault for each reason, with all forms that have it. */
function faultsOf(
  authorityId: string,
  judged: LeafClass,
  anchors: readonly PathCertificate[],
  forms: readonly PublishedForm[],
  now: Date,
): readonly SetFault[] {
  const found = new Map<string, SetFault>();
  const leaves = judged.leaves.map(({ service, certificate }) => ({ service, serial: toHex(certificate.tbs.serial) }));
  for (const { name, crls } of forms) {
    const state = { bundle: '', crlSet: name, anchors, crls };
    const faults = judged.roles.map(role => peerFault(judged.leaves[0]!.certificate, judged, state, role, now));
    const fault = faults.find(each => each !== undefined);
    if (fault === undefined) continue;
    const { kind, refusal } = fault;
    const key = JSON.stringify([kind, refusal?.code]);
    const known = found.get(key);
    found.set(key, { authorityId, kind, forms: [...(known?.forms ?? []), name], leaves, refusal });
  }
  return [...found.values()];
}
