/**
 * A part of a tick: one value that makes a plan without changing anything, and carries a plan out. `parts.ts` lists them. A dry run
 * prints the plans, a tick carries them out; a part does not know which of the two it is in.
 */
import type { IssuerLookup } from '../../crl/run/refresh.ts';
import type { Deployed } from '../../deployment/run/deploy.ts';
import type { SvcauthError } from '../../errors/error.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { Pki } from '../../store/open-pki.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import type { TickAction } from '../rules/action.ts';

/** The inputs of planning. */
export interface TickLook {
  readonly pki: Pki;
  readonly policy: Policy;
}

/** The inputs of carrying out. */
export interface TickHands extends TickLook {
  readonly ask: AskPassphrase;
  /** Unlocks the key of a CA, once a tick. */
  readonly unlock: IssuerLookup;
  /** The check also lists items without findings. */
  readonly everything: boolean;
}

export interface PartPlan {
  /** The actions it will take if nothing fails. */
  readonly actions: readonly TickAction[];
  /** The errors of single CAs, directories or services; the others are still processed. */
  readonly refusals: readonly SvcauthError[];
}

export interface PartOutcome {
  readonly actions: readonly TickAction[];
  /** Errors that are not among the refusals of the plan. */
  readonly failures: readonly SvcauthError[];
  /** The deployments that were tried. */
  readonly deployed?: readonly Deployed[];
}

/** The state of an earlier part: `planned` in a dry run, before its effects; else `done`, or `failed` as a whole. */
export type Standing<Plan, Outcome> =
  | { readonly state: 'planned'; readonly plan: Plan }
  | { readonly state: 'done'; readonly plan: Plan; readonly outcome: Outcome }
  | { readonly state: 'failed'; readonly plan: Plan };

/** The parts before this one. */
export interface Earlier {
  /** Undefined if the part is not listed before this one, or if planning it failed. */
  of<Plan extends PartPlan, Outcome extends PartOutcome>(
    part: TickPart<Plan, Outcome>,
  ): Standing<Plan, Outcome> | undefined;
}

export interface TickPart<Plan extends PartPlan = PartPlan, Outcome extends PartOutcome = PartOutcome> {
  /** Permanent and unique: later parts find it by this name, and failures in JSON carry it. */
  readonly name: string;
  /** Changes nothing. Throws a catalogue error if the part as a whole cannot be done. */
  plan(look: TickLook, earlier: Earlier): Plan | Promise<Plan>;
  /** Carries the plan out. Throws a catalogue error if the part failed as a whole. */
  carryOut(hands: TickHands, plan: Plan): Outcome | Promise<Outcome>;
}
