import { servicesOf } from './live-services.ts';
import { toSeconds } from './rows.ts';
import type { DueQuestion, LiveService } from './manifest.ts';
import type { Sql } from './sqlite.ts';

const LIFETIME = '(c.not_after - c.not_before)';

/** Whether a certificate is old enough to be due, by a span of time left, or else by hundredths of its lifetime used. */
const isOldEnough = (span: string, percent: string): string =>
  `?1 - c.not_before + 1 >= iif(${span} IS NULL, ${LIFETIME} * ${percent} / 100, max(${LIFETIME} - ${span}, ${LIFETIME} / 3))`;

/** A condition of its own for each reason, so that each is answered from an index of its own. */
const DUE = `WITH due (name) AS (
    SELECT c.service FROM certificates c
      WHERE c.state = 'current' AND c.authority_id = ?2 AND c.not_after < ?3
        AND ${isOldEnough('?4', `iif(${LIFETIME} <= 864000, ?5, ?6)`)}
    UNION SELECT c.service FROM authorities a CROSS JOIN certificates c
      ON c.state = 'current' AND c.authority_id = a.id WHERE a.id <> ?2
    UNION SELECT s.name FROM services s CROSS JOIN certificates c ON c.serial = s.current_serial
      WHERE s.upkeep ->> '$.renewal.threshold' IS NOT NULL
        AND ${isOldEnough(`(s.upkeep ->> '$.renewal.threshold.span')`, `(s.upkeep ->> '$.renewal.threshold.percent')`)}
    UNION SELECT name FROM services WHERE revoked = 1
    UNION SELECT name FROM services WHERE current_serial IS NULL
    UNION SELECT service FROM deliveries WHERE state = 'pending')
  SELECT s.* FROM due JOIN services s USING (name) ORDER BY s.name`;

/** Every service that may be due at that time, by name, and few others. */
export function dueServices(sql: Sql, { at, issuer, threshold }: DueQuestion): LiveService[] {
  const span = threshold !== undefined && 'span' in threshold ? threshold.span : null;
  const percent = threshold !== undefined && 'percent' in threshold ? threshold.percent : undefined;
  // two thirds, a half of short ones, and up to a twentieth earlier
  const [short, long] = [percent ?? 45, percent ?? 61];
  return servicesOf(sql, DUE, toSeconds(at), issuer.id, toSeconds(issuer.notAfter), span, short, long);
}
