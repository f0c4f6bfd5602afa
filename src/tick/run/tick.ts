/**
 * Goes through a list of parts once: for a dry run it plans each of them, for a tick it also carries each plan out before it plans the
 * next. What one part cannot do keeps no other from its work. The caller holds the lock of a tick.
 */
import { SvcauthError } from '../../errors/error.ts';
import type { Deployed } from '../../deployment/run/deploy.ts';
import type { TickAction } from '../rules/action.ts';
import type { Earlier, PartOutcome, PartPlan, Standing, TickHands, TickLook, TickPart } from './part.ts';

/** What one part did, or would do. */
export interface PartReport {
  readonly part: string;
  readonly actions: readonly TickAction[];
  /** What could not be done; everything else was. */
  readonly failures: readonly SvcauthError[];
  readonly deployed: readonly Deployed[];
}

export interface TickRun {
  /** One for each part, in their order. */
  readonly reports: readonly PartReport[];
  readonly standings: Earlier;
}

export const planTick = (parts: readonly TickPart[], look: TickLook): Promise<TickRun> => goThrough(parts, look);

export const applyTick = (parts: readonly TickPart[], hands: TickHands): Promise<TickRun> =>
  goThrough(parts, hands, hands);

async function goThrough(parts: readonly TickPart[], look: TickLook, hands?: TickHands): Promise<TickRun> {
  const standings = new Map<string, Standing<PartPlan, PartOutcome>>();
  const earlier: Earlier = { of: part => standings.get(part.name) as never };
  const reports: PartReport[] = [];
  for (const part of parts) {
    const report = { part: part.name, actions: [], failures: [], deployed: [] };
    const plan = await attempt(() => part.plan(look, earlier));
    if (plan instanceof SvcauthError) {
      reports.push({ ...report, failures: [plan] });
      continue;
    }
    const { refusals } = plan;
    if (hands === undefined) {
      standings.set(part.name, { state: 'planned', plan });
      reports.push({ ...report, actions: plan.actions, failures: refusals });
      continue;
    }
    const outcome = await attempt(() => part.carryOut(hands, plan));
    if (outcome instanceof SvcauthError) {
      standings.set(part.name, { state: 'failed', plan });
      reports.push({ ...report, failures: [...refusals, outcome] });
      continue;
    }
    standings.set(part.name, { state: 'done', plan, outcome });
    const { actions, failures, deployed = [] } = outcome;
    reports.push({ ...report, actions, failures: [...refusals, ...failures], deployed });
  }
  return { reports, standings: earlier };
}

/** A catalogue error is an answer; anything else is a defect. */
async function attempt<T>(work: () => T | Promise<T>): Promise<T | SvcauthError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SvcauthError) return error;
    throw error;
  }
}
