import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../src/errors/catalogue.ts';
import { failure } from '../../src/errors/error.ts';
import { REMEDIES } from '../../src/errors/remedy.ts';
import type { ErrorRow } from '../../src/errors/row.ts';
import type { Finding, FindingName } from '../../src/monitoring/rules/finding.ts';
import type { ForecastEvent } from '../../src/monitoring/rules/forecast-event.ts';
import type { Refusal } from '../../src/renewal/rules/refusal.ts';
import { describeFinding } from '../../src/monitoring/view/finding.ts';
import { describeForecast } from '../../src/monitoring/view/forecast-event.ts';
import { commandsIn, faultsOf } from '../support/command-line.ts';
import { at } from '../support/pki/rows.ts';

const now = at('2026-11-21');
const KEY_LOCATIONS = ['file', 'offline', 'foreign', 'destroyed'] as const;

/** Facts that fit every row of both tables, in turn; words are those a person may have typed. */
const FACTS = (
  [
    { keyLocation: 'file', state: 'prepared', pending: 'root-g1', what: 'list' },
    { keyLocation: 'offline', state: 'retired', tainted: 'root-g1', keySource: 'csr', what: 'user' },
    { keyLocation: 'foreign', state: 'pending', ca: 'root-g1', what: 'group' },
    { keyLocation: 'destroyed', state: 'draining', entry: 'manifest.db', what: 'services file' },
  ] as const
).map(each => ({
  ...{
    service: 'payments',
    services: ['payments', 'ledger'],
    names: ['a', 'b'],
    known: ['payments'],
    text: 'payments',
  },
  ...{
    serial: '552a94dd21a94b8d0c3a6c1f5e7b9a10',
    serials: ['552a94dd'],
    prefix: '552a',
    path: 'it is/a file',
    file: 'f',
  },
  ...{
    tier: 'root',
    step: 'publish',
    next: 'drain',
    phase: 'prepared',
    id: 'root-g1',
    ca: 'issuing-g1',
    by: 'root-g2',
  },
  ...{
    authority: 'root-g1',
    issuer: 'issuing-g1',
    owner: 'root-g1',
    verifier: 'a b',
    at: '127.0.0.1:8443',
    home: '/srv/p k',
  },
  ...{
    directory: '/srv/w w',
    trustDomain: 'partner.example',
    longest: '15d',
    sequence: 3,
    newest: 4,
    others: 2,
    mode: 0o644,
  },
  ...{
    problems: ['one'],
    differences: ['one'],
    edits: [{ change: 'added', type: 'index', name: 'mine' }],
    findings: [],
    named: ['a'],
    missing: ['b'],
    paths: ['a'],
    tags: ['a=b'],
  },
  ...{ flags: ['--dns', '--ip'], lines: [], gates: [], iterations: 1n, recorded: 1, total: 2, seconds: 1, declared: 2 },
  ...{ reason: 'why', problem: 'why', hint: 'write another', flag: '--home', option: '--home', command: 'issue' },
  ...{
    name: 'web',
    writtenBy: '0.2.0',
    typed: 'isue',
    value: 'x',
    line: 'x',
    given: '/srv/p k',
    isFile: true,
    found: true,
    asks: true,
  },
  ...each,
}));

