import type { BundleVerification } from '../run/verify.ts';
import type { BundleSeverity } from '../rules/finding.ts';
import type { View } from '../../view/output.ts';
import { formatTable, type Cell } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';
import { visible } from '../../view/visible.ts';
import type { BUNDLE_FINDING, BUNDLE_VERIFY } from './documents.ts';

export function bundleVerifyView(
  { checked, findings }: BundleVerification,
  now: Date,
  { colours, columns }: Terminal,
): View<typeof BUNDLE_VERIFY, typeof BUNDLE_FINDING> {
  const paints: Readonly<Record<BundleSeverity, (text: string) => string>> = {
    integrity: colours.red,
    critical: colours.red,
    warning: colours.yellow,
  };
  return {
    table: () =>
      findings.length === 0
        ? checked.map(each => `good  ${visible(each)}\n`).join('')
        : formatTable(
            ['SEVERITY', 'SUBJECT', 'FINDING', 'MESSAGE'],
            findings.map(({ severity, subject, name, message }): Cell[] => [
              { text: severity, paint: paints[severity] },
              subject,
              name,
              message,
            ]),
            columns,
          ),
    json: () => ({ kind: 'bundle-verify', value: { at: now, checked, findings } }),
    jsonl: () => findings.map(value => ({ kind: 'bundle-finding', value })),
  };
}
