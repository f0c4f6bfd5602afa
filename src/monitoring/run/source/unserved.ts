import { csrFinding, revokedFinding } from '../../rules/unserved.ts';
import type { CheckSource } from '../source.ts';

/** Finds services that wait for a certificate: a revoked one that was not replaced, and a CSR that is due. */
export const unserved: CheckSource = ({ pki: { manifest }, policy, thresholds, at, selected }) => {
  const names = selected && new Set(selected.map(({ service }) => service.name));
  const isCovered = ({ service: { name } }: { readonly service: { readonly name: string } }): boolean =>
    names?.has(name) ?? true;
  const revoked = manifest.revokedServices().filter(isCovered);
  const requested = manifest.csrServices().filter(isCovered);
  return {
    findings: [
      ...revoked.flatMap(each => revokedFinding(each, manifest.revocation(each.certificate?.serial ?? '')?.reason, at)),
      ...requested.flatMap(each => csrFinding(each, policy.renewal, thresholds, at)),
    ],
  };
};
