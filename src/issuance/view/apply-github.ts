import type { ApplyOutcome } from '../run/apply-run.ts';
import type { ApplyStep } from '../rules/apply-step.ts';
import { describeStep, formatApplySummary, problemsOf, remedyOf, verbOf } from './apply.ts';
import { annotation } from '../../view/github-annotation.ts';

/** Level of the annotation for each action; `keep` has none. */
const LEVEL = {
  issue: 'notice',
  update: 'notice',
  deploy: 'notice',
  wait: 'notice',
  prune: 'warning',
  orphan: 'warning',
  'csr-needed': 'error',
  withdrawn: 'error',
} as const satisfies Readonly<Partial<Record<ApplyStep['action'], string>>>;

/** Writes workflow commands: each step at its line of the file, then a notice with the counts. `file` is relative to the repository. */
export function formatApplyAnnotations(outcome: ApplyOutcome, file: string | undefined, now: Date): string {
  const place = (line: number | undefined) =>
    file === undefined ? undefined : { file, ...(line !== undefined && { line }) };
  const problems = problemsOf(outcome.deployed);
  const lines = outcome.steps.flatMap(step => {
    const at = place('line' in step ? step.line : undefined);
    const problem = problems.get(step.service);
    const failed = problem === undefined ? [] : [annotation('error', `not deployed ${step.service}`, problem, at)];
    if (step.action === 'keep' || (step.action === 'deploy' && problem !== undefined)) return failed;
    const text = [describeStep(step, now), remedyOf(step) ?? []].flat().join('\n');
    const title = `${verbOf(step, outcome.dryRun, problem)} ${step.service}`;
    return [annotation(LEVEL[step.action], title, text, at), ...failed];
  });
  return [...lines, annotation('notice', 'svcauth apply', formatApplySummary(outcome), place(undefined))].join('');
}

/** Rows of the table; GitHub accepts a summary of at most 1 MiB. */
const MOST_ROWS = 500;

/** Writes the job summary, in Markdown. */
export function formatApplyMarkdown(outcome: ApplyOutcome, now: Date): string {
  const problems = problemsOf(outcome.deployed);
  const steps = outcome.steps.flatMap(step => {
    if (step.action === 'keep') return [];
    const verb = verbOf(step, outcome.dryRun, problems.get(step.service));
    return [[verb, step.service, [describeStep(step, now), remedyOf(step) ?? []].flat().join(': ')]];
  });
  const failed = [...problems].map(([service, problem]) => ['not deployed', service, problem]);
  const all = [...failed, ...steps];
  const rows = all.slice(0, MOST_ROWS).map(cells => `| ${cells.map(markdown).join(' | ')} |\n`);
  const table = rows.length === 0 ? '' : `| | service | |\n|---|---|---|\n${rows.join('')}\n`;
  const more = all.length > MOST_ROWS ? `and ${all.length - MOST_ROWS} more\n\n` : '';
  const title = `svcauth apply${outcome.dryRun ? ' --dry-run' : ''}`;
  return `### ${title}\n\n${table}${more}${markdown(formatApplySummary(outcome))}\n\n`;
}

/** Escapes text for a Markdown table: no markup, no links, no HTML. */
const markdown = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>()#!|~&@]/g, character => `&#${character.charCodeAt(0)};`).replace(/\s+/g, ' ');
