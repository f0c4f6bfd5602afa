import { parseChoice } from '../../text/choice.ts';
/**
 * CRLReason (RFC 5280 §5.3.1) by the RFC's words, as far as we write them. `unspecified` is omitted from the entry;
 * `removeFromCRL` (8) exists only in delta CRLs, which we do not make; `certificateHold` (6) can be lifted and so is refused:
 * revocation here is final.
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

/** Every reason a CRL of somebody else may hold; 7 is not used. */
const READABLE: Readonly<Record<string, number>> = { ...CRL_REASONS, certificateHold: 6, removeFromCRL: 8 };
const WORDS = new Map(Object.entries(READABLE).map(([word, code]) => [code, word]));

/** The RFC's word for a reason code, or undefined for a code it does not give. */
export const reasonWord = (code: number): string | undefined => WORDS.get(code);

const REASONS = Object.keys(CRL_REASONS) as readonly CrlReason[];

export const parseCrlReason = (text: string): CrlReason => parseChoice(text, 'a revocation reason', REASONS);
