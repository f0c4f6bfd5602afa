/**
 * A part of a tick: one value that looks and answers with a plan, and carries that plan out. The list of them is in `parts.ts`; the
 * dry run prints the plans, the tick carries them out. A part never asks whether it is a dry run.
 */
import type { IssuerLookup } from '../../crl/run/refresh.ts';
import type { Deployed } from '../../deployment/run/deploy.ts';
import type { SvcauthError } from '../../errors/error.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { Pki } from '../../store/open-pki.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import type { TickAction } from '../rules/action.ts';

/** What planning takes. */
export interface TickLook {
  readonly pki: Pki;
  readonly policy: Policy;
}

/** What carrying out takes besides. */
export interface TickHands extends TickLook {
  readonly ask: AskPassphrase;
  /** Opens the key of a CA, once a tick. */
  readonly unlock: IssuerLookup;
  /** List also what is well. */
  readonly everything: boolean;
}

export interface PartPlan {
  /** What carrying it out does, as far as nothing fails. */
  readonly actions: readonly TickAction[];
  /** What cannot be done for one CA, one directory or one service; the rest can. */
  readonly refusals: readonly SvcauthError[];
}

export interface PartOutcome {
  readonly actions: readonly TickAction[];
  /** Beyond what the plan refused. */
  readonly failures: readonly SvcauthError[];
  /** What was tried to deploy. */
  readonly deployed?: readonly Deployed[];
}

/** How far an earlier part is: `planned` in a dry run, where its effects are still to come; else `done`, or `failed` as a whole. */
export type Standing<Plan, Outcome> =
  | { readonly state: 'planned'; readonly plan: Plan }
  | { readonly state: 'done'; readonly plan: Plan; readonly outcome: Outcome }
  | { readonly state: 'failed'; readonly plan: Plan };

/** The parts before this one. */
export interface Earlier {
  /** Undefined: it is not in the list before this one, or it had no plan. */
  of<Plan extends PartPlan, Outcome extends PartOutcome>(
    part: TickPart<Plan, Outcome>,
  ): Standing<Plan, Outcome> | undefined;
}

export interface TickPart<Plan extends PartPlan = PartPlan, Outcome extends PartOutcome = PartOutcome> {
  /** Permanent and its own: later parts find it by this name, and it stands beside a failure in JSON. */
  readonly name: string;
  /** Changes nothing. Throws a catalogue error where nothing of the part can be done. */
  plan(look: TickLook, earlier: Earlier): Plan | Promise<Plan>;
  /** Does what the plan says. Throws a catalogue error where it failed as a whole. */
  carryOut(hands: TickHands, plan: Plan): Outcome | Promise<Outcome>;
}
