// Opens the home for `renew`: plans what is due or named, and renews it, or only returns the plan.
// The command and the rehearsal call it; `renew.ts` issues the certificates.
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { publishAndReload } from '../../deployment/run/publish-and-reload.ts';
import type { TrustSpread } from '../../record/trust-spread.ts';
import { changePki, readPki } from '../../store/open-pki.ts';
import {
  applyRenewal,
  hasWork,
  planRenewal,
  type RenewalPlan,
  type RenewalRequest,
  type RenewalResult,
} from './renew.ts';
import { toIssue } from '../../issuance/rules/planned.ts';
import { isEverything } from './targets.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';

export interface RenewRunRequest extends RenewalRequest {
  readonly dryRun: boolean;
  readonly ask: AskPassphrase;
  /** Starts a display of `total` certificates. */
  readonly progress: (total: number) => { advance(count: number): void; end(): void };
}

export type RenewOutcome =
  | { readonly kind: 'dry-run'; readonly plan: RenewalPlan }
  | {
      readonly kind: 'done';
      readonly plan: RenewalPlan;
      readonly result: RenewalResult;
      readonly changed: boolean;
      readonly spread?: TrustSpread;
    };

/** Renews the requested certificates. Usually nothing is due: then it takes no lock and needs no key. */
export async function renewRun(
  world: World,
  homeFlag: string | undefined,
  run: RenewRunRequest,
): Promise<RenewOutcome> {
  const plan = await dueRun(world, homeFlag, run);
  if (run.dryRun) return { kind: 'dry-run', plan };
  if (!hasWork(plan)) return { kind: 'done', plan, result: { issued: [], deployed: [], crls: [] }, changed: false };
  return changePki(world, homeFlag, 'renew', async pki => {
    const policy = await loadPolicy(pki);
    // another run may have renewed them in the meantime
    const locked = await planRenewal(pki, policy, run);
    const progress = run.progress(toIssue(locked.planned).length);
    try {
      const result = await applyRenewal(pki, policy, locked, run.ask, count => progress.advance(count));
      const spread = result.crls.length === 0 ? {} : { spread: await publishAndReload(pki, policy) };
      return { kind: 'done', plan: locked, result, changed: hasWork(locked), ...spread };
    } finally {
      progress.end();
    }
  });
}

/** Plans a renewal without the lock. Throws ERR_RENEW_FORCE_WHAT. */
export async function dueRun(
  world: World,
  homeFlag: string | undefined,
  request: RenewalRequest,
): Promise<RenewalPlan> {
  if (request.force && isEverything(request)) throw failure('ERR_RENEW_FORCE_WHAT', {});
  return readPki(world, homeFlag, async pki => planRenewal(pki, await loadPolicy(pki), request));
}
