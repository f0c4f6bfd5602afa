import type { ApplyOutcome } from '../authority/apply.ts';
import type { ApplyStep } from '../lifecycle/plan-apply.ts';
import { describeStep, formatApplySummary, pendingOf, remedyOf, verbOf } from './apply.ts';
import { annotation } from './github.ts';

/** What a person should see first; what is in order is not annotated. */
const LEVEL = {
  issue: 'notice',
  update: 'notice',
  deliver: 'notice',
  wait: 'notice',
  prune: 'warning',
  orphan: 'warning',
  'bring-key': 'error',
  withdrawn: 'error',
} as const satisfies Readonly<Partial<Record<ApplyStep['action'], string>>>;

/** Workflow commands: each step at its line of the file, then one notice that counts. `file` as the repository calls it. */
export function formatApplyAnnotations(outcome: ApplyOutcome, file: string | undefined, now: Date): string {
  const { steps, dryRun } = outcome;
  const place = (line: number | undefined) =>
    file === undefined ? undefined : { file, ...(line !== undefined && { line }) };
  const lines = steps.flatMap(step => {
    if (step.action === 'keep') return [];
    const title = `${verbOf(step, dryRun)} ${step.name}`;
    const at = place('line' in step ? step.line : undefined);
    const text = [describeStep(step, now), remedyOf(step) ?? []].flat().join('\n');
    return [annotation(LEVEL[step.action], title, text, at)];
  });
  const pending = pendingOf(outcome.deployed).map(({ service, problem }) =>
    annotation('error', `not deployed ${service}`, problem, place(undefined)),
  );
  return [
    ...lines,
    ...pending,
    annotation('notice', 'svcauth apply', formatApplySummary(outcome), place(undefined)),
  ].join('');
}

/** GitHub takes a summary of at most 1 MiB, and nobody reads this much. */
const MOST_ROWS = 500;

/** The job summary, in Markdown. */
export function formatApplyMarkdown(outcome: ApplyOutcome, now: Date): string {
  const { steps, dryRun } = outcome;
  const shown = steps.filter(({ action }) => action !== 'keep');
  const rows = shown.slice(0, MOST_ROWS).map(step => {
    const text = [describeStep(step, now), remedyOf(step) ?? []].flat().join(': ');
    const cells = [verbOf(step, dryRun), step.name, text].map(markdown);
    return `| ${cells.join(' | ')} |\n`;
  });
  for (const { service, problem } of pendingOf(outcome.deployed)) {
    rows.push(`| ${['not deployed', service, problem].map(markdown).join(' | ')} |\n`);
  }
  const table = rows.length === 0 ? '' : `| | service | |\n|---|---|---|\n${rows.join('')}\n`;
  const more = shown.length > MOST_ROWS ? `and ${shown.length - MOST_ROWS} more\n\n` : '';
  return `### svcauth apply${dryRun ? ' --dry-run' : ''}\n\n${table}${more}${markdown(formatApplySummary(outcome))}\n\n`;
}

/** Text that stays text in a table: no markup, no links, no HTML. */
const markdown = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>()#!|~&@]/g, character => `&#${character.charCodeAt(0)};`).replace(/\s+/g, ' ');
