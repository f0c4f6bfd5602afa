// Formats a rehearsal: the time and the outcome of each step, the totals, and the verdict on the published files.
// `drill ca-compromise --sandbox` prints it, as a table or as JSON.
import type { Rehearsal, RehearsedStep } from '../run/rehearse.ts';
import { crlVerifyView } from '../../publication/view/verify.ts';
import { formatDuration } from '../../view/duration.ts';
import { formatFacts } from '../../view/facts.ts';
import type { View } from '../../view/output.ts';
import type { DRILL_CA_COMPROMISE_SANDBOX } from './documents.ts';
import { plural } from '../../text/plural.ts';
import { formatTable } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';
import { visible } from '../../view/visible.ts';

export function rehearsalView(
  rehearsal: Rehearsal,
  now: Date,
  terminal: Terminal,
): View<typeof DRILL_CA_COMPROMISE_SANDBOX> {
  const { authorityId, home, keptAt, hooks, unread, steps, proof } = rehearsal;
  const verified = crlVerifyView(proof, now, terminal);
  const [took, issued] = [sumOf(steps, each => each.took), sumOf(steps, each => each.issued ?? 0)];
  const problems = steps.flatMap(each => each.problems ?? []);
  const { certificates, findings, crls } = proof;
  const value = { ca: authorityId, at: now, home, keptAt, hooks, unread, took, issued, steps };
  const json = {
    kind: 'drill-ca-compromise-sandbox',
    value: { ...value, proof: { certificates, findings, crls } },
  } as const;
  return {
    table: () =>
      [
        `${authorityId} is compromised: rehearsed on a copy of ${visible(home)}\n\n`,
        formatTable(['STEP', 'TOOK', 'RESULT'], steps.map(stepRow), terminal.columns),
        '\n',
        formatFacts([
          ['took', `${formatMilliseconds(took)}, without the time for people, copying files and reloads`],
          ['issued', plural(issued, 'certificate')],
          ['hooks', hooks === 0 ? undefined : `${plural(hooks, 'hook')} not run: no service was reloaded`],
          ['not read', unread.length === 0 ? undefined : `the files of ${unread.join(', ')}`],
          ['failed', problems.length === 0 ? undefined : problems.join('; ')],
          ['copy', keptAt === undefined ? 'removed; the home is unchanged' : `kept in ${keptAt}; it contains keys`],
        ]),
        '\n',
        verified.table(),
      ].join(''),
    json: () => json,
    jsonl: () => [json],
  };
}

const stepRow = (step: RehearsedStep) => [step.action, formatMilliseconds(step.took), resultText(step) || 'done'];

const resultText = ({ gates = [], issued, services = 0, published, awaited = [], problems = [] }: RehearsedStep) =>
  [
    ...(issued === undefined ? [] : [`${plural(issued, 'certificate')} issued`]),
    ...(services === 0 ? [] : [`new files for ${plural(services, 'service')}`]),
    ...(published === undefined
      ? []
      : [`${plural(published.files, 'file')} published, ${plural(published.bytes, 'byte')}`]),
    ...(gates.length === 0 ? [] : [`forced ${gates.join(', ')}`]),
    ...(awaited.length === 0 ? [] : [`the next CRL of ${awaited.join(', ')} must revoke it`]),
    ...(problems.length === 0 ? [] : [`${problems.length} failed`]),
  ].join('; ');

/** `840ms`, `12.4s`; from a minute on in its two largest units. */
const formatMilliseconds = (milliseconds: number): string => {
  if (milliseconds < 1000) return `${milliseconds}ms`;
  return milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(1)}s` : formatDuration(milliseconds / 1000);
};

const sumOf = (steps: readonly RehearsedStep[], of: (step: RehearsedStep) => number): number =>
  steps.reduce((sum, each) => sum + of(each), 0);
