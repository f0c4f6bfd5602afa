import { copyFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Deployment, HookRun } from '../../../src/record/deployment.ts';
import type { Revocation } from '../../../src/record/revocation.ts';
import { concatBytes } from '../../../src/pki/bytes.ts';
import { encodeCrlEntry } from '../../../src/pki/crl/entry.ts';
import { checkAuditChain } from '../../../src/record/audit-chain.ts';
import { openSqlite } from '../../../src/store/manifest/sqlite.ts';
import type { Manifest } from '../../../src/store/manifest/manifest.ts';
import { createManifest, openManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { errorOf } from '../../support/errors.ts';
import { at, authority, der, intent, issue, newService, serial, spec } from '../../support/pki/manifest-rows.ts';
import { fakeWorld, START, type FakeWorld } from '../../support/world/world.ts';

let world: FakeWorld;
let path: string;
let manifest: Manifest;
beforeEach(async () => {
  world = fakeWorld();
  path = join(world.cwd, 'manifest.db');
  manifest = await createManifest(world, path);
  manifest.transaction(write => {
    write.setIdentity({ trustDomain: 'example.org', name: 'Example', createdAt: START });
    write.insertAuthority(authority());
    write.audit('ca.created', 'issuing-g1', { keyAlgorithm: 'ecdsa-p256' });
  });
});

const reopened = () => openManifest(world, path);
const revoked = (n: number, changes: Partial<Revocation> = {}): Revocation => ({
  serial: serial(n),
  authorityId: 'issuing-g1',
  revokedAt: START,
  reason: 'keyCompromise',
  notAfter: at(100),
  ...changes,
});
const revoke = (...entries: Revocation[]) =>
  manifest.transaction(write => entries.forEach(entry => write.insertRevocation(entry)));

describe('values read from the manifest', () => {
  it('the manifest keeps one identity', () => {
    expect(manifest.identity()).toEqual({ trustDomain: 'example.org', name: 'Example', createdAt: START });
    const again = () =>
      manifest.transaction(write => write.setIdentity({ trustDomain: 'other', name: 'Other', createdAt: START }));
    expect(errorOf(again).code).toBe('ERR_MANIFEST_CONFLICT');
  });

  it('the manifest keeps CAs, roots first, then by generation', () => {
    const root = authority({ id: 'root-g1', tier: 'root', state: 'pending' });
    const next = authority({ id: 'issuing-g2', generation: 2, state: 'prepared' });
    const certificate = { der: der(1), serial: 'ff01', issuerId: 'root-g1', notBefore: START, notAfter: at(10) };
    manifest.transaction(write => {
      write.insertAuthority(next);
      write.insertAuthority(root);
      write.setAuthorityCertificate('root-g1', certificate);
      write.setAuthorityState('root-g1', 'active');
    });
    expect(manifest.authorities()).toEqual([{ ...root, state: 'active', certificate }, authority(), next]);
    expect(manifest.authority('issuing-g2')).toEqual(next);
    expect(manifest.authority('issuing-g9')).toBeUndefined();
    expect(() => manifest.transaction(write => write.setAuthorityState('issuing-g9', 'active'))).toThrow('no CA');
    expect(() => manifest.transaction(write => write.insertAuthority(root))).toThrow(
      'the change conflicts with the manifest',
    );
  });

  it('a service is kept with its certificate and its deployment', () => {
    manifest.transaction(write => write.putServices([newService('ledger')]));
    issue(manifest, 1, 'payments');
    const deployment = {
      service: 'payments',
      serial: serial(1),
      directory: '/srv/payments',
      state: 'pending',
      updatedAt: at(1),
    } as const;
    manifest.transaction(write => write.setDeployments([deployment]));
    manifest.transaction(write => write.setDeployments([{ ...deployment, state: 'deployed' }]));
    const service = { name: 'payments', spec: spec('payments'), currentSerial: serial(1) };
    const dated = { ...intent(1, 'payments'), state: 'current' };
    const certificate = { ...dated, der: der(1) };
    expect(manifest.service('payments')).toEqual(service);
    expect(manifest.certificate(serial(1))).toEqual(certificate);
    const deployed = { ...deployment, state: 'deployed', deployedSerial: serial(1), revision: 1 } as const;
    expect(manifest.deployment('payments')).toEqual(deployed);
    expect(manifest.serviceNames()).toEqual(['ledger', 'payments']);
    expect(manifest.liveServices()).toEqual([
      { service: { name: 'ledger', spec: spec('ledger') } },
      { service, certificate: dated, deployment: deployed },
    ]);
    expect(manifest.servicesNamed(['payments', 'payments', 'nobody'])).toEqual([
      { service, certificate, deployment: deployed },
    ]);
  });

  it('only services with a pending deployment are pending', () => {
    for (const [n, name] of ['web', 'ledger', 'payments'].entries()) issue(manifest, n + 1, name);
    const deployment = (n: number, service: string, state: Deployment['state']): Deployment => ({
      ...{ service, serial: serial(n), directory: `/srv/${service}`, state, updatedAt: START },
    });
    const deployments = [
      deployment(1, 'web', 'pending'),
      deployment(2, 'ledger', 'deployed'),
      deployment(3, 'payments', 'pending'),
    ];
    manifest.transaction(write => write.setDeployments(deployments));
    expect(manifest.pendingServices()).toEqual(
      manifest.liveServices().filter(({ service }) => service.name !== 'ledger'),
    );
  });

  it('only the last run of each hook is kept', () => {
    issue(manifest, 1, 'payments');
    const run: HookRun = {
      ...{ argv: ['systemctl', 'reload', 'nginx'], serial: serial(1), at: START, duration: 12 },
      ...{ outcome: 'failed', output: 'Unit nginx not found.\u001b[0m\n' },
    };
    const second: HookRun = { ...run, argv: ['true'], outcome: 'succeeded', output: 'a\0b' };
    expect(manifest.hookRuns('payments')).toEqual([]);
    manifest.transaction(write => write.setHookRuns('payments', [run, second]));
    expect(manifest.hookRuns('payments')).toEqual([run, { ...second, output: 'a\ufffdb' }]);
    manifest.transaction(write => write.setHookRuns('payments', [second]));
    expect(manifest.hookRuns('payments')).toHaveLength(1);
  });

  it('the manifest lists the files that deployments write', () => {
    const output = (path: string) => ({ kind: 'combined-pem', path }) as const;
    const deployment = { outputs: [output('/etc/haproxy/a.pem'), output('/etc/haproxy/b.pem')] };
    manifest.transaction(write =>
      write.putServices([{ ...newService('payments'), upkeep: { deployment } }, newService('ledger')]),
    );
    expect(manifest.outputPaths()).toEqual([
      { service: 'payments', path: '/etc/haproxy/a.pem' },
      { service: 'payments', path: '/etc/haproxy/b.pem' },
    ]);
  });

  it('the last deployed serial is kept while the next one is pending', () => {
    issue(manifest, 1, 'payments');
    issue(manifest, 2, 'payments');
    const about = { service: 'payments', directory: '/srv/payments', updatedAt: at(1) } as const;
    const failed = {
      ...about,
      serial: serial(2),
      state: 'pending',
      attempts: 2,
      problem: 'hook 1: exit status 1',
      hookFailed: true,
    } as const;
    manifest.transaction(write => write.setDeployments([{ ...about, serial: serial(1), state: 'deployed' }]));
    manifest.transaction(write => write.setDeployments([failed]));
    const kept = { ...failed, deployedSerial: serial(1), revision: 1 };
    expect(manifest.deployment('payments')).toEqual(kept);
    expect(manifest.servicesNamed(['payments'])[0]?.deployment).toEqual(kept);
  });

  it('the upkeep of a service stays until another is given', () => {
    const upkeep = {
      declared: true,
      renewal: { overlap: 3600 },
      deployment: { outputs: [], hooks: [{ argv: ['true'] }] },
    } as const;
    const service = newService('payments');
    manifest.transaction(write => write.putServices([{ ...service, upkeep }]));
    manifest.transaction(write => write.putServices([service]));
    expect(manifest.service('payments')).toEqual({ ...service, upkeep });
    expect(manifest.liveServices()).toEqual([{ service: { ...service, upkeep } }]);
    manifest.transaction(write => write.putServices([{ ...service, upkeep: {} }]));
    expect(manifest.service('payments')?.upkeep).toEqual({});
  });

  it('any number of services is listed in order', () => {
    const names = Array.from({ length: 10_001 }, (_, i) => `service-${i}`);
    manifest.transaction(write => write.putServices(names.map(newService)));
    expect(manifest.liveServices().map(each => each.service.name)).toEqual([...names].sort());
    expect(manifest.servicesNamed(names)).toHaveLength(10_001);
  });

  it('a changed spec leaves the certificate of the service', () => {
    issue(manifest, 1, 'payments');
    const changed = { ...spec('payments'), ttl: 60, out: '/srv' };
    manifest.transaction(write => write.putServices([{ name: 'payments', spec: changed }]));
    expect(manifest.service('payments')).toEqual({ name: 'payments', spec: changed, currentSerial: serial(1) });
  });

  it('CRL numbers exceed 2^53, and a number that does not grow is refused', () => {
    const crl = {
      authorityId: 'issuing-g1',
      number: 2n ** 100n,
      thisUpdate: START,
      nextUpdate: at(10),
      entryCount: 3,
      sha256: 'ab'.repeat(32),
    };
    expect(manifest.latestCrl('issuing-g1')).toBeUndefined();
    manifest.transaction(write => write.recordCrl(crl));
    expect(manifest.latestCrl('issuing-g1')).toEqual(crl);
    expect(() => manifest.transaction(write => write.recordCrl(crl))).toThrow(`would go from ${2n ** 100n}`);
    manifest.transaction(write => write.recordCrl({ ...crl, number: 2n ** 100n + 1n }));
    expect(manifest.latestCrl('issuing-g1')?.number).toBe(2n ** 100n + 1n);
  });

  it('the sequence of the trust bundle grows with every change', () => {
    const first = { sequence: 1, sha256: '01'.repeat(32), writtenAt: START };
    const record = (changes: object) =>
      manifest.transaction(write => write.recordTrustBundle({ ...first, ...changes }));
    expect(manifest.trustBundle()).toBeUndefined();
    record({});
    record({ writtenAt: at(5) });
    expect(manifest.trustBundle()).toEqual({ ...first, writtenAt: at(5) });
    expect(() => record({ sha256: '02'.repeat(32) })).toThrow('would go from 1 to 1');
    record({ sha256: '02'.repeat(32), sequence: 2 });
    expect(() => record({ sha256: '02'.repeat(32), sequence: 1 })).toThrow('would go from 2 to 1');
  });

  it('the content survives closing and opening', async () => {
    issue(manifest, 1, 'payments');
    manifest.close();
    manifest = await reopened();
    expect(manifest.certificate(serial(1))?.der).toEqual(der(1));
    expect([...manifest.auditRecords()].map(record => record.sequence)).toEqual([1, 2]);
  });
});

describe('certificates', () => {
  it('a superseded certificate stays listed and revocable', () => {
    issue(manifest, 1, 'payments');
    issue(manifest, 2, 'payments');
    expect(manifest.certificatesOfService('payments').map(c => [c.serial, c.state])).toEqual([
      [serial(2), 'current'],
      [serial(1), 'superseded'],
    ]);
    revoke(revoked(1));
    expect(manifest.certificate(serial(1))?.state).toBe('revoked');
    expect(manifest.service('payments')?.currentSerial).toBe(serial(2));
  });

  it('the last of several certificates of a service becomes current', () => {
    manifest.transaction(write => {
      write.putServices([newService('payments')]);
      write.insertIntents([1, 2, 3].map(n => intent(n, 'payments')));
      write.completeCertificates([3, 1].map(n => ({ serial: serial(n), der: der(n) })));
    });
    expect(manifest.certificatesOfService('payments').map(c => c.state)).toEqual(['superseded', 'intent', 'current']);
    expect(manifest.intents().map(c => c.serial)).toEqual([serial(2)]);
    expect(manifest.service('payments')?.currentSerial).toBe(serial(1));
  });

  it('a batch larger than one statement keeps its order', () => {
    const numbers = Array.from({ length: 333 }, (_, i) => i);
    manifest.transaction(write => {
      write.putServices(numbers.map(n => newService(`s${n}`)));
      write.insertIntents(numbers.map(n => intent(n, `s${n}`)));
      write.completeCertificates(numbers.map(n => ({ serial: serial(n), der: der(n) })));
    });
    for (const { service, certificate } of manifest.servicesNamed(manifest.serviceNames())) {
      expect(certificate?.der).toEqual(der(Number(service.name.slice(1))));
    }
  });

  it('a used serial and a certificate without an intent are refused', () => {
    issue(manifest, 1, 'payments');
    const { code, message } = errorOf(() =>
      manifest.transaction(write => write.insertIntents([intent(2, 'payments'), intent(1, 'payments')])),
    );
    expect([code, message]).toEqual([
      'ERR_MANIFEST_CONFLICT',
      `the change conflicts with the manifest: UNIQUE constraint failed: certificates.serial; nothing was changed`,
    ]);
    expect(manifest.certificate(serial(2))).toBeUndefined();
    for (const n of [1, 7]) {
      const complete = () =>
        manifest.transaction(write => write.completeCertificates([{ serial: serial(n), der: der(n) }]));
      expect(complete).toThrow(`no unfinished certificate has serial ${serial(n)}`);
    }
  });

  it('certificates are found by SPIFFE ID, and by serial prefix of any number of digits', () => {
    issue(manifest, 0xabc, 'a');
    issue(manifest, 0xabd, 'b');
    issue(manifest, 0xf, 'c', { serial: serial(0xf) });
    const found = (prefix: string, limit = 10) =>
      manifest.certificatesBySerialPrefix(prefix, limit).map(c => c.service);
    expect(found(serial(0xabc).slice(0, 31))).toEqual(['a', 'b']);
    expect(found(serial(0xabc))).toEqual(['a']);
    expect(found('4', 2)).toEqual(['c', 'a']);
    expect(found('f')).toEqual([]);
    expect(found('ffff')).toEqual([]);
    expect(manifest.certificatesBySpiffeId('spiffe://example.org/b').map(c => c.serial)).toEqual([serial(0xabd)]);
  });

  it('expiringBy is inclusive, soonest first, and omits revoked certificates and intents', () => {
    issue(manifest, 1, 'a', { notAfter: at(300) });
    issue(manifest, 2, 'b', { notAfter: at(100) });
    issue(manifest, 3, 'c', { notAfter: at(200) });
    issue(manifest, 4, 'd', { notAfter: at(50) });
    revoke(revoked(4));
    manifest.transaction(write => write.insertIntents([intent(5, 'a', { notAfter: at(10) })]));
    expect(manifest.expiringBy(at(200)).map(c => c.service)).toEqual(['b', 'c']);
    expect(manifest.expiringBy(at(199)).map(c => c.service)).toEqual(['b']);
  });
});

describe('revocations', () => {
  it('a revocation is kept, and a second one is refused', () => {
    const full = revoked(1, { reason: 'superseded', invalidityDate: at(-50) });
    revoke(full, revoked(2, { reason: 'unspecified' }));
    expect(manifest.revocation(serial(1))).toEqual(full);
    expect(manifest.revocation(serial(3))).toBeUndefined();
    expect(() => revoke(revoked(1))).toThrow(`serial ${serial(1)} is revoked already`);
    expect([...manifest.revocations('issuing-g1')]).toEqual([full, revoked(2, { reason: 'unspecified' })]);
  });

  it('revocations are listed in numeric order, as CRL entries', () => {
    const hexSerial = fc
      .uint8Array({ minLength: 1, maxLength: 20 })
      .map(bytes =>
        Buffer.from(bytes)
          .toString('hex')
          .replace(/^(00)+/, ''),
      )
      .filter(hex => hex !== '');
    fc.assert(
      fc.property(fc.uniqueArray(hexSerial, { maxLength: 30 }), serials => {
        class Undo extends Error {}
        const check = () =>
          manifest.transaction(write => {
            for (const each of serials) write.insertRevocation(revoked(0, { serial: each }));
            const inOrder = [...serials].sort((a, b) => (BigInt(`0x${a}`) < BigInt(`0x${b}`) ? -1 : 1));
            expect([...manifest.revocations('issuing-g1')].map(r => r.serial)).toEqual(inOrder);
            const expected = concatBytes(inOrder.map(each => encodeCrlEntry(revoked(0, { serial: each }))));
            expect(concatBytes([...manifest.revocationEntries('issuing-g1')])).toEqual(expected);
            expect(manifest.revocationTotals('issuing-g1')).toMatchObject({
              count: serials.length,
              byteLength: expected.length,
            });
            throw new Undo();
          });
        expect(check).toThrow(Undo);
      }),
      { numRuns: 50 },
    );
  });

  it('revocations of more than one chunk are read completely', () => {
    const numbers = Array.from({ length: 10_001 }, (_, i) => i);
    revoke(...numbers.map(n => revoked(n)));
    expect([...manifest.revocations('issuing-g1')].map(r => r.serial)).toEqual(numbers.map(serial));
    const entries = concatBytes([...manifest.revocationEntries('issuing-g1')]);
    expect(entries).toEqual(concatBytes(numbers.map(n => encodeCrlEntry(revoked(n)))));
    expect(manifest.revocationTotals('issuing-g1').count).toBe(10_001);
  });

  it('a CA without revocations has no entries', () => {
    expect([...manifest.revocations('root-g1')]).toEqual([]);
    expect([...manifest.revocationEntries('root-g1')]).toEqual([]);
    expect(manifest.revocationTotals('root-g1')).toEqual({ count: 0, byteLength: 0, unlisted: 0 });
  });

  it('the totals count revocations after the newest CRL, and have the time of the last', () => {
    const totals = () => manifest.revocationTotals('issuing-g1');
    revoke(revoked(1, { revokedAt: at(5) }));
    expect(totals()).toMatchObject({ count: 1, unlisted: 1, latest: at(5) });
    manifest.transaction(write =>
      write.recordCrl({
        authorityId: 'issuing-g1',
        number: 1n,
        thisUpdate: at(5),
        nextUpdate: at(9999),
        entryCount: 1,
        sha256: '00'.repeat(32),
      }),
    );
    expect(totals()).toMatchObject({ count: 1, unlisted: 0, latest: at(5) });
    revoke(revoked(2, { revokedAt: at(5) }));
    expect(totals()).toMatchObject({ count: 2, unlisted: 1 });
  });

  it('an entry is left out only after a CRL issued after the expiry has listed it', () => {
    let number = 0n;
    const signCrl = (thisUpdate: Date) =>
      manifest.transaction(write =>
        write.recordCrl({
          authorityId: 'issuing-g1',
          number: ++number,
          thisUpdate,
          nextUpdate: at(9999),
          entryCount: 1,
          sha256: '00'.repeat(32),
        }),
      );
    const listed = (expiredBefore: Date) => {
      const listing = { expiredBefore, datesUntil: at(9999) };
      const { count, byteLength } = manifest.revocationTotals('issuing-g1', listing);
      const bytes = [...manifest.revocationEntries('issuing-g1', listing)].reduce((sum, each) => sum + each.length, 0);
      expect(bytes).toBe(byteLength);
      return count;
    };
    revoke(revoked(1, { notAfter: at(100) }));
    expect(listed(at(1000))).toBe(1);
    signCrl(at(100));
    expect(listed(at(1000))).toBe(1);
    signCrl(at(101));
    // revoked after that CRL was signed, so the CRL does not list it
    revoke(revoked(2, { notAfter: at(100) }));
    expect(listed(at(100))).toBe(2);
    expect(listed(at(101))).toBe(1);
    signCrl(at(102));
    expect(listed(at(1000))).toBe(0);
    // the clock went back: both are listed again
    signCrl(at(50));
    expect([listed(at(1000)), listed(at(50))]).toEqual([2, 2]);
    expect([...manifest.revocations('issuing-g1')].map(r => r.serial)).toEqual([serial(1), serial(2)]);
  });

  it('a date after the latest date of a CRL is listed as that date', () => {
    revoke(revoked(1, { revokedAt: at(5) }));
    revoke(revoked(2, { revokedAt: at(2_600_000_000) }));
    const listing = { expiredBefore: at(0), datesUntil: at(7) };
    const bytes = Buffer.concat([...manifest.revocationEntries('issuing-g1', listing)]);
    expect(bytes).toEqual(
      Buffer.concat([
        encodeCrlEntry(revoked(1, { revokedAt: at(5) })),
        encodeCrlEntry(revoked(2, { revokedAt: at(7) })),
      ]),
    );
    expect(manifest.revocationTotals('issuing-g1', listing).byteLength).toBe(bytes.length);
  });
});

describe('transactions', () => {
  it('a failed transaction changes nothing', () => {
    const failing = () =>
      manifest.transaction(write => {
        write.putServices([newService('payments')]);
        write.audit('certificate.issued', 'payments', {});
        throw new Error('stop');
      });
    expect(failing).toThrow('stop');
    expect(manifest.serviceNames()).toEqual([]);
    expect([...manifest.auditRecords()]).toHaveLength(1);
  });

  it('a transaction is busy, exit 6, while another process writes', async () => {
    const other = await reopened();
    manifest.transaction(() => {
      const error = errorOf(() => other.transaction(write => write.putServices([newService('x')])));
      expect([error.code, error.exitStatus]).toEqual(['ERR_MANIFEST_BUSY', 6]);
    });
    other.transaction(write => write.putServices([newService('x')]));
    expect(manifest.serviceNames()).toEqual(['x']);
  });
});

describe('the file', () => {
  it('manifest.db and its SQLite files are private from the first moment', async () => {
    manifest.close();
    manifest = await reopened();
    issue(manifest, 1, 'payments');
    expect(readdirSync(world.cwd)).toEqual(['manifest.db', 'manifest.db-shm', 'manifest.db-wal']);
    for (const name of readdirSync(world.cwd)) expect(statSync(join(world.cwd, name)).mode & 0o777).toBe(0o600);
  });

  it('a new manifest is a single file, so it can be moved', () => {
    manifest.close();
    expect(readdirSync(world.cwd)).toEqual(['manifest.db']);
  });

  it('manifest.db alone is complete after closing, with or without another reader', async () => {
    const reader = await reopened();
    manifest.close();
    manifest = await reopened();
    issue(manifest, 1, 'payments');
    manifest.close();
    copyFileSync(path, join(world.cwd, 'copy.db'));
    const copy = await openManifest(world, join(world.cwd, 'copy.db'));
    expect(copy.serviceNames()).toEqual(['payments']);
    copy.close();
    reader.close();
  });

  it('a new manifest never overwrites another', async () => {
    await expect(createManifest(world, path)).rejects.toThrow('it already exists');
  });
});

describe('the audit log', () => {
  it('the audit chain continues over transactions and openings, with time and actor of each run', async () => {
    manifest.transaction(write => {
      write.audit('bundle.written', 'bundle', { sequence: '1', anchors: '1' });
      write.audit('crl.signed', 'issuing-g1', {});
    });
    manifest.close();
    manifest = await openManifest({ ...world, now: at(60), actor: 'cron@ca' }, path);
    issue(manifest, 1, 'payments');
    const records = [...manifest.auditRecords()];
    expect(checkAuditChain(records)).toEqual({ count: 4, head: records[3]!.hash });
    expect(records[1]?.detail).toEqual({ anchors: '1', sequence: '1' });
    expect(records[3]).toMatchObject({
      actor: 'cron@ca',
      at: at(60),
      action: 'certificate.issued',
      subject: 'payments',
    });
    expect([...manifest.auditRecords(3)].map(record => record.sequence)).toEqual([3, 4]);
    expect([...manifest.auditRecords(5)]).toEqual([]);
  });

  it('an audit log of any length is read in order', () => {
    manifest.transaction(write => {
      for (let i = 0; i < 2500; i++) write.audit('crl.published', `${i}`, {});
    });
    expect(checkAuditChain(manifest.auditRecords()).count).toBe(2501);
  });

  it('audit records can be neither edited nor deleted', async () => {
    const sql = await openSqlite(path, path, 0);
    for (const change of [`UPDATE audit SET actor = 'x'`, 'DELETE FROM audit']) {
      expect(() => sql.exec(change)).toThrow('the audit log is append-only');
    }
    sql.close();
  });
});
