import type { CrlFinding } from '../run/finding.ts';
import type { CrlVerification } from '../run/verify-crls.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { plural } from '../../text/plural.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable, type Cell } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';
import type { CRL_FINDING, CRL_VERIFY } from './documents.ts';

export function crlVerifyView(
  { directory, crls, certificates, findings }: CrlVerification,
  now: Date,
  terminal: Terminal,
): View<typeof CRL_VERIFY, typeof CRL_FINDING> {
  return {
    table: () => {
      const { colours, columns } = terminal;
      const rows = crls.map(({ ca, number, entryCount, nextUpdate }): Cell[] => {
        const failed = findings.some(finding => finding.ca === ca);
        return [
          ca,
          number?.toString() ?? '',
          entryCount?.toString() ?? '',
          nextUpdate === undefined ? '' : `${formatInstant(nextUpdate)} ${formatRelativeTime(nextUpdate, now)}`,
          failed ? { text: 'failed', paint: colours.red } : { text: 'good', paint: colours.green },
        ];
      });
      const table = formatTable(['CA', 'NUMBER', 'REVOKED', 'EXPIRES', 'VERDICT'], rows, columns);
      const checked = `\n${plural(certificates, 'certificate')} verified against PEM, DER and bundle\n`;
      return findings.length === 0 ? table + checked : `${table}\n${formatFindings(findings, terminal)}`;
    },
    json: () => ({ kind: 'crl-verify', value: { at: now, directory, crls, certificateCount: certificates, findings } }),
    jsonl: () => findings.map(value => ({ kind: 'crl-finding', value })),
  };
}

function formatFindings(findings: readonly CrlFinding[], { colours, columns }: Terminal): string {
  const paints = { warning: colours.yellow, critical: colours.red, integrity: colours.red };
  const rows = findings.map(({ severity, ca, name, message, remedy }): Cell[] => [
    { text: severity, paint: paints[severity] },
    ca,
    name,
    message,
    remedy ?? '',
  ]);
  return formatTable(['SEVERITY', 'CA', 'FINDING', 'MESSAGE', 'REMEDY'], rows, columns);
}
