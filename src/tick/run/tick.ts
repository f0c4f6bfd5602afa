/**
 * Goes through a list of parts once. A dry run plans each of them; a tick also carries each plan out before it plans the next. If one
 * part fails, the others still run. The caller holds the lock of a tick.
 */
import { SvcauthError } from '../../errors/error.ts';
import type { Deployed } from '../../deployment/run/deploy.ts';
import type { TickAction } from '../rules/action.ts';
import type { Earlier, PartOutcome, PartPlan, Standing, TickHands, TickLook, TickPart } from './part.ts';

/** The actions and failures of one part. */
export interface PartReport {
  readonly part: string;
  readonly actions: readonly TickAction[];
  /** Errors of the part; its other work was done. */
  readonly failures: readonly SvcauthError[];
  readonly deployed: readonly Deployed[];
}

export interface TickRun {
  /** One for each part, in the order of the parts. */
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
      // another run may change the PKI now
      if (outcome.code === 'ERR_LOCK_LOST') break;
      continue;
    }
    standings.set(part.name, { state: 'done', plan, outcome });
    const { actions, failures, deployed = [] } = outcome;
    reports.push({ ...report, actions, failures: [...refusals, ...failures], deployed });
  }
  return { reports, standings: earlier };
}

/** Returns a catalogue error as a result; any other error is a defect and is thrown. */
async function attempt<T>(work: () => T | Promise<T>): Promise<T | SvcauthError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SvcauthError) return error;
    throw error;
  }
}
