// The part of `tick` that rotates the CAs of the tiers that svcauth.yaml sets to `auto`.
// `parts.ts` lists it after the CRLs, which must be fresh, and before the publication of its results. `rotation/run/automatic.ts` decides.
import { isCertified } from '../../../ca/rules/active-issuer.ts';
import { SvcauthError } from '../../../errors/error.ts';
import {
  planAutomatic,
  takeAutomatic,
  TIERS,
  type AutomaticPlan,
  type CrlsToCome,
} from '../../../rotation/run/automatic.ts';
import { actionKind, type ActionKind, type TickAction } from '../../rules/action.ts';
import type { Earlier, PartPlan, TickPart } from '../part.ts';
import { crls } from './crls.ts';

interface RotationPlan extends PartPlan {
  readonly tiers: readonly AutomaticPlan[];
}

type Step = NonNullable<AutomaticPlan['step']>;

const KINDS: Readonly<Record<Step, ActionKind>> = {
  prepare: actionKind('rotation-prepared', 'ca', 'prepared', 'would prepare'),
  publish: actionKind('rotation-published', 'ca', 'published', 'would publish'),
  activate: actionKind('rotation-activated', 'ca', 'activated', 'would activate'),
  drain: actionKind('rotation-draining', 'ca', 'draining', 'would drain'),
  retire: actionKind('rotation-retired', 'ca', 'retired', 'would retire'),
};

/** Takes each step of a rotation that is due and whose gates are open. A root comes first: it must outlive the issuing CA. */
export const rotation: TickPart<RotationPlan> = {
  name: 'rotation',
  plan: async ({ pki, policy }, earlier) => {
    const tiers: AutomaticPlan[] = [];
    const coming = crlsToCome(earlier);
    for (const tier of TIERS) {
      const plan = await planAutomatic(pki, policy, tier, coming);
      if (plan !== undefined) tiers.push(plan);
    }
    const actions = tiers.flatMap(({ step, subject, successor }) =>
      step === undefined || subject === undefined ? [] : [stepAction(step, subject, successor?.planned.notAfter)],
    );
    return { tiers, actions, refusals: [] };
  },
  carryOut: async ({ pki, policy, ask, unlock }, { tiers }) => {
    const actions: TickAction[] = [];
    const failures: SvcauthError[] = [];
    for (const plan of tiers) {
      try {
        for (const { step, subject, outcome } of await takeAutomatic(pki, policy, plan, { ask, unlock })) {
          const end = pki.manifest
            .authorities()
            .filter(isCertified)
            .find(({ id }) => id === subject)?.certificate;
          actions.push(stepAction(step, subject, step === 'prepare' ? end?.notAfter : undefined));
          failures.push(...outcome.failed.map(({ error }) => error));
        }
      } catch (cause) {
        // the other tier can continue
        if (!(cause instanceof SvcauthError)) throw cause;
        failures.push(cause);
      }
    }
    return { actions, failures };
  },
};

/** Returns the CRLs that a dry run has planned: the gates ask for fresh ones. */
function crlsToCome(earlier: Earlier): CrlsToCome {
  const keeping = earlier.of(crls);
  if (keeping?.state !== 'planned') return new Map();
  const signed = keeping.plan.keep.refresh.crls.filter(({ action }) => action === 'sign' || action === 'release');
  return new Map(signed.map(({ authority, header }) => [authority.id, header]));
}

const stepAction = (step: Step, subject: string, until: Date | undefined): TickAction => ({
  ...{ kind: KINDS[step], subject },
  ...(until && { until }),
});
