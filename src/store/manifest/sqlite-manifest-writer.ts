// Implements every change that a transaction of the manifest can make, and refuses a change that breaks the contract.
// `sqlite-manifest.ts` makes a writer for each transaction. It neither begins nor commits a transaction.
import type { World } from '../../world/world.ts';
import { failure, type SvcauthError } from '../../errors/error.ts';
import { chainAuditEntry } from '../../record/audit-chain.ts';
import type { AuditRecord } from '../../record/audit.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Crl } from '../../record/crl.ts';
import type { Revocation } from '../../record/revocation.ts';
import type { TrustBundleRecord } from '../../record/trust-bundle.ts';
import { fromHex } from '../../pki/bytes.ts';
import { putFileFacts, putKeyFileDigest } from './tables/file-facts-table.ts';
import { setHookRuns } from './tables/hook-run-table.ts';
import { raiseClock, setClockRecord } from './clock-record.ts';
import type { ManifestWriter } from './manifest.ts';
import { putAcknowledgement } from './tables/acknowledgement-table.ts';
import { insertTrustState, putConsumers, setProgress, setServicesLoaded } from './tables/consumer-table.ts';
import { insertFurtherCertificate, takeFurtherCertificate } from './tables/further-certificate-table.ts';
import { canonicalJson, hexOf, toAuditRecord, toAuthority, toCrl, toSeconds, toSerial } from './rows.ts';
import { putFederatedBundle, removeFederatedBundle } from './tables/federated-bundle-table.ts';
import { insertPresignedCrls, settleVoidSeries, voidPresignedCrls } from './tables/presigned-crl-table.ts';
import { pruneServed, putServed } from './tables/served-table.ts';
import { putPublication, removePublication } from './tables/publication-table.ts';
import { markReplaced } from './replaced-certificates.ts';
import { insertRevocation, revocation } from './tables/revocation-table.ts';
import { insertRotation, putRotationUpkeep, updateRotation } from './tables/rotation-table.ts';
import { insertRows, type Sql } from './sqlite.ts';

