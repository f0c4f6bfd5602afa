/**
 * Reads a UTCTime or GeneralizedTime in any form of X.680 §46 and §47. Seconds may be absent, a fraction is dropped, and an
 * offset is applied; a local time is read as UTC. Returns undefined for other text and for a date that does not exist.
 */
export function parseBerTime(text: string, isUtc: boolean): Date | undefined {
  const match = (isUtc ? UTC_TIME : GENERALIZED_TIME).exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(part => Number(part ?? 0));
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  // RFC 5280 §4.1.2.5.1
  const fullYear = isUtc ? year + (year >= 50 ? 1900 : 2000) : year;
  const date = new Date(0);
  date.setUTCFullYear(fullYear, month - 1, day);
  if (date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, second);
  return new Date(date.getTime() - offsetMinutes(match[7]) * 60_000);
}

const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})?$/;
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?(?:[.,]\d+)?(Z|[+-]\d{4})?$/;

function offsetMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3));
  return zone.startsWith('-') ? -minutes : minutes;
}
