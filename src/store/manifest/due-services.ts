import type { LifeAge } from '../../record/due-limits.ts';
import { servicesOf } from './live-services.ts';
import { toSeconds } from './rows.ts';
import type { DueQuestion, LiveService } from './manifest.ts';
import type { Sql } from './sqlite.ts';

const LIFETIME = '(c.not_after - c.not_before)';

/** Builds SQL: the share `parts` of `whole` of the lifetime has passed, and at most `left` seconds remain, unless NULL. */
const hasReached = (parts: string, whole: string, left: string): string =>
  `?1 - c.not_before >= max(CAST(${LIFETIME} * ${parts} / ${whole} AS INTEGER), coalesce(${LIFETIME} - ${left}, 0))`;

const OWN_SPAN = `(o.upkeep ->> '$.renewal.threshold.span')`;
const OWN_PERCENT = `(o.upkeep ->> '$.renewal.threshold.percent')`;

/** SQL with one condition for each reason, so each is answered from its own index. */
const DUE = `WITH due (name) AS (
    SELECT c.service FROM certificates c
      WHERE c.state = 'current' AND c.authority_id = ?2 AND c.not_after < ?3
        AND iif(${LIFETIME} <= ?4, ${hasReached('?5', '?6', '?7')}, ${hasReached('?8', '?9', '?10')})
    UNION SELECT c.service FROM authorities a CROSS JOIN certificates c
      ON c.state = 'current' AND c.authority_id = a.id WHERE a.id <> ?2
    UNION SELECT o.name FROM services o CROSS JOIN certificates c ON c.serial = o.current_serial
      WHERE o.upkeep ->> '$.renewal.threshold' IS NOT NULL
        AND iif(${OWN_SPAN} IS NULL, ${hasReached(OWN_PERCENT, '100', 'NULL')}, ${hasReached('?11', '?12', OWN_SPAN)})
    UNION SELECT service FROM certificates WHERE state = 'current' AND not_before > ?1
    UNION SELECT name FROM services WHERE revoked = 1
    UNION SELECT name FROM services WHERE current_serial IS NULL
    UNION SELECT service FROM deployments WHERE state = 'pending')
  SELECT found.* FROM due CROSS JOIN services found ON found.name = due.name ORDER BY due.name`;

/** Finds every service that may be due at `at`, by name, and few others. The ages come from `due/rules/time.ts`. */
export function dueServices(sql: Sql, { at, issuer, limits }: DueQuestion): LiveService[] {
  const { short, long, shortLife, least } = limits;
  return servicesOf(
    sql,
    DUE,
    ...[toSeconds(at), issuer.id, toSeconds(issuer.notAfter), shortLife],
    ...[...ageParameters(short), ...ageParameters(long), least.parts, least.whole],
  );
}

const ageParameters = ({ parts, whole, left }: LifeAge) => [parts, whole, left ?? null];
