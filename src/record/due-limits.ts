/** An exact share of a lifetime: `parts` of `whole`, both whole numbers. The share in seconds is rounded down. */
interface LifeShare {
  readonly parts: number;
  readonly whole: number;
}

/** Age of a certificate: a share of its lifetime, or later, when at most `left` seconds remain. */
export interface LifeAge extends LifeShare {
  readonly left?: number;
}

/** Ages from which on a certificate may be due. `due/rules/time.ts` makes them, and the manifest's indexes use them. */
export interface DueLimits {
  /** Age for services without their own threshold. Lifetimes of at most `shortLife` seconds are short. */
  readonly short: LifeAge;
  readonly long: LifeAge;
  readonly shortLife: number;
  /** Least age for a threshold that gives the time left: no certificate is due before this share of its lifetime. */
  readonly least: LifeShare;
}
