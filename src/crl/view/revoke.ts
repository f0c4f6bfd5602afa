import type { RevokeOutcome } from '../run/revoke.ts';
import type { RevokeStep } from '../rules/plan-revoke.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import type { REVOKE } from './documents.ts';

export function revokeView({ plan, request, crls, dryRun }: RevokeOutcome): View<typeof REVOKE> {
  const { reason: asked, invalidityDate } = request;
  const described = invalidityDate === undefined ? asked : `${asked}, invalid since ${formatInstant(invalidityDate)}`;
  const line = (step: RevokeStep): string => {
    const { serial } = step.certificate;
    const service = step.certificate.service || '(unknown)';
    if (step.action === 'keep') {
      const { revokedAt, reason } = step.revocation;
      return `unchanged  ${service}  ${serial}  revoked ${formatInstant(revokedAt)}, ${reason}\n`;
    }
    return `${dryRun ? 'would revoke' : 'revoked'}  ${service}  ${serial}  ${described}\n`;
  };
  const value = {
    dryRun,
    reason: asked,
    invalidityDate,
    certificates: plan.steps.map(({ action, certificate: { authorityId, service, serial, spiffeId, notAfter } }) => ({
      ...{ action, ca: authorityId, service: service || undefined, serial },
      ...{ spiffeId: spiffeId || undefined, notAfter },
    })),
    stillValid: plan.stillValid.map(({ service, serial, notAfter }) => ({ service, serial, notAfter })),
    crls: crls.map(({ authorityId, ...crl }) => ({ ca: authorityId, ...crl })),
  };
  return {
    table: () =>
      plan.steps.map(line).join('') +
      crls
        .map(
          ({ authorityId, number, nextUpdate }) =>
            `crl ${authorityId}  number ${number}  expires ${formatInstant(nextUpdate)}\n`,
        )
        .join(''),
    json: () => ({ kind: 'revoke', value }),
    jsonl: () => [{ kind: 'revoke', value }],
  };
}