/** Makes the writer of one transaction. The caller ends with `flush`, which inserts all audit records together. */
export function manifestWriter(
  sql: Sql,
  world: Pick<World, 'now' | 'actor'>,
): { readonly writer: ManifestWriter; flush(): void } {
  const audited: AuditRecord[] = [];
  const at = world.now;
  const { actor } = world;
  const writer: ManifestWriter = {
    setIdentity: ({ trustDomain, name, createdAt }) =>
      insertRows(
        sql,
        'meta',
        ['key', 'value'],
        [
          ['trust_domain', trustDomain],
          ['name', name],
          ['created_at', String(toSeconds(createdAt))],
        ],
      ),
    insertAuthority: authority => {
      const columns = ['id', 'tier', 'generation', 'state', 'key_algorithm', 'key_location', 'created_at', 'role'];
      const { id, tier, generation, state, keyAlgorithm, keyLocation, createdAt } = authority;
      insertRows(sql, 'authorities', columns, [
        tier === 'policy'
          ? [id, 'root', generation, state, keyAlgorithm, keyLocation, toSeconds(createdAt), tier]
          : [id, tier, generation, state, keyAlgorithm, keyLocation, toSeconds(createdAt), null],
      ]);
      if (authority.certificate !== undefined) writer.setAuthorityCertificate(id, authority.certificate);
    },
    setAuthorityState: (id, state) =>
      changeOne(sql.run('UPDATE authorities SET state = ? WHERE id = ?', state, id), `no CA ${id}`),
    setAuthorityCertificate: (id, { der, serial, issuerId, notBefore, notAfter }) => {
      const changed = sql.run(
        'UPDATE authorities SET der = ?, serial = ?, issuer_id = ?, not_before = ?, not_after = ? WHERE id = ?',
        der,
        toSerial(serial),
        issuerId,
        toSeconds(notBefore),
        toSeconds(notAfter),
        id,
      );
      changeOne(changed, `no CA ${id}`);
    },
    setKeyLocation: (id, keyLocation) =>
      changeOne(sql.run('UPDATE authorities SET key_location = ? WHERE id = ?', keyLocation, id), `no CA ${id}`),
    insertFurtherCertificate: certificate => insertFurtherCertificate(sql, certificate),
    promoteCertificate: (authorityId, serial) => {
      const before = sql.get(
        'SELECT *, NULL AS published_at, NULL AS revoked_at FROM authorities WHERE id = ?',
        authorityId,
      );
      const certificate = before && toAuthority(before).certificate;
      const next = takeFurtherCertificate(sql, authorityId, serial);
      if (certificate === undefined || next === undefined) throw conflict(`${authorityId} has no other ${serial}`);
      insertFurtherCertificate(sql, { ...certificate, authorityId, createdAt: certificate.notBefore });
      writer.setAuthorityCertificate(authorityId, next);
    },
    insertRotation: rotation => insertRotation(sql, rotation),
    updateRotation: (id, progress) => changeOne(updateRotation(sql, id, progress), `no rotation ${id}`),
    putFederatedBundle: bundle => putFederatedBundle(sql, bundle),
    removeFederatedBundle: trustDomain =>
      changeOne(removeFederatedBundle(sql, trustDomain), `no bundle of ${trustDomain}`),
    putPublication: publication => putPublication(sql, publication),
    putServed: records => {
      putServed(sql, records);
      pruneServed(sql);
    },
    removePublication: directory => removePublication(sql, directory),
    putAcknowledgement: acknowledgement => putAcknowledgement(sql, acknowledgement),
    insertTrustState: trust => insertTrustState(sql, trust, at),
    putConsumers: consumers => putConsumers(sql, consumers),
    setServicesLoaded: (names, state) => setServicesLoaded(sql, names, state),
    setProgress: (name, value) => setProgress(sql, name, value),
    putRotationUpkeep: upkeep => putRotationUpkeep(sql, upkeep),
    putServices: services => {
      const rows = services.map(({ name, spec, upkeep }) => [
        name,
        canonicalJson(spec),
        upkeep ? canonicalJson(upkeep) : null,
      ]);
      const update =
        'ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, upkeep = coalesce(excluded.upkeep, upkeep)';
      insertRows(sql, 'services', ['name', 'spec', 'upkeep'], rows, update);
    },
    insertIntents: certificates => insertIntents(sql, certificates),
    completeCertificates: results => completeCertificates(sql, results),
    insertRevocation: revoked => {
      revoke(sql, revoked);
      writer.voidPresignedCrls(revoked.authorityId);
    },
    recordCrl: crl => recordCrl(sql, crl),
    replacePresignedCrls: (authorityId, crls) => {
      writer.voidPresignedCrls(authorityId);
      settleVoidSeries(sql, authorityId);
      insertPresignedCrls(sql, crls);
    },
    releasePresignedCrl: crl => recordCrl(sql, crl, true),
    voidPresignedCrls: authorityId => {
      const crls = voidPresignedCrls(sql, authorityId);
      if (crls > 0) writer.audit('crl.voided', authorityId, { crls: String(crls) });
      return crls > 0;
    },
    setDeployments: deployments => {
      const columns = [
        'service',
        'serial',
        'directory',
        'state',
        'updated_at',
        'deployed_serial',
        'attempts',
        'problem',
        'hook_failed',
        'loaded_state',
        'trust_only',
        'claimed_until',
      ];
      const rows = deployments.map(d => [
        d.service,
        toSerial(d.serial),
        d.directory,
        d.state,
        toSeconds(d.updatedAt),
        d.state === 'deployed' ? toSerial(d.serial) : null,
        d.attempts ?? 0,
        d.problem ?? null,
        d.hookFailed ? 1 : 0,
        d.state === 'deployed' ? (d.loadedState ?? null) : null,
        d.trustOnly ? 1 : 0,
        d.claimedUntil ? toSeconds(d.claimedUntil) : null,
      ]);
      const kept = ['deployed_serial', 'loaded_state'];
      const update = columns
        .map(column =>
          kept.includes(column)
            ? `${column} = coalesce(excluded.${column}, ${column})`
            : `${column} = excluded.${column}`,
        )
        .join(', ');
      insertRows(
        sql,
        'deployments',
        columns,
        rows,
        `ON CONFLICT (service) DO UPDATE SET ${update}, revision = revision + 1`,
      );
      markReplaced(sql, deployments);
    },
    putFileFacts: facts => putFileFacts(sql, facts),
    putKeyFileDigest: (authorityId, sha256) => putKeyFileDigest(sql, authorityId, sha256),
    setHookRuns: (service, runs) => setHookRuns(sql, service, runs),
    recordTrustBundle: bundle => recordTrustBundle(sql, bundle),
    recordClock: record => setClockRecord(sql, record),
    audit: (action, subject, detail) => {
      const previous = audited.at(-1) ?? auditHead(sql);
      audited.push(chainAuditEntry(previous, { at, actor, action, subject, detail: { ...detail } }));
    },
  };
  return {
    writer,
    flush: () => {
      if (audited.length > 0) raiseClock(sql, at);
      insertAudit(sql, audited);
    },
  };
}

const conflict = (problem: string): SvcauthError => failure('ERR_MANIFEST_CONFLICT', { problem });

function changeOne(changed: number, otherwise: string): void {
  if (changed !== 1) throw conflict(otherwise);
}

const CERTIFICATE_COLUMNS = [
  'serial',
  'authority_id',
  'service',
  'state',
  'spiffe_id',
  'not_before',
  'not_after',
  'tbs_sha256',
  'key_source',
  'issued_at',
] as const;

function insertIntents(sql: Sql, certificates: readonly Certificate[]): void {
  insertRows(
    sql,
    'certificates',
    CERTIFICATE_COLUMNS,
    certificates.map(c => [
      toSerial(c.serial),
      c.authorityId,
      c.service,
      'intent',
      c.spiffeId,
      toSeconds(c.notBefore),
      toSeconds(c.notAfter),
      fromHex(c.tbsSha256)!,
      c.keySource,
      toSeconds(c.issuedAt),
    ]),
  );
}

