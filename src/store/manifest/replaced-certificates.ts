import type { Certificate } from '../../record/certificate.ts';
import type { Deployment } from '../../record/deployment.ts';
import { toCertificate, toSeconds } from './rows.ts';
import type { Sql } from './sqlite.ts';

/** Records when these deployments replaced older certificates: at the first deployment of a later certificate. */
export function markReplaced(sql: Sql, deployments: readonly Deployment[]): void {
  const deployed = deployments.filter(({ state }) => state === 'deployed');
  if (deployed.length === 0) return;
  sql.run(
    `UPDATE certificates SET replaced_at = batch.value ->> 2 FROM json_each(?) AS batch
     WHERE certificates.service = batch.value ->> 0 AND certificates.state = 'superseded'
       AND certificates.replaced_at IS NULL
       AND certificates.id < (SELECT later.id FROM certificates later WHERE later.serial = unhex(batch.value ->> 1))`,
    JSON.stringify(deployed.map(({ service, serial, updatedAt }) => [service, serial, toSeconds(updatedAt)])),
  );
}

// the overlap of a service takes precedence over the general one, which may be absent
const PAST_OVERLAP = `SELECT c.*, NULL AS der FROM certificates c JOIN services s ON s.name = c.service
  WHERE c.replaced_at + coalesce(s.upkeep ->> '$.renewal.overlap', ?2) <= ?1 AND c.not_after >= ?1 AND c.state = 'superseded'
    AND c.id IN (
      SELECT id FROM certificates WHERE ?2 IS NOT NULL AND state = 'superseded' AND not_after >= ?1
      UNION SELECT o.id FROM services x CROSS JOIN certificates o ON o.service = x.name AND o.state = 'superseded'
        WHERE x.upkeep ->> '$.renewal.overlap' IS NOT NULL)
  ORDER BY c.service, c.id`;

/** Finds superseded, unexpired certificates whose successor was deployed longer ago than the overlap, in seconds. */
export const certificatesPastOverlap = (sql: Sql, at: Date, overlap: number | undefined): Certificate[] =>
  sql.all(PAST_OVERLAP, toSeconds(at), overlap ?? null).map(toCertificate);
