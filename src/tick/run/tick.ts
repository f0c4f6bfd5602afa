import { SvcauthError } from '../../errors/error.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { deployPending, type Deployed } from '../../deployment/run/deploy.ts';
import { keepCrls, type CrlUpkeep } from './keep-crls.ts';
import type { Pki } from '../../store/open-pki.ts';
import { publishEverywhere, type Publication } from '../../publication/run/publications.ts';
import {
  applyRenewal,
  hasWork,
  planRenewal,
  WHATEVER_IS_DUE,
  type RenewalPlan,
  type RenewalResult,
} from '../../renewal/run/renew.ts';
import { writeTrustBundle, type TrustBundleResult } from '../../bundle/run/write.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';

/** What a tick does, in this order: what would refuse everybody comes before what would refuse one. */
export interface TickWork {
  readonly bundle: TrustBundleResult;
  readonly crls: CrlUpkeep;
  readonly renewal: RenewalPlan & RenewalResult;
  /** Of CRLs that the renewal brought about: an overlap that ended. */
  readonly publications: readonly Publication[];
  /** Of what was left pending earlier. */
  readonly deployment: readonly Deployed[];
}

type TickPart = keyof TickWork;

export interface TickOutcome {
  /** A part that failed as a whole is absent. */
  readonly work: Partial<TickWork>;
  /** What could not be done, and by which part; everything else was. */
  readonly failures: readonly { readonly part: TickPart; readonly error: SvcauthError }[];
}

/**
 * Everything that keeps a PKI alive, once: trust bundle, CRLs, renewal, deployment. The caller holds the lock. What is not due costs a
 * look at an index or a date, and no passphrase is asked for. No part waits for another: what one of them cannot do is told at the
 * end.
 */
export async function tick(pki: Pki, policy: Policy, ask: AskPassphrase): Promise<TickOutcome> {
  const work: { -readonly [Part in TickPart]?: TickWork[Part] } = {};
  const failures: { part: TickPart; error: SvcauthError }[] = [];
  const attempt = async <Part extends TickPart>(part: Part, run: () => TickWork[Part] | Promise<TickWork[Part]>) => {
    try {
      work[part] = await run();
    } catch (error) {
      if (!(error instanceof SvcauthError)) throw error;
      failures.push({ part, error });
    }
  };
  await attempt('bundle', () => writeTrustBundle(pki.world, pki.home, pki.manifest));
  await attempt('crls', () => keepCrls(pki, policy, ask));
  await attempt('renewal', () => renewDue(pki, policy, ask));
  if ((work.renewal?.crls.length ?? 0) > 0) {
    const directories = policy.crl.publishTo ?? [];
    await attempt('publications', () => publishEverywhere(pki, directories, { dryRun: false, glance: true }));
  }
  await attempt('deployment', () => deployOthers(pki, policy, work.renewal));
  return { work, failures: [...failures, ...refusals(work)] };
}

async function renewDue(pki: Pki, policy: Policy, ask: AskPassphrase): Promise<TickWork['renewal']> {
  const plan = await planRenewal(pki, policy, WHATEVER_IS_DUE);
  const nothing: RenewalResult = { issued: [], deployed: [], crls: [] };
  return { ...plan, ...(hasWork(plan) ? await applyRenewal(pki, policy, plan, ask, () => undefined) : nothing) };
}

/** What is pending from earlier runs and was not tried with the renewal: a hook that hangs does so once a run. */
async function deployOthers(pki: Pki, policy: Policy, renewal: TickWork['renewal'] | undefined) {
  const tried = new Set(renewal?.deployed.map(({ service }) => service));
  const others = pki.manifest.pendingServices().flatMap(({ service: { name } }) => (tried.has(name) ? [] : [name]));
  return others.length === 0 ? [] : deployPending(pki, policy, new Set(others));
}

/** What parts that went on could not do for one CA, one directory or one service. */
const refusals = ({ crls, renewal, publications }: Partial<TickWork>): TickOutcome['failures'] => [
  ...(crls?.errors ?? []).map(error => ({ part: 'crls' as const, error })),
  ...(renewal?.steps ?? []).flatMap(({ refusal }) => (refusal ? { part: 'renewal' as const, error: refusal } : [])),
  ...(publications ?? []).flatMap(({ error }) => (error ? { part: 'publications' as const, error } : [])),
];
