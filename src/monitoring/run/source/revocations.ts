// The source of findings about revocations: recorded but not listed, listed but not recorded, and revoked CAs.
// It compares counts first, and reads a CRL only where they differ.
import { planAdoption } from '../../../crl/run/adopt-revocations.ts';
import { offersCrl } from '../../../crl/rules/last.ts';
import { isCertified } from '../../../ca/rules/active-issuer.ts';
import type { Finding } from '../../rules/finding.ts';
import type { CheckSource } from '../source.ts';

/** States in which a revoked CA still needs a decision. */
const IN_USE: ReadonlySet<string> = new Set(['prepared', 'active', 'draining']);

export const revocations: CheckSource = ({ pki, policy, authorities, at }) => {
  const { manifest } = pki;
  const suspicious = new Set<string>();
  const findings = authorities.filter(isCertified).flatMap((authority): Finding[] => {
    const { id: subject, keyLocation, tier, state, revokedAt } = authority;
    const about = { severity: 'critical', kind: 'ca', subject, keyLocation, tier } as const;
    const revoked: Finding[] = revokedAt !== undefined && IN_USE.has(state) ? [{ ...about, name: 'ca-revoked' }] : [];
    const latest = manifest.latestCrl(subject);
    // without a CRL that is a finding of its own
    if (latest === undefined || keyLocation === 'foreign' || !offersCrl(authority, latest, at)) return revoked;
    const { count, unlisted } = manifest.revocationTotals(subject);
    if (count - unlisted < latest.entryCount) suspicious.add(subject);
    return unlisted === 0 ? revoked : [...revoked, { ...about, name: 'revocation-unlisted', count: unlisted }];
  });
  if (suspicious.size === 0) return { findings };
  const lost = planAdoption(pki, policy.crl, suspicious).flatMap(
    ({ authorityId, revocations: { length } }): Finding[] => {
      if (!suspicious.has(authorityId) || length === 0) return [];
      const { keyLocation, tier } = authorities.find(({ id }) => id === authorityId)!;
      return [
        {
          ...{ name: 'revocation-lost', severity: 'critical', kind: 'ca', subject: authorityId },
          keyLocation,
          tier,
          count: length,
        },
      ];
    },
  );
  return { findings: [...findings, ...lost] };
};
