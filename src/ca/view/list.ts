import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable, type Cell } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';
import type { AuthorityStatus, CrlStatus } from '../rules/status.ts';

export function authoritiesView(authorities: readonly AuthorityStatus[], now: Date, terminal: Terminal): View {
  return {
    table: () => formatAuthorities(authorities, now, terminal),
    json: () => ({ kind: 'authorities', value: { at: now, authorities } }),
    jsonl: () => authorities.map(value => ({ kind: 'authority', value })),
  };
}

export function formatAuthorities(
  authorities: readonly AuthorityStatus[],
  now: Date,
  { colours, columns }: Terminal,
): string {
  const rows = authorities.map((authority): Cell[] => [
    authority.id,
    authority.expired ? { text: 'expired', paint: colours.red } : authority.state,
    authority.keyAlgorithm,
    authority.keyLocation,
    withRelative(authority.notAfter, now),
    crlCell(authority.crl, colours.red),
    withRelative(authority.crl.nextUpdate, now),
  ]);
  return formatTable(['CA', 'STATE', 'KEY', 'KEY IN', 'EXPIRES', 'CRL', 'CRL UNTIL'], rows, columns);
}

function crlCell({ state, number, entryCount }: CrlStatus, red: (text: string) => string): Cell {
  if (state === 'none') return '';
  return state === 'fresh' ? `${number}, ${entryCount} revoked` : { text: state, paint: red };
}

export const withRelative = (instant: Date | undefined, now: Date): string =>
  instant === undefined ? '' : `${formatInstant(instant)} ${formatRelativeTime(instant, now)}`;
