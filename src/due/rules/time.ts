import { createHash } from 'node:crypto';
import type { Certificate } from '../../record/certificate.ts';
import type { DueLimits, LifeAge } from '../../record/due-limits.ts';
import type { Threshold } from '../../time/duration.ts';

/**
 * Decides when a certificate is due. `renewalTime` gives the exact second for one certificate. `dueLimits` gives the age before which
 * none is due: the manifest selects candidates by it from an index, and the planner checks each with `renewalTime`. All numbers of the
 * rule are in this file, in sixtieths of a lifetime.
 */

const WHOLE = 60;
/** Two thirds. */
const LONG = { parts: 40, whole: WHOLE };
/** A half. */
const SHORT = { parts: 30, whole: WHOLE };
/** A third. Without it, a threshold longer than a short lifetime would renew on every run. */
const LEAST = { parts: 20, whole: WHOLE };
/** At most a twentieth earlier (exclusive): certificates that were issued together are renewed at different times. */
const MOST_JITTER = 3;
/** Seconds (inclusive). */
const SHORT_LIFE = 10 * 86_400;

/**
 * Computes the time at which a certificate is due, in whole seconds. With a threshold: when that share of the lifetime is used, or
 * that time is left, but not within the first third of the lifetime. Without one: after two thirds of the lifetime, or half of a
 * lifetime of ten days or less, minus a jitter that is constant for the certificate.
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

/** Computes the ages before which no certificate is due, whatever its jitter. Without a threshold, the default applies. */
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

/** Derives a number from 0 (inclusive) to 1 (exclusive) from a seed, evenly distributed. */
const fraction = (seed: string): number => createHash('sha256').update(seed).digest().readUInt32BE() / 2 ** 32;
