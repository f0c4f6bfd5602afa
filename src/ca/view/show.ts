import type { AuthorityDescription } from '../rules/description.ts';
import type { CA_SHOW } from './documents.ts';
import { toHex } from '../../pki/bytes.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';

export function authorityView(authority: AuthorityDescription, now: Date): View<typeof CA_SHOW> {
  const document = { kind: 'ca-show', value: authority } as const;
  return { table: () => formatAuthority(authority, now), json: () => document, jsonl: () => [document] };
}

function formatAuthority(authority: AuthorityDescription, now: Date): string {
  const { crl } = authority;
  const instant = (date: Date | undefined) => date && `${formatInstant(date)} (${formatRelativeTime(date, now)})`;
  return formatFacts([
    ['id', authority.ca],
    ['tier', `${authority.tier}, generation ${authority.generation}`],
    ['state', `${authority.state}${authority.expired ? ', expired' : authority.notYetValid ? ', not yet valid' : ''}`],
    ['revoked', instant(authority.revokedAt)],
    ['subject', authority.subject],
    ['issuer', authority.issuer],
    ['issued by', authority.issuedBy],
    ['serial', authority.serial],
    ['key', `${authority.keyAlgorithm}, ${KEY_LOCATIONS[authority.keyLocation]}`],
    ['key id', authority.keyId && toHex(authority.keyId)],
    ['permits', authority.permitted?.join(', ')],
    ['excludes', authority.excluded?.join(', ')],
    ['crl urls', authority.crlUrls?.join(', ')],
    ['not before', authority.notBefore && formatInstant(authority.notBefore)],
    ['not after', instant(authority.notAfter)],
    ['crl', crl.number === undefined ? crl.state : `${crl.state}, number ${crl.number}, ${crl.entryCount} revoked`],
    ['this update', crl.thisUpdate && formatInstant(crl.thisUpdate)],
    ['next update', instant(crl.nextUpdate)],
  ]);
}

const KEY_LOCATIONS: Readonly<Record<AuthorityDescription['keyLocation'], string>> = {
  file: 'in the home',
  offline: 'offline, not in the home',
  foreign: 'held outside this home',
  destroyed: 'destroyed',
};
