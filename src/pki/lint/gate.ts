import { failure } from '../../errors/error.ts';
import { equalBytes } from '../bytes.ts';
import type { IssuerFacts } from '../certificate/issuer.ts';
import { sameName } from '../name/name.ts';
import type { Finding } from './rule.ts';

/** A token for one signature by one issuer. It proves that a structure broke no rule; only its gate makes it. */
export interface Linted<Structure extends string> {
  readonly [brand]: Structure;
}

declare const brand: unique symbol;

/** The token that signing requires, or the findings that prevent it. */
export type LintOutcome<Token> = { readonly linted: Token } | { readonly findings: readonly Finding[] };

/** Returns the token, or throws ERR_LINT with every broken rule. `what` names the structure: `the certificate of "payments"`. */
export function requireLinted<Token>(outcome: LintOutcome<Token>, what = 'the certificate'): Token {
  if ('linted' in outcome) return outcome.linted;
  throw failure('ERR_LINT', { what, findings: outcome.findings });
}

/** The gate between lint and signature. */
export interface Gate<Structure extends string, T> {
  admit(content: T, issuer: IssuerFacts): Linted<Structure>;
  /** Releases the content once, for the same issuer. Throws TypeError on misuse, which is a defect. */
  release(linted: Linted<Structure>, issuer: IssuerFacts): T;
}

export function makeGate<Structure extends string, T>(): Gate<Structure, T> {
  // kept outside the token, so no caller can forge, change or reuse it
  const waiting = new WeakMap<Linted<Structure>, { content: T; issuer: IssuerFacts }>();
  return {
    admit(content, issuer) {
      const linted = Object.freeze({}) as Linted<Structure>;
      waiting.set(linted, { content, issuer });
      return linted;
    },
    release(linted, issuer) {
      const entry = waiting.get(linted);
      if (entry === undefined) throw new TypeError('not linted, or already signed');
      if (!sameIssuer(entry.issuer, issuer)) throw new TypeError('linted against another issuer');
      waiting.delete(linted);
      return entry.content;
    },
  };
}

const sameIssuer = (a: IssuerFacts, b: IssuerFacts): boolean =>
  a === b || (sameName(a.subject, b.subject) && equalBytes(a.publicKeyDer, b.publicKeyDer));