const commandsOf = (lines: readonly string[]): readonly string[] =>
  lines.flatMap(line => commandsIn(line.replaceAll(/"svcauth [^"]*"|svcauth as root/g, '')));

describe('every remedy is a command that the command line accepts', () => {
  test.for(Object.entries(REMEDIES))('%s', async ([name, remedy]) => {
    const lines = FACTS.map(facts => (remedy as (facts: object) => string)(facts));
    const whole = lines.flatMap(commandsIn);
    expect(whole, 'each begins with the name of the program').toHaveLength(lines.length);
    expect(await faultsOf(whole.map(line => ({ where: name, line, isWhole: true })))).toEqual([]);
  });
});

describe('every hint of the catalogue that shows a command shows one that is accepted', () => {
  test.for(Object.entries(CATALOGUE) as [string, ErrorRow<object>][])('%s', async ([code, row]) => {
    const facts = code === 'ERR_KEY_AWAY' ? FACTS.filter(({ keyLocation }) => keyLocation !== 'file') : FACTS;
    const hints = facts.flatMap(each => [...row.hints(each)]);
    const shown = commandsOf(hints).map(line => ({ where: code, line, isWhole: true }));
    expect(await faultsOf(shown)).toEqual([]);
  });

  test('a hint names an option only within a command that has it', () => {
    const { hints } = failure('ERR_OUTLIVES_ISSUER', {
      ...{
        service: 'ledger',
        notAfter: '2027-01-01',
        issuer: 'issuing-g1',
        tier: 'issuing',
        issuerNotAfter: '2026-12-24',
      },
    });
    expect(hints.join('\n')).toContain('svcauth renew ledger --not-after-policy truncate');
    expect(hints.filter(hint => /(?<!svcauth .*)--not-after-policy/.test(hint))).toEqual([]);
  });
});

describe('one situation has one remedy in every report', () => {
  const finding = (name: FindingName, facts: Partial<Finding> = {}): string | undefined =>
    describeFinding({ name, severity: 'critical', kind: 'ca', subject: 'x', ...facts }, now).remedy;
  const forecast = (name: ForecastEvent['name'], facts: Partial<ForecastEvent> = {}): string | undefined =>
    describeForecast({ name, kind: 'service', subject: 'x', at: now, ...facts }, now).remedy;
  const refused = (refusal: Refusal) => forecast('renewal-refused', { refusal });

  test.for(KEY_LOCATIONS)('a CRL that is due, of a CA whose key is %s', keyLocation => {
    const remedy = REMEDIES.crlDue({ ca: 'x', keyLocation });
    expect(finding('crl-stale', { keyLocation })).toBe(remedy);
    expect(finding('crl-missing', { keyLocation })).toBe(remedy);
    expect(forecast('crl-stale', { kind: 'ca', keyLocation })).toBe(remedy);
    if (keyLocation === 'file' || keyLocation === 'destroyed') return;
    expect(failure('ERR_KEY_AWAY', { id: 'x', keyLocation }).hints.join()).toContain(remedy);
  });

  test('a certificate whose key is on its own host', () => {
    const remedy = REMEDIES.requestNeeded({ service: 'x' });
    expect(finding('certificate-expired', { keySource: 'csr' })).toBe(remedy);
    expect(refused('csr')).toBe(remedy);
    expect(failure('ERR_RENEW_CSR', { service: 'x' }).hints.join()).toContain(remedy);
    expect(failure('ERR_KEY_NOT_BROUGHT', { service: 'x' }).hints.join()).toContain(remedy);
  });

  test('a renewal that would outlive its CA', () => {
    const facts = { service: 'x', notAfter: '', issuer: 'issuing-g1', tier: 'issuing', issuerNotAfter: '' };
    expect(refused('outlives-issuer')).toBe(REMEDIES.renewalOutlivesIssuer({ service: 'x' }));
    expect(failure('ERR_OUTLIVES_ISSUER', facts).hints.join()).toContain(refused('outlives-issuer'));
  });

  test('a deployment that is pending', () => {
    const remedy = REMEDIES.deploymentPending({ service: 'x' });
    expect(finding('deployment-pending')).toBe(remedy);
    const error = failure('ERR_DEPLOYMENT_PENDING', { service: 'x', serial: '00', problem: 'why' });
    expect(error.hints.join()).toContain(remedy);
  });

  test.for(['root', 'issuing'] as const)('a CA of the %s tier that expires, by its tier and not by its name', tier => {
    expect(finding('ca-expiring', { tier })).toBe(REMEDIES.caExpiring({ tier }));
  });

  test('a CA of others that expires: its holder sends the next chain', () => {
    const remedy = REMEDIES.foreignCaExpiring();
    expect(finding('ca-expiring', { tier: 'policy', keyLocation: 'foreign' })).toBe(remedy);
    expect(finding('ca-expiring', { tier: 'root', keyLocation: 'foreign' })).toBe(remedy);
    expect(finding('rotation-due', { subject: 'root', keyLocation: 'foreign' })).toBe(remedy);
    expect(forecast('rotation-due', { kind: 'ca', tier: 'root', step: 'prepare', keyLocation: 'foreign' })).toBe(
      remedy,
    );
    expect(finding('ca-expiring', { tier: 'issuing', keyLocation: 'offline' })).toBe(
      REMEDIES.rotationKeyNeeded({ step: 'prepare', tier: 'issuing' }),
    );
  });

  test('a CA that waits for its certificate', () => {
    expect(finding('ca-pending')).toBe(REMEDIES.caPending());
    expect(failure('ERR_NO_ISSUER', { pending: 'x' }).hints).toEqual([REMEDIES.caPending()]);
    expect(failure('ERR_AUTHORITY_PENDING', { id: 'x' }).hints.join()).toContain(REMEDIES.caPending());
  });
});

/** Command lines that are not remedies: steps of a plan, and lines of generated files. */
const ELSEWHERE = [
  // examples of --help
  /\/command\//,
  // examples of its help
  /^program\/schema-command\.ts$/,
  // one step after the other, each with its reason
  /^compromise\/rules\/runbook\.ts$/,
  // the command whose outcome is annotated
  /^issuance\/view\/apply-github\.ts$/,
  // comments in a file, names in reports
  /^policy\/view\/file\.ts$/,
  /^monitoring\/view\/(check-metrics|check-junit|github)\.ts$/,
];

test('no command line is written outside the table', () => {
  const sources = resolve(import.meta.dirname, '../../src');
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.ts'));
  const found = files
    .filter(path => path !== 'errors/remedy.ts' && !ELSEWHERE.some(each => each.test(path)))
    .flatMap(path => {
      const code = readFileSync(join(sources, path), 'utf8').replaceAll(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '');
      const words =
        /(?:['`]|: )svcauth (ca|issue|apply|renew|due|deploy|revoke|crl|bundle|tick|status|check|forecast|inspect|lint|who|verify|probe|drill|audit|schema)\b/;
      return code.split('\n').flatMap(line => (words.test(line) ? [`${path}: ${line.trim()}`] : []));
    });
  expect(found).toEqual([]);
});
