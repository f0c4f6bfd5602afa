import { refusal, type Refusal } from './refusal.ts';

/** Limits for one validation, so a hostile chain cannot use unbounded time. */
export interface Limits {
  /** Intermediates that are not self-issued. */
  readonly depth: number;
  readonly signatures: number;
  /** Possible issuers compared. */
  readonly candidates: number;
  /** Comparisons of a name with a subtree. */
  readonly nameComparisons: number;
}

/** The default limits. Go has the same limits for signatures and names. */
export const DEFAULT_LIMITS: Limits = { depth: 16, signatures: 100, candidates: 2000, nameComparisons: 250_000 };

/** The work done so far by one validation. Once a limit is exceeded, the search ends. */
export interface Budget {
  readonly limits: Limits;
  /** The refusal of the first limit that was exceeded; undefined before that. */
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
  nameComparisons: ['too-many-names', 'comparisons with name constraints'],
} as const;

/** Counts work; returns a refusal if the limit is exceeded. */
export function spend(budget: Budget, what: keyof typeof OVER, amount = 1): Refusal | undefined {
  budget[what] += amount;
  if (budget[what] <= budget.limits[what]) return undefined;
  const [code, words] = OVER[what];
  budget.spent = refusal(code, `the path needs more than ${budget.limits[what]} ${words}`);
  return budget.spent;
}
