import { describe, expect, test } from 'vitest';
import { utf8 } from '../../../src/pki/bytes.ts';
import { makeHome, type HomeContent } from '../../support/world/home.ts';
import { at, authorityRow, crlRow, serviceRow } from '../../support/pki/rows.ts';
import { fakeWorld, runSvcauth, type FakeWorld } from '../../support/world/world.ts';

const content: HomeContent = {
  authorities: [
    authorityRow({ id: 'root-g1', tier: 'root', keyLocation: 'offline' }, null),
    authorityRow({}, crlRow({ number: 2n ** 70n, entryCount: 1, thisUpdate: at('2026-11-09') })),
  ],
  services: [
    serviceRow({ serial: 'aa'.repeat(16) }),
    serviceRow({ service: 'ledger', serial: 'bb'.repeat(16), state: 'revoked' }),
    serviceRow(undefined, { service: { ...serviceRow().service, name: 'newcomer' } }),
  ],
};

async function worldWith(home: HomeContent = content): Promise<FakeWorld> {
  const world = fakeWorld({ now: at('2026-11-10') });
  await makeHome(world, home);
  return world;
}

describe('status', () => {
  test('shows the CAs, then every service', async () => {
    const { status, stdout, stderr } = await runSvcauth(await worldWith(), ['status']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.replace(/ +/g, ' ')).toBe(
      [
        'CA STATE KEY KEY IN EXPIRES CRL CRL EXPIRES',
        'root-g1 active ecdsa-p256 offline 2027-11-01T00:00:00Z in 356 days missing',
        'issuing-g1 active ecdsa-p256 file 2027-11-01T00:00:00Z in 356 days 1180591620717411303424, 1 revoked 2026-12-04T00:00:00Z in 24 days',
        '',
        'SERVICE SPIFFE ID SERIAL STATE EXPIRES RENEW AT CA',
        'ledger spiffe://example.org/ledger bbbbbbbb revoked 2026-12-01T00:00:00Z in 21 days 2026-11-20T06:52:24Z issuing-g1',
        'newcomer spiffe://example.org/payments none',
        'payments spiffe://example.org/payments aaaaaaaa valid 2026-12-01T00:00:00Z in 21 days 2026-11-20T19:04:12Z issuing-g1',
        '',
      ].join('\n'),
    );
  });

  test('answers as of another time', async () => {
    const { stdout } = await runSvcauth(await worldWith(), ['status', 'payments', '--at', '2026-12-02']);
    expect(stdout).toMatch(/payments .* expired .* 24 hours ago/);
  });

  test.for([['pay*'], ['spiffe://example.org/payments', 'aaaaaaaa'], ['AAAAAAAAA', 'payments']])(
    'of %j is the one service they name',
    async selectors => {
      const { stdout } = await runSvcauth(await worldWith(), ['status', '-o', 'jsonl', ...selectors]);
      const services = stdout.split('\n').filter(line => line.includes('"kind":"service"'));
      expect(services.filter(line => line.includes('"service":"payments"'))).toHaveLength(1);
      expect(services.filter(line => line.includes('"service":"ledger"'))).toHaveLength(0);
    },
  );

  test('fails for a misspelled name', async () => {
    const { status, stderr } = await runSvcauth(await worldWith(), ['status', 'paymnts']);
    expect(status).toBe(2);
    expect(stderr).toContain('no service "paymnts" in the manifest [ERR_SERVICE_UNKNOWN]');
    expect(stderr).toContain('did you mean: payments');
  });

  test('as JSON keeps big CRL numbers and omits absent values', async () => {
    const { stdout } = await runSvcauth(await worldWith(), ['status', '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 2,
      kind: 'status',
      at: '2026-11-10T00:00:00Z',
      trustDomain: 'example.org',
      cas: [{ ca: 'root-g1', crl: { state: 'missing' } }, { crl: { number: '1180591620717411303424' } }],
      services: [{ state: 'revoked' }, { service: 'newcomer', state: 'none' }, { renewAt: '2026-11-20T19:04:12Z' }],
    });
  });

  describe('about consumers', () => {
    const POLICY = `version: 1
trustDomain: example.org
deployment: {hooks: [[systemctl, reload, nginx]]}
consumers:
  - {name: etcd, reload: self, every: 1h}
  - {name: appliance, reload: manual}
`;
    const deployed = (): Promise<FakeWorld> => {
      const serial = 'aa'.repeat(16);
      const deployment = {
        ...{ service: 'payments', serial, deployedSerial: serial, directory: '/d' },
        ...{ state: 'deployed' as const, updatedAt: at('2026-11-09') },
      };
      return worldWith({ ...content, services: [serviceRow({ serial }, { deployment })] });
    };
    const withConsumers = async (): Promise<FakeWorld> => {
      const world = await deployed();
      world.files.replace(`${world.cwd}/.svcauth/svcauth.yaml`, utf8(POLICY), 0o644);
      return world;
    };

    test('shows how each reloads, and what is wrong', async () => {
      const { stdout } = await runSvcauth(await withConsumers(), ['status']);
      expect(stdout.slice(stdout.indexOf('CONSUMER'))).toMatchInlineSnapshot(`
        "CONSUMER                RELOAD          LOADED  CRL EXPIRES  STATE
        systemctl reload nginx  hook                                 pending
        etcd                    self, every 1h                       pending
        appliance               manual                               warning

        appliance: the published bundle and CRLs are not loaded
        "
      `);
    });

    test('is left out while all are services without a hook that need no reload', async () => {
      const world = await deployed();
      const { stdout } = await runSvcauth(world, ['status']);
      expect(stdout).not.toContain('CONSUMER');
      const { stdout: json } = await runSvcauth(world, ['status', '-o', 'json']);
      expect(JSON.parse(json)).toMatchObject({ consumers: [{ consumer: 'undeclared', state: 'assumed' }] });
    });

    test('as JSON has the finding of each', async () => {
      const { stdout } = await runSvcauth(await withConsumers(), ['status', '-o', 'json']);
      expect((JSON.parse(stdout) as { consumers: unknown }).consumers).toMatchInlineSnapshot(`
        [
          {
            "consumer": "systemctl reload nginx",
            "reload": "hook",
            "services": 1,
            "state": "pending",
          },
          {
            "consumer": "etcd",
            "everySeconds": 3600,
            "reload": "self",
            "services": 0,
            "state": "pending",
          },
          {
            "consumer": "appliance",
            "problem": "the published bundle and CRLs are not loaded",
            "reload": "manual",
            "services": 0,
            "state": "warning",
          },
        ]
      `);
    });

    test('as JSON lines has a line for each, after the services', async () => {
      const { stdout } = await runSvcauth(await withConsumers(), ['status', '-o', 'jsonl']);
      const lines = stdout.trimEnd().split('\n');
      const parsed = lines.map(line => JSON.parse(line) as { kind: string; consumer?: string; problem?: string });
      expect(parsed.map(({ kind }) => kind)).toEqual(['ca', 'ca', 'service', 'consumer', 'consumer', 'consumer']);
      expect(parsed.slice(3).map(({ consumer }) => consumer)).toEqual(['systemctl reload nginx', 'etcd', 'appliance']);
      expect(parsed.at(-1)!.problem).toBe('the published bundle and CRLs are not loaded');
    });

    test('is left out for selected services that are not consumers of their own', async () => {
      const { stdout } = await runSvcauth(await withConsumers(), ['status', 'payments']);
      expect(stdout).not.toContain('CONSUMER');
    });

    test('has at most 80 columns', async () => {
      const { stdout } = await runSvcauth(await withConsumers(), ['status']);
      const table = stdout.slice(stdout.indexOf('CONSUMER')).split('\n');
      expect(Math.max(...table.map(line => line.length))).toBeLessThanOrEqual(80);
    });
  });

  test('cuts its columns on a terminal', async () => {
    const world = await worldWith();
    Object.assign(world.out, { isTTY: true, columns: 100 });
    world.env = { NO_COLOR: '1' };
    const { stdout } = await runSvcauth(world, ['status']);
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(100);
    expect(stdout).toContain('…');
  });
});

describe('ca list', () => {
  test('shows the CAs', async () => {
    const { stdout } = await runSvcauth(await worldWith(), ['ca', 'list', '-o', 'jsonl']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map(line => (JSON.parse(line) as { ca: string }).ca),
    ).toEqual(['root-g1', 'issuing-g1']);
  });
});

describe('ca show', () => {
  test('lists the known CAs', async () => {
    const { status, stderr } = await runSvcauth(await worldWith(), ['ca', 'show', 'issuing-g9']);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr:
        'svcauth: error: no CA "issuing-g9" in the manifest [ERR_AUTHORITY_UNKNOWN]\n' +
        'svcauth: hint: known CAs: root-g1, issuing-g1\n',
    });
  });
});
