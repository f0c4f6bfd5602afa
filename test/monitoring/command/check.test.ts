import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeHome, type HomeContent } from '../../support/world/home.ts';
import { at, authorityRow, certificateRow, crlRow, serviceRow } from '../../support/pki/rows.ts';
import { fakeWorld, runSvcauth, type FakeWorld } from '../../support/world/world.ts';

const content: HomeContent = {
  authorities: [authorityRow({}, crlRow({ thisUpdate: at('2026-11-01'), nextUpdate: at('2027-02-01') }))],
  services: [
    serviceRow({ serial: 'aa'.repeat(16) }),
    serviceRow({ service: 'ledger', serial: 'bb'.repeat(16), notAfter: at('2026-11-25') }),
  ],
};

/** Its CRL was signed on 20 November and expires on 4 December. */
const withShortCrl: HomeContent = { ...content, authorities: [authorityRow()] };

async function worldAt(now: string, home: HomeContent = content): Promise<FakeWorld> {
  const world = fakeWorld({ now: at(now) });
  await makeHome(world, home);
  return world;
}

const squeeze = (text: string): string => text.replace(/ +/g, ' ');

describe('check', () => {
  test('says that all is well, and exits 0', async () => {
    expect(await runSvcauth(await worldAt('2026-11-02'), ['check'])).toEqual({
      status: 0,
      stdout: 'ok: nothing needs attention in 2 services and 1 CA with their CRLs\n',
      stderr: '',
    });
  });

  test('exits 3 for a warning', async () => {
    const { status, stdout } = await runSvcauth(await worldAt('2026-11-20'), ['check']);
    expect(status).toBe(3);
    expect(squeeze(stdout)).toBe(
      [
        '0 critical, 1 warning in 2 services and 1 CA with their CRLs',
        '',
        'SEVERITY SUBJECT FINDING MESSAGE REMEDY',
        'warning ledger certificate-expiring certificate expires in 5 days svcauth renew ledger',
        '',
      ].join('\n'),
    );
  });

  test('exits 4 when anything is critical, the worst first', async () => {
    const { status, stdout } = await runSvcauth(await worldAt('2026-12-05', withShortCrl), ['check', '-o', 'json']);
    expect(status).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 2,
      kind: 'check',
      at: '2026-12-05T00:00:00Z',
      status: 'critical',
      checked: { services: 2, cas: 1 },
      findings: [
        { name: 'certificate-expired', service: 'ledger', deadline: '2026-11-25T00:00:00Z' },
        { name: 'certificate-expired', service: 'payments', remedy: 'svcauth renew payments' },
        { name: 'crl-stale', ca: 'issuing-g1', remedy: 'svcauth crl refresh' },
      ],
    });
  });

  test('looks ahead', async () => {
    const { status } = await runSvcauth(await worldAt('2026-11-02'), ['check', '--at', '+18d']);
    expect(status).toBe(3);
  });

  test('of some services is about them, the CAs and the CRLs', async () => {
    const home = {
      ...withShortCrl,
      intents: [certificateRow({ serial: 'cc'.repeat(16), state: 'intent', service: 'ledger' })],
    };
    const world = await worldAt('2026-11-28', home);
    const { stdout } = await runSvcauth(world, ['check', 'payments', '-o', 'jsonl']);
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { kind: string; service?: string; ca?: string });
    expect(lines.map(({ kind, service, ca }) => [kind, service, ca])).toEqual([
      ['finding', 'payments', undefined],
      ['finding', undefined, 'issuing-g1'],
    ]);
    expect((await runSvcauth(world, ['check', 'ledgre'])).status).toBe(2);
  });

  test('takes its thresholds from the command line', async () => {
    const world = await worldAt('2026-11-02', {
      ...content,
      authorities: [authorityRow({}, crlRow({ thisUpdate: at('2026-11-01'), nextUpdate: at('2027-10-30') }))],
    });
    expect((await runSvcauth(world, ['check', 'payments', '--warn', '28d'])).status).toBe(0);
    expect((await runSvcauth(world, ['check', 'payments', '--warn', '29d'])).status).toBe(3);
    expect((await runSvcauth(world, ['check', 'payments', '--crit', '29d'])).status).toBe(4);
    expect((await runSvcauth(world, ['check', 'payments', '--warn', '97%'])).status).toBe(3);
  });

  test('refuses thresholds that are the wrong way round', async () => {
    const { status, stderr } = await runSvcauth(await worldAt('2026-11-02'), [
      'check',
      '--warn',
      '2d',
      '--crit',
      '10d',
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('--warn 2d and --crit 10d cannot be combined');
  });

  test('takes its thresholds from svcauth.yaml', async () => {
    const world = await worldAt('2026-11-02');
    writeFileSync(
      `${world.cwd}/.svcauth/svcauth.yaml`,
      'version: 1\ntrustDomain: example.org\ncheck:\n  leafWarning: 29d\n',
    );
    expect((await runSvcauth(world, ['check'])).status).toBe(3);
  });

  test('--fail-on selects the severities that set the exit status', async () => {
    const statuses = async (now: string) => {
      const world = await worldAt(now);
      const run = async (failOn: string) => (await runSvcauth(world, ['check', '--fail-on', failOn])).status;
      return [await run('warning'), await run('critical'), await run('never')];
    };
    expect(await statuses('2026-11-20')).toEqual([3, 0, 0]);
    expect(await statuses('2026-12-05')).toEqual([4, 4, 0]);
  });

  test('writes a file that all may read, whole or not at all', async () => {
    const world = await worldAt('2026-11-20');
    const { status, stdout } = await runSvcauth(world, ['check', '-o', 'prometheus', '--output-file', 'svcauth.prom']);
    expect([status, stdout]).toEqual([3, '']);
    const file = `${world.cwd}/svcauth.prom`;
    expect(statSync(file).mode & 0o777).toBe(0o644);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('svcauth_check_findings{severity="warning"} 1\n');
    expect(text).toMatch(/^svcauth_last_run_timestamp_seconds 1795132800\n$/m);
    await runSvcauth(world, ['check', 'nobody', '-o', 'prometheus', '--output-file', 'svcauth.prom']);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readdirSync(world.cwd)).toEqual(['.svcauth', 'svcauth.prom']);
  });

  test('lists items without findings in formats that list everything', async () => {
    const world = await worldAt('2026-11-02');
    for (const format of ['prometheus', 'junit', 'ics']) {
      const { stdout } = await runSvcauth(world, ['check', '-o', format]);
      expect(stdout).toContain('ledger');
      expect((await runSvcauth(world, ['check', 'payments', '-o', format])).stdout).not.toContain('ledger');
    }
  });

  test.for([
    ['2026-11-02', 0, 'OK'],
    ['2026-11-20', 1, 'WARNING'],
    ['2026-12-05', 2, 'CRITICAL'],
  ] as const)('as a Nagios plugin exits at %s with %i', async ([now, status, word]) => {
    const outcome = await runSvcauth(await worldAt(now), ['check', '--output=nagios']);
    expect(outcome).toMatchObject({ status, stderr: '' });
    expect(outcome.stdout).toMatch(new RegExp(`^SVCAUTH ${word} - .* \\| .*\n$`));
  });

  test.for([[['check', '-onagios']], [['check', '-o', 'nagios', '--nonsense']]])(
    'as a Nagios plugin that cannot answer exits 3: %j',
    async ([argv]) => {
      const { status, stdout } = await runSvcauth(fakeWorld(), argv!);
      expect(status).toBe(3);
      expect(stdout).toMatch(/^SVCAUTH UNKNOWN - .*\n$/);
    },
  );

  test('without a PKI says how to make one', async () => {
    const { status, stderr } = await runSvcauth(fakeWorld(), ['check']);
    expect(status).toBe(2);
    expect(stderr).toContain('svcauth ca init');
  });
});
