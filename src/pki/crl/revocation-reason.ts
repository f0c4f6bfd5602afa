import { parseChoice } from '../../text/choice.ts';
/**
 * The reasons that svcauth writes, by their names in RFC 5280 §5.3.1 (CRLReason). `unspecified` is omitted from the entry.
 * `removeFromCRL` (8) is only for delta CRLs, which svcauth does not make. `certificateHold` (6) is refused, because it could be
 * lifted and revocations in svcauth are final.
 */
export const CRL_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

export type CrlReason = keyof typeof CRL_REASONS;

export const isCrlReason = (word: string): word is CrlReason => Object.hasOwn(CRL_REASONS, word);

/** Every reason that a CRL of another CA may have; the RFC does not use 7. */
const READABLE: Readonly<Record<string, number>> = { ...CRL_REASONS, certificateHold: 6, removeFromCRL: 8 };
const WORDS = new Map(Object.entries(READABLE).map(([word, code]) => [code, word]));

/** Returns the RFC's name for a reason code; undefined for a code without a name. */
export const reasonWord = (code: number): string | undefined => WORDS.get(code);

const REASONS = Object.keys(CRL_REASONS) as readonly CrlReason[];

export const parseCrlReason = (text: string): CrlReason => parseChoice(text, 'a revocation reason', REASONS);
