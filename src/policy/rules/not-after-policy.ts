import { parseChoice } from '../../text/choice.ts';

/** Policies for a leaf that would outlive its CA: refuse it, or shorten it to the CA's expiry. */
export const NOT_AFTER_POLICIES = ['err', 'truncate'] as const;

export type NotAfterPolicy = (typeof NOT_AFTER_POLICIES)[number];

export const parseNotAfterPolicy = (text: string): NotAfterPolicy =>
  parseChoice(text, 'a not-after policy', NOT_AFTER_POLICIES);
