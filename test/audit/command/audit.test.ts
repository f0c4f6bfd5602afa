import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../../../src/store/manifest/sqlite.ts';
import { createManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { at, authority, issue } from '../../support/pki/manifest-rows.ts';
import { fakeWorld, runSvcauth, type FakeWorld } from '../../support/world/world.ts';

let world: FakeWorld;
let path: string;
beforeEach(async () => {
  world = fakeWorld();
  path = join(world.cwd, '.svcauth/manifest.db');
  world.files.makeDirectory(join(world.cwd, '.svcauth'), 0o700);
  const first = await createManifest(world, path);
  first.transaction(write => {
    write.insertAuthority(authority());
    write.audit('ca.created', 'issuing-g1', { keyAlgorithm: 'ecdsa-p256', keyLocation: 'file' });
  });
  issue(first, 1, 'payments');
  issue(first, 2, 'ledger');
  first.close();
  world.now = at(86_400);
});

const run = (...argv: string[]) => runSvcauth(world, ['audit', ...argv]);

async function tamper(sql: string): Promise<void> {
  const opened = await openSqlite(path, path, 0);
  const triggers = opened.all(`SELECT sql FROM sqlite_schema WHERE type = 'trigger'`).map(row => row.sql as string);
  opened.exec(`DROP TRIGGER audit_is_never_edited; DROP TRIGGER audit_is_never_cut; ${sql}; ${triggers.join(';')}`);
  opened.close();
}

describe('audit log', () => {
  it('lists every change', async () => {
    const { stdout, status } = await run('log');
    expect(status).toBe(0);
    expect(stdout.replace(/ +/g, ' ').split('\n')).toEqual([
      'NO AT BY ACTION SUBJECT DETAIL',
      '1 2026-11-21T00:00:00Z ops@ca.example.org ca.created issuing-g1 keyAlgorithm=ecdsa-p256 keyLocation=file',
      '2 2026-11-21T00:00:00Z ops@ca.example.org certificate.issued payments serial=40000000000000000000000000000001',
      '3 2026-11-21T00:00:00Z ops@ca.example.org certificate.issued ledger serial=40000000000000000000000000000002',
      '',
    ]);
  });

  it('selects by number, time and service', async () => {
    const numbers = async (...flags: string[]) => {
      const { stdout } = await run('log', '-o', 'jsonl', ...flags);
      return stdout
        .split('\n')
        .flatMap(line => (line === '' ? [] : [(JSON.parse(line) as { sequence: number }).sequence]));
    };
    expect(await numbers('--since', '3')).toEqual([3]);
    expect(await numbers('--since', '-24h')).toEqual([1, 2, 3]);
    expect(await numbers('--since', '-23h')).toEqual([]);
    expect(await numbers('--since', '2', '--service', 'payments')).toEqual([2]);
  });

  it('prints one JSON document, or one a record', async () => {
    const all = JSON.parse((await run('log', '-o', 'json')).stdout) as { records: object[] };
    expect(all).toMatchObject({ schemaVersion: 2, kind: 'audit-log' });
    expect(all.records).toHaveLength(3);
    const [first] = (await run('log', '-o', 'jsonl')).stdout.split('\n');
    expect(JSON.parse(first!)).toMatchObject({
      kind: 'audit-record',
      at: '2026-11-21T00:00:00Z',
      detail: { keyLocation: 'file' },
      previousHash: '0'.repeat(64),
    });
  });

  it('names a service that it does not know, and a start that is none', async () => {
    expect((await run('log', '--service', 'paymnts')).stderr).toContain('ERR_SERVICE_UNKNOWN');
    const { stderr, status } = await run('log', '--since', 'yesterday');
    expect([status, stderr]).toEqual([2, expect.stringContaining('ERR_INSTANT')]);
  });
});

describe('audit verify', () => {
  const head = async () => (JSON.parse((await run('verify', '-o', 'json')).stdout) as { head: string }).head;

  it('prints how many records there are and the head to keep', async () => {
    const { stdout, status } = await run('verify');
    expect([status, stdout]).toEqual([0, `records  3, all sound\nhead     ${await head()}\n`]);
    expect((await run('verify', '--expect-head', (await head()).toUpperCase())).status).toBe(0);
  });

  it.each([
    ['an edited subject', `UPDATE audit SET subject = 'x' WHERE sequence = 2`, 'record 2: it was changed'],
    ['a detail that is not JSON', `UPDATE audit SET detail = '{' WHERE sequence = 2`, 'record 2: it was changed'],
    ['a detail of another kind', `UPDATE audit SET detail = '7' WHERE sequence = 2`, 'record 2: it was changed'],
    ['an absurd time', `UPDATE audit SET at = 9e15 WHERE sequence = 2`, 'record 2: it was changed'],
    ['a hash of another length', `UPDATE audit SET hash = x'00' WHERE sequence = 2`, 'record 2: it was changed'],
    ['a record less', `DELETE FROM audit WHERE sequence = 2`, 'record 2: it is missing'],
  ])('ends with 9 for %s', async (_, sql, problem) => {
    await tamper(sql);
    const { stdout, stderr, status } = await run('verify');
    expect(status).toBe(9);
    expect(stdout).toContain('records  1 sound, then record 2 is not');
    expect(stderr).toContain(`svcauth: error: the audit log is broken at ${problem}`);
    expect((await run('log')).status).toBe(0);
  });

  it('shows removed last records only if an earlier head is given', async () => {
    const kept = await head();
    await tamper('DELETE FROM audit WHERE sequence = 3');
    expect((await run('verify')).status).toBe(0);
    const { stderr, status } = await run('verify', '--expect-head', kept);
    expect([status, stderr]).toEqual([9, expect.stringContaining('record 3: the log ends before the expected head')]);
  });

  it('refuses a head that cannot be one', async () => {
    const { stderr, status } = await run('verify', '--expect-head', 'abc');
    expect([status, stderr]).toEqual([2, expect.stringContaining('--expect-head "abc" is not 64 hexadecimal digits')]);
  });
});
