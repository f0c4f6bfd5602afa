// Formats CRLs: their header, their entries and the presigned CRLs.
// `crl show` prints them, from a file or from public/crl. It decides nothing.
import type { CrlEntryReport, CrlReport } from '../../pki/report/crl-report.ts';
import type { Crl } from '../../record/crl.ts';
import { toHex } from '../../pki/bytes.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';
import type { CRL, CRL_ENTRY, CRL_SHOW } from './documents.ts';

/** A CRL to format; `entries` can be called more than once. */
export interface ShownCrl {
  /** The file that it was read from, like `public/crl/root-g1.der`. */
  readonly file: string;
  /** The id of its CA, if it is in public/. */
  readonly ca?: string;
  readonly report: CrlReport;
  readonly entries: () => Iterable<CrlEntryReport>;
  /** Presigned CRLs that are not released yet. */
  readonly presigned?: readonly Crl[];
}

/** Formats CRLs: a table has at most `limit` entries of each, JSON has all. */
export function crlShowView(
  crls: readonly ShownCrl[],
  limit: number,
  now: Date,
  terminal: Terminal,
): View<typeof CRL_SHOW, typeof CRL | typeof CRL_ENTRY> {
  return {
    table: () => crls.map(crl => formatCrl(crl, limit, now, terminal)).join('\n'),
    json: () => ({
      kind: 'crl-show',
      value: { at: now, crls: crls.map(crl => ({ ...header(crl), entries: [...crl.entries()] })) },
    }),
    jsonl: function* () {
      for (const crl of crls) {
        yield { kind: 'crl', value: header(crl) };
        for (const value of crl.entries()) yield { kind: 'crl-entry', value };
      }
    },
  };
}

function header({ file, ca, report, presigned }: ShownCrl) {
  const { type: _, keyIdentifier: keyId, ...facts } = report;
  return {
    ...{ file, ca, keyId, ...facts },
    presigned: presigned?.map(({ number, thisUpdate, nextUpdate, sha256 }) => {
      return { number, thisUpdate, nextUpdate, sha256 };
    }),
  };
}

function formatCrl(crl: ShownCrl, limit: number, now: Date, { columns }: Terminal): string {
  const { file, ca, report } = crl;
  const { nextUpdate, scope, delta, otherExtensions } = report;
  const facts = formatFacts([
    ['crl', file],
    ['ca', ca],
    ['issuer', report.issuer],
    ['key id', report.keyIdentifier && toHex(report.keyIdentifier)],
    ['number', report.number?.toString()],
    ['this update', formatInstant(report.thisUpdate)],
    ['next update', nextUpdate && `${formatInstant(nextUpdate)} (${formatRelativeTime(nextUpdate, now)})`],
    ['state', report.validity],
    ['delta', delta && 'yes, it lists only changes'],
    ['scope', scope && scopeText(scope)],
    ['other extensions', otherExtensions?.join(', ')],
    ['signature', report.signatureAlgorithm],
    ['sha256', toHex(report.sha256)],
    ['revoked', String(report.entryCount)],
  ]);
  return facts + formatEntries(crl, limit, columns) + formatPresigned(crl, limit, columns);
}

function scopeText(scope: NonNullable<CrlReport['scope']>): string {
  const { uris, ...flags } = scope;
  return [...Object.entries(flags).flatMap(([flag, set]) => (set ? [flag] : [])), ...uris].join(', ');
}

function formatEntries({ report, entries }: ShownCrl, limit: number, columns: number): string {
  if (report.entryCount === 0) return '';
  const rows: string[][] = [];
  for (const { serial, revokedAt, reason, invalidityDate } of entries()) {
    if (rows.length === limit) break;
    rows.push([
      serial,
      formatInstant(revokedAt),
      reason,
      invalidityDate === undefined ? '' : formatInstant(invalidityDate),
    ]);
  }
  const more = report.entryCount - rows.length;
  const table = formatTable(['SERIAL', 'REVOKED', 'REASON', 'INVALID SINCE'], rows, columns);
  return `\n${table}${more > 0 ? `${more} more entries: --all lists them\n` : ''}`;
}

function formatPresigned({ presigned = [] }: ShownCrl, limit: number, columns: number): string {
  if (presigned.length === 0) return '';
  const rows = presigned
    .slice(0, limit)
    .map(({ number, thisUpdate, nextUpdate }) => [
      String(number),
      formatInstant(thisUpdate),
      formatInstant(nextUpdate),
    ]);
  const more = presigned.length - rows.length;
  const table = formatTable(['PRESIGNED', 'VALID FROM', 'EXPIRES'], rows, columns);
  return `\n${table}${more > 0 ? `${more} more presigned CRLs: --all lists them\n` : ''}`;
}
