import { REMEDIES } from '../../errors/remedy.ts';
import type { TaintOutcome } from '../run/taint.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import type { CA_TAINT } from './documents.ts';
import { plural } from '../../text/plural.ts';

export function taintView({ plan, leaves, crls, awaited, dryRun }: TaintOutcome): View<typeof CA_TAINT> {
  const { authority, taints, revokes } = plan;
  const { id } = authority;
  const value = {
    dryRun,
    ca: id,
    changed: !dryRun && (taints || revokes.length > 0),
    state: dryRun ? authority.state : 'tainted',
    revoked: revokes.map(({ serial, issuerId }) => ({ serial, issuedBy: issuerId })),
    certificateCount: leaves.live,
    ...(leaves.lastNotAfter && { lastNotAfter: leaves.lastNotAfter }),
    crls: crls.map(({ authorityId: ca, number, nextUpdate }) => ({ ca, number, nextUpdate })),
    awaited,
  };
  return {
    table: () =>
      [
        taints
          ? `${dryRun ? 'would taint' : 'tainted'}  ${id}, which was ${authority.state}`
          : `unchanged  ${id} is already tainted`,
        ...revokes.map(
          ({ serial, issuerId }) => `${dryRun ? 'would revoke' : 'revoked'}  ${serial}, issued by ${issuerId}`,
        ),
        ...crls.map(
          each => `crl ${each.authorityId}  number ${each.number}  expires ${formatInstant(each.nextUpdate)}`,
        ),
        ...awaited.map(
          each => `crl ${each}  does not revoke it yet: ${REMEDIES.crlDue({ ca: each, keyLocation: 'offline' })}`,
        ),
        `due  ${plural(leaves.live, 'certificate')} that it issued`,
        `next  ${REMEDIES.compromiseSteps({ ca: id })}`,
        '',
      ].join('\n'),
    json: () => ({ kind: 'ca-taint', value }),
    jsonl: () => [{ kind: 'ca-taint', value }],
  };
}
