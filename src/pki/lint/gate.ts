import { failure } from '../../errors/error.ts';
import { equalBytes } from '../bytes.ts';
import type { IssuerFacts } from '../certificate/issuer.ts';
import { sameName } from '../name/name.ts';
import type { Finding } from './rule.ts';

/** Proof that something broke no rule: bound to its issuer, good for one signature, and made by its gate only. */
export interface Linted<Structure extends string> {
  readonly [brand]: Structure;
}

declare const brand: unique symbol;

/** Either the token that signing takes, or why there is none. */
export type LintOutcome<Token> = { readonly linted: Token } | { readonly findings: readonly Finding[] };

/** The token, or ERR_LINT with every broken rule. `what` is the structure in the user's words: `the certificate of "payments"`. */
export function requireLinted<Token>(outcome: LintOutcome<Token>, what = 'the certificate'): Token {
  if ('linted' in outcome) return outcome.linted;
  throw failure('ERR_LINT', { what, findings: outcome.findings });
}

/** Where what was checked waits for its signature. */
export interface Gate<Structure extends string, T> {
  admit(content: T, issuer: IssuerFacts): Linted<Structure>;
  /** Once, and for the same issuer only. Throws TypeError: mistakes of ours, no situations of a user. */
  release(linted: Linted<Structure>, issuer: IssuerFacts): T;
}

export function makeGate<Structure extends string, T>(): Gate<Structure, T> {
  // not properties of the token: nobody else can fill it, change it or use it twice
  const waiting = new WeakMap<Linted<Structure>, { content: T; issuer: IssuerFacts }>();
  return {
    admit(content, issuer) {
      const linted = Object.freeze({}) as Linted<Structure>;
      waiting.set(linted, { content, issuer });
      return linted;
    },
    release(linted, issuer) {
      const entry = waiting.get(linted);
      if (entry === undefined) throw new TypeError('not linted, or signed already');
      if (!sameIssuer(entry.issuer, issuer)) throw new TypeError('linted against another issuer');
      waiting.delete(linted);
      return entry.content;
    },
  };
}

const sameIssuer = (a: IssuerFacts, b: IssuerFacts): boolean =>
  a === b || (sameName(a.subject, b.subject) && equalBytes(a.publicKeyDer, b.publicKeyDer));
