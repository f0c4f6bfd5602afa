import { failure } from '../errors/error.ts';
import { CONSUMERS, type Consumer } from '../pki/lint/consumer.ts';
import { KEY_ALGORITHM_NAMES, type KeyAlgorithmName } from '../pki/key/algorithm.ts';
import { CRL_REASONS, type CrlReason } from '../pki/crl/revocation-reason.ts';
import { PROFILE_NAMES, type ProfileName } from '../pki/certificate/profile-name.ts';

/** What to do with a leaf that would outlive its issuer: refuse it, or end it with the issuer. */
export const NOT_AFTER_POLICIES = ['err', 'truncate'] as const;
export type NotAfterPolicy = (typeof NOT_AFTER_POLICIES)[number];

/** One of a few words. `noun` comes with its article. Throws ERR_CHOICE, with the nearest word as a hint. */
export function parseChoice<T extends string>(text: string, noun: string, known: readonly T[]): T {
  const found = known.find(word => word === text);
  if (found === undefined) throw failure('ERR_CHOICE', { text, noun, known });
  return found;
}

export const parseKeyAlgorithm = (text: string): KeyAlgorithmName =>
  parseChoice(text, 'a key algorithm', KEY_ALGORITHM_NAMES);

export const parseProfile = (text: string): ProfileName => parseChoice(text, 'a profile', PROFILE_NAMES);

export const parseNotAfterPolicy = (text: string): NotAfterPolicy =>
  parseChoice(text, 'a not-after policy', NOT_AFTER_POLICIES);

const REASONS = Object.keys(CRL_REASONS) as readonly CrlReason[];

export const parseCrlReason = (text: string): CrlReason => parseChoice(text, 'a revocation reason', REASONS);

export const parseConsumer = (text: string): Consumer => parseChoice(text, 'a program', CONSUMERS);

/** Of a trust bundle: a whole number, as `spiffe_sequence` is. Throws ERR_SEQUENCE. */
export function parseSequence(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw failure('ERR_SEQUENCE', { text, reason: 'it is no whole number' });
  return Number(text);
}
