import type { DerTime } from '../der/reader.ts';

/** Reports a GeneralizedTime before 2050 (RFC 5280 §4.1.2.5). A UTCTime cannot be later than 2049. */
export function timeFormProblem(field: string, { date, form }: DerTime): string | undefined {
  return form === 'utcTime' || date.getUTCFullYear() >= 2050
    ? undefined
    : `${field} ${date.toISOString()} is a GeneralizedTime before 2050`;
}
