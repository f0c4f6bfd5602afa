import { readFileSync } from 'node:fs';
import { refused, type ConformanceCase, type ConformanceSuite, type Deviation, type Outcome } from './case.ts';
import { boringsslChains } from './boringssl-chains.ts';
import { corpora, mutants } from './corpora.ts';
import { crlSuites } from './crls.ts';
import { goNameConstraints } from './go-name-constraints.ts';
import { limboSuites } from './limbo.ts';
import { pkits } from './pkits.ts';
import { spiffeSuites } from './spiffe.ts';
import { vectorsDirectory } from './vectors.ts';
import { zlintSuites } from './zlint.ts';

interface Tally {
  right: number;
  falseAccepts: number;
  falseRefusals: number;
  /** Milliseconds, only for the report. */
  slowest: number;
  readonly unexplained: string[];
  /** Number of cases that each deviation has explained. */
  readonly used: Map<Deviation, number>;
}

/** Runs every suite that is present; returns the exit status. */
export async function main(deviationsFile: string, mutantCount: number, only?: string): Promise<number> {
  const deviations = JSON.parse(readFileSync(deviationsFile, 'utf8')) as readonly Deviation[];
  const suites: readonly ConformanceSuite[] = [
    ...limboSuites(),
    ...goNameConstraints(),
    ...pkits(),
    ...boringsslChains(),
    ...crlSuites(),
    ...spiffeSuites(),
    ...zlintSuites(),
    ...corpora(),
    ...mutants(mutantCount),
  ];
  const chosen = suites.filter(({ name }) => only === undefined || name.includes(only));
  if (chosen.length === 0) {
    console.error(`no suite in ${vectorsDirectory()} (set SVCAUTH_VECTORS)`);
    return 1;
  }
  let failed = false;
  for (const suite of chosen) {
    const tally = await judge(suite, deviations);
    const { right, falseAccepts, falseRefusals, slowest, unexplained, used } = tally;
    const known = [...used.values()].reduce((sum, n) => sum + n, 0);
    console.log(
      `${suite.name}: ${right}/${suite.cases.length}, ${falseAccepts} false accepts, ${falseRefusals} false refusals, ` +
        `slowest ${slowest.toFixed(0)} ms${known > 0 ? ` (${known} known deviations)` : ''}`,
    );
    for (const line of unexplained) console.log(`  ${line}`);
    failed ||= unexplained.length > 0;
  }
  return failed ? 1 : 0;
}

async function judge(suite: ConformanceSuite, deviations: readonly Deviation[]): Promise<Tally> {
  const tally: Tally = { right: 0, falseAccepts: 0, falseRefusals: 0, slowest: 0, unexplained: [], used: new Map() };
  for (const one of suite.cases) {
    const start = performance.now();
    const outcome = await runSafely(one);
    tally.slowest = Math.max(tally.slowest, performance.now() - start);
    const wrong = wrongness(one, outcome);
    if (wrong === undefined) {
      tally.right++;
      continue;
    }
    if (wrong === 'falsely accepted') tally.falseAccepts++;
    else tally.falseRefusals++;
    const deviation = deviations.find(known => explains(known, suite, one, outcome));
    if (deviation !== undefined) tally.used.set(deviation, (tally.used.get(deviation) ?? 0) + 1);
    else
      tally.unexplained.push(`${one.id}: ${wrong}${outcome.accepted ? '' : ` [${outcome.code}] ${outcome.message}`}`);
  }
  return tally;
}

/** A crash is neither an acceptance nor a refusal. */
async function runSafely(one: ConformanceCase): Promise<Outcome> {
  try {
    return await one.run();
  } catch (error) {
    return refused('crash', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

function wrongness(one: ConformanceCase, outcome: Outcome): string | undefined {
  if (!outcome.accepted && outcome.code === 'crash') return 'crashed';
  if (one.expected === 'either') return undefined;
  if (one.expected === 'accept') return outcome.accepted ? undefined : 'falsely refused';
  if (outcome.accepted) return 'falsely accepted';
  return one.reason === undefined || one.reason === outcome.code ? undefined : `refused, but not as ${one.reason}`;
}

function explains(deviation: Deviation, suite: ConformanceSuite, one: ConformanceCase, outcome: Outcome): boolean {
  if (deviation.suite !== suite.name) return false;
  return outcome.accepted
    ? deviation.refusal === undefined && deviation.ids.includes(one.id)
    : deviation.refusal === outcome.code;
}
