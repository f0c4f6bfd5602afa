import { createHash } from 'node:crypto';
import type { Certificate } from '../../record/certificate.ts';
import type { DueLimits, LifeAge } from '../../record/due-limits.ts';
import type { Threshold } from '../../time/duration.ts';

/**
 * When is a certificate due? `renewalTime` says it of one certificate, to the second. `dueLimits` says from which age on one may be,
 * for the manifest, which answers from its indexes: whoever plans judges what it finds by `renewalTime`. Every number of the rule
 * stands here, in sixtieths of a lifetime.
 */

const WHOLE = 60;
/** Two thirds. */
const LONG = { parts: 40, whole: WHOLE };
/** A half. */
const SHORT = { parts: 30, whole: WHOLE };
/** A third: a threshold of more time than a short lifetime has would renew without end. */
const LEAST = { parts: 20, whole: WHOLE };
/** A twentieth earlier than that at most (exclusive), so that what was issued together is not renewed together. */
const MOST_JITTER = 3;
/** Seconds (inclusive). */
const SHORT_LIFE = 10 * 86_400;

/**
 * When a certificate is due, in whole seconds. A threshold says it exactly: the share of the lifetime that is used, or the time that
 * is left, but not within the first third of its lifetime. Without a threshold it is two thirds into the real lifetime, half way where
 * that is ten days or less, and a little earlier: always the same little.
 */
export function renewalTime(
  { service, notBefore, notAfter }: Pick<Certificate, 'service' | 'notBefore' | 'notAfter'>,
  threshold?: Threshold,
): Date {
  const begin = notBefore.getTime() / 1000;
  const lifetime = notAfter.getTime() / 1000 - begin;
  const age = threshold === undefined ? defaultAge(service, begin, lifetime) : secondsOf(exactAge(threshold), lifetime);
  return new Date((begin + age) * 1000);
}

/** The least ages, of services that follow this threshold, or else the default. No certificate is due before, whatever its jitter. */
export function dueLimits(threshold: Threshold | undefined): DueLimits {
  const [short, long] =
    threshold === undefined ? [earliest(SHORT), earliest(LONG)] : [exactAge(threshold), exactAge(threshold)];
  return { short, long, shortLife: SHORT_LIFE, least: LEAST };
}

const exactAge = (threshold: Threshold): LifeAge =>
  'span' in threshold ? { ...LEAST, left: threshold.span } : { parts: threshold.percent, whole: 100 };

const earliest = ({ parts, whole }: LifeAge): LifeAge => ({ parts: parts - MOST_JITTER, whole });

const secondsOf = ({ parts, whole, left = Infinity }: LifeAge, lifetime: number): number =>
  Math.max(Math.floor((lifetime * parts) / whole), lifetime - left);

function defaultAge(service: string, begin: number, lifetime: number): number {
  const { parts, whole } = lifetime <= SHORT_LIFE ? SHORT : LONG;
  return Math.floor((lifetime * (parts - MOST_JITTER * fraction(`${service}\n${begin}`))) / whole);
}

/** From 0 to below 1, evenly spread. */
const fraction = (seed: string): number => createHash('sha256').update(seed).digest().readUInt32BE() / 2 ** 32;
