import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable, type Cell } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';
import type { CA, CA_LIST } from './documents.ts';
import type { AuthorityStatus, CrlStatus } from '../rules/status.ts';

export function authoritiesView(
  cas: readonly AuthorityStatus[],
  now: Date,
  terminal: Terminal,
): View<typeof CA_LIST, typeof CA> {
  return {
    table: () => formatAuthorities(cas, now, terminal),
    json: () => ({ kind: 'ca-list', value: { at: now, cas } }),
    jsonl: () => cas.map(value => ({ kind: 'ca', value })),
  };
}

export function formatAuthorities(
  authorities: readonly AuthorityStatus[],
  now: Date,
  { colours, columns }: Terminal,
): string {
  const rows = authorities.map((authority): Cell[] => [
    authority.ca,
    stateCell(authority, colours.red),
    authority.keyAlgorithm,
    authority.keyLocation,
    withRelative(authority.notAfter, now),
    crlCell(authority.crl, colours.red),
    withRelative(authority.crl.nextUpdate, now),
  ]);
  return formatTable(['CA', 'STATE', 'KEY', 'KEY IN', 'EXPIRES', 'CRL', 'CRL EXPIRES'], rows, columns);
}

/** A tainted or retired CA that was revoked, too, shows its own state. */
function stateCell({ state, expired, notYetValid, revokedAt }: AuthorityStatus, red: (text: string) => string): Cell {
  if (expired) return { text: 'expired', paint: red };
  if (revokedAt !== undefined && state !== 'tainted' && state !== 'retired') return { text: 'revoked', paint: red };
  return notYetValid ? { text: 'not-yet-valid', paint: red } : state;
}

function crlCell({ state, number, entryCount }: CrlStatus, red: (text: string) => string): Cell {
  if (state === 'none') return '';
  return state === 'fresh' ? `${number}, ${entryCount} revoked` : { text: state, paint: red };
}

export const withRelative = (instant: Date | undefined, now: Date): string =>
  instant === undefined ? '' : `${formatInstant(instant)} ${formatRelativeTime(instant, now)}`;