/** Completes any number of certificates in a few statements: each takes the batch as one JSON array. */
function completeCertificates(
  sql: Sql,
  results: readonly { readonly serial: string; readonly der: Uint8Array }[],
): void {
  const found = new Map(
    sql
      .all(
        `SELECT id, serial, service FROM certificates
         WHERE state = 'intent' AND serial IN (SELECT unhex(value) FROM json_each(?))`,
        JSON.stringify(results.map(result => result.serial)),
      )
      .map(row => [hexOf(row.serial), row]),
  );
  const encodings: [id: number, der: Uint8Array][] = [];
  const newest = new Map<string, { id: number; serial: string }>();
  for (const { serial, der } of results) {
    const row = found.get(serial);
    if (row === undefined) throw conflict(`no unfinished certificate has serial ${serial}`);
    found.delete(serial);
    const id = Number(row.id);
    encodings.push([id, der]);
    newest.set(row.service as string, { id, serial });
  }
  insertRows(sql, 'encodings', ['certificate_id', 'der'], encodings);
  const json = (values: Iterable<string | number>) => JSON.stringify([...values]);
  const current = [...newest.values()].map(each => each.id);
  sql.run(
    `UPDATE certificates SET state = 'superseded'
     WHERE state = 'current' AND service IN (SELECT value FROM json_each(?))`,
    json(newest.keys()),
  );
  sql.run(
    `UPDATE certificates SET state = iif(id IN (SELECT value FROM json_each(?)), 'current', 'superseded')
     WHERE id IN (SELECT value FROM json_each(?))`,
    json(current),
    json(encodings.map(([id]) => id)),
  );
  sql.run(
    `UPDATE services SET current_serial = unhex(batch.value ->> 1), revoked = 0 FROM json_each(?) AS batch
     WHERE services.name = batch.value ->> 0`,
    JSON.stringify([...newest].map(([service, { serial }]) => [service, serial])),
  );
}

function revoke(sql: Sql, revoked: Revocation): void {
  if (revocation(sql, revoked.serial) !== undefined) throw conflict(`serial ${revoked.serial} is revoked already`);
  insertRevocation(sql, revoked);
  const serial = toSerial(revoked.serial);
  sql.run(`UPDATE certificates SET state = 'revoked' WHERE serial = ?`, serial);
  sql.run(
    `UPDATE services SET revoked = 1
     WHERE name = (SELECT service FROM certificates WHERE serial = ?1) AND current_serial = ?1`,
    serial,
  );
}

/** Records a CRL. `presigned`: an earlier one may replace one that a wrong clock released before its time. */
function recordCrl(sql: Sql, crl: Crl, presigned = false): void {
  const row = sql.get('SELECT * FROM crls WHERE authority_id = ? ORDER BY id DESC LIMIT 1', crl.authorityId);
  const newest = row && toCrl(row);
  const restores = presigned && newest !== undefined && crl.thisUpdate < newest.thisUpdate;
  // RFC 5280 §5.2.3: strictly monotonic
  if (newest !== undefined && crl.number <= newest.number && !restores) {
    throw conflict(`the CRL number of ${crl.authorityId} would go from ${newest.number} to ${crl.number}`);
  }
  sql.run(
    `INSERT INTO crls (authority_id, number, this_update, next_update, entry_count, sha256) VALUES (?, ?, ?, ?, ?, ?)`,
    crl.authorityId,
    crl.number.toString(),
    toSeconds(crl.thisUpdate),
    toSeconds(crl.nextUpdate),
    crl.entryCount,
    fromHex(crl.sha256)!,
  );
}

function recordTrustBundle(sql: Sql, { sequence, sha256, writtenAt }: TrustBundleRecord): void {
  const newest = sql.get('SELECT sequence, sha256 FROM trust_bundle');
  if (newest !== undefined) {
    const before = Number(newest.sequence);
    const changed = hexOf(newest.sha256) !== sha256;
    // SPIFFE Trust Domain and Bundle §4.1.1: the sequence grows whenever the content changes
    if (changed ? sequence <= before : sequence < before) {
      throw conflict(`the trust bundle's sequence would go from ${before} to ${sequence}`);
    }
  }
  sql.run(
    'INSERT OR REPLACE INTO trust_bundle (only, sequence, sha256, written_at) VALUES (1, ?, ?, ?)',
    sequence,
    fromHex(sha256)!,
    toSeconds(writtenAt),
  );
}

function auditHead(sql: Sql): AuditRecord | undefined {
  const row = sql.get('SELECT * FROM audit ORDER BY sequence DESC LIMIT 1');
  return row && toAuditRecord(row);
}

function insertAudit(sql: Sql, records: readonly AuditRecord[]): void {
  const columns = ['sequence', 'at', 'actor', 'action', 'subject', 'detail', 'previous_hash', 'hash'];
  insertRows(
    sql,
    'audit',
    columns,
    records.map(r => [
      r.sequence,
      toSeconds(r.at),
      r.actor,
      r.action,
      r.subject,
      canonicalJson(r.detail),
      fromHex(r.previousHash)!,
      fromHex(r.hash)!,
    ]),
  );
}
