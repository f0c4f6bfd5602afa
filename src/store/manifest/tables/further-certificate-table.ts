import type { FurtherCertificate } from '../../../record/authority.ts';
import { bytesOf, hexOf, toDate, toSeconds, toSerial } from '../rows.ts';
import { insertRows, type Sql, type SqlRow } from '../sqlite.ts';

export const furtherCertificates = (sql: Sql): FurtherCertificate[] =>
  sql.all('SELECT * FROM further_certificates ORDER BY authority_id, created_at, serial').map(toFurtherCertificate);

const toFurtherCertificate = (row: SqlRow): FurtherCertificate => ({
  authorityId: row.authority_id as string,
  der: bytesOf(row.der),
  serial: hexOf(row.serial),
  issuerId: row.issuer_id as string,
  notBefore: toDate(row.not_before),
  notAfter: toDate(row.not_after),
  createdAt: toDate(row.created_at),
});

export function insertFurtherCertificate(sql: Sql, certificate: FurtherCertificate): void {
  const { serial, authorityId, issuerId, der, notBefore, notAfter, createdAt } = certificate;
  const columns = ['serial', 'authority_id', 'issuer_id', 'der', 'not_before', 'not_after', 'created_at'];
  insertRows(sql, 'further_certificates', columns, [
    [toSerial(serial), authorityId, issuerId, der, toSeconds(notBefore), toSeconds(notAfter), toSeconds(createdAt)],
  ]);
}

/** Removes a further certificate and returns it, or undefined when it is not there. */
export function takeFurtherCertificate(sql: Sql, authorityId: string, serial: string): FurtherCertificate | undefined {
  const found = furtherCertificates(sql).find(each => each.authorityId === authorityId && each.serial === serial);
  if (found !== undefined) sql.run('DELETE FROM further_certificates WHERE serial = ?', toSerial(serial));
  return found;
}
