import { parseChoice } from '../../text/choice.ts';
/** What to do with a leaf that would outlive its issuer: refuse it, or end it with the issuer. */
export const NOT_AFTER_POLICIES = ['err', 'truncate'] as const;

export type NotAfterPolicy = (typeof NOT_AFTER_POLICIES)[number];

export const parseNotAfterPolicy = (text: string): NotAfterPolicy =>
  parseChoice(text, 'a not-after policy', NOT_AFTER_POLICIES);
