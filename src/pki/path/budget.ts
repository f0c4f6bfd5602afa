import { refusal, type Refusal } from './refusal.ts';

/** What one validation may cost: a chain from outside must not buy time with its shape. */
export interface Limits {
  /** Intermediates that are not self-issued. */
  readonly depth: number;
  readonly signatures: number;
  /** Issuers looked at. */
  readonly candidates: number;
  /** A name against a subtree. */
  readonly nameComparisons: number;
}

/** Go stops at the same numbers of signatures and of names. */
export const DEFAULT_LIMITS: Limits = { depth: 16, signatures: 100, candidates: 2000, nameComparisons: 250_000 };

/** Counts down. What it has refused once it refuses for good. */
export interface Budget {
  readonly limits: Limits;
  /** Why the search ends, once a limit has been passed. */
  spent: Refusal | undefined;
  signatures: number;
  candidates: number;
  nameComparisons: number;
}

export const startBudget = (limits: Limits): Budget => ({
  limits,
  spent: undefined,
  signatures: 0,
  candidates: 0,
  nameComparisons: 0,
});

const OVER = {
  signatures: ['too-many-signatures', 'signatures'],
  candidates: ['too-many-candidates', 'possible issuers'],
  nameComparisons: ['too-many-names', 'names against name constraints'],
} as const;

/** Spends; the refusal when the limit is passed. */
export function spend(budget: Budget, what: keyof typeof OVER, amount = 1): Refusal | undefined {
  budget[what] += amount;
  if (budget[what] <= budget.limits[what]) return undefined;
  const [code, words] = OVER[what];
  budget.spent = refusal(code, `more than ${budget.limits[what]} ${words} would have to be checked`);
  return budget.spent;
}
