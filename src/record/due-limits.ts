/** A share of a lifetime, exact: `parts` of `whole`. Both are whole numbers; the share in seconds is rounded down. */
interface LifeShare {
  readonly parts: number;
  readonly whole: number;
}

/** The age of a certificate: a share of its lifetime, or later, when no more than `left` seconds are left of it. */
export interface LifeAge extends LifeShare {
  readonly left?: number;
}

/** The ages from which on a certificate may be due. `due/rules/time.ts` makes them, and the manifest's indexes answer by them. */
export interface DueLimits {
  /** Of services without a threshold of their own. Lifetimes of at most `shortLife` seconds are short. */
  readonly short: LifeAge;
  readonly long: LifeAge;
  readonly shortLife: number;
  /** Of a threshold that says how much is left: no certificate is due before this share of its lifetime. */
  readonly least: LifeShare;
}
