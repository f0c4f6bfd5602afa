import { createHash } from 'node:crypto';
import { thresholdOf, type Threshold } from '../../time/duration.ts';
import type { Certificate } from '../../record/certificate.ts';

const TEN_DAYS = 10 * 86_400;

/** At most this share of the lifetime earlier than the default says, so that what was issued together is not renewed together. */
const MOST_JITTER = 0.05;

/**
 * When a certificate is due, in whole seconds. A threshold says it exactly: the share of the lifetime that is used, or the time that
 * is left, but not within the first third of a life too short for it, which would be renewed without end. Without one it is two
 * thirds into the real lifetime, half way where that is ten days or less, and a little earlier: always the same little.
 */
export function renewalTime(
  { service, notBefore, notAfter }: Pick<Certificate, 'service' | 'notBefore' | 'notAfter'>,
  threshold?: Threshold,
): Date {
  const begin = notBefore.getTime() / 1000;
  const lifetime = notAfter.getTime() / 1000 - begin;
  const used = threshold === undefined ? defaultUse(service, begin, lifetime) : exactUse(threshold, lifetime);
  return new Date(Math.floor(begin + used) * 1000);
}

const exactUse = (threshold: Threshold, lifetime: number): number =>
  'span' in threshold ? Math.max(lifetime - threshold.span, lifetime / 3) : thresholdOf(threshold, lifetime);

function defaultUse(service: string, begin: number, lifetime: number): number {
  const used = lifetime <= TEN_DAYS ? lifetime / 2 : (lifetime * 2) / 3;
  return used - lifetime * MOST_JITTER * fraction(`${service}\n${begin}`);
}

/** From 0 to below 1, evenly spread. */
const fraction = (seed: string): number => createHash('sha256').update(seed).digest().readUInt32BE() / 2 ** 32;
