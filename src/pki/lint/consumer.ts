import { parseChoice } from '../../text/choice.ts';
/** Programs with field trials, for `lint --for`. */
export const CONSUMERS = ['node', 'nginx', 'envoy', 'go', 'java', 'python', 'gnutls', 'rustls', 'postgres'] as const;

export type Consumer = (typeof CONSUMERS)[number];
export const parseConsumer = (text: string): Consumer => parseChoice(text, 'a program', CONSUMERS);
