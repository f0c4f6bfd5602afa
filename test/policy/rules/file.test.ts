import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../../src/policy/rules/file.ts';
import { readPlainYaml } from '../../../src/text/yaml/plain.ts';
import { defaultPolicy } from '../../../src/policy/rules/policy.ts';
import { parseTrustDomain } from '../../../src/pki/name/spiffe-id.ts';
import { renderPolicyFile } from '../../../src/policy/view/file.ts';
import { rejectionOf } from '../../support/errors.ts';

const head = 'version: 1\ntrustDomain: example.org\n';
const parse = (text: string) => parsePolicy(text, 'svcauth.yaml');

async function problems(text: string): Promise<readonly string[]> {
  const error = await rejectionOf(parse(text));
  expect([error.code, error.exitStatus]).toEqual(['ERR_POLICY_FILE', 2]);
  return error.params['problems'] as readonly string[];
}

describe('the file that ca init writes', () => {
  test.each(['example.org', 'prod', 'my_domain', '10.0.0.1', '-x', '1e3', 'true', 'a'.repeat(255)])(
    'for %s says what the defaults are',
    async name => {
      const policy = defaultPolicy(parseTrustDomain(name));
      expect(await parse(renderPolicyFile(policy))).toEqual(policy);
    },
  );

  test('is read without the YAML package', () => {
    expect(readPlainYaml(renderPolicyFile(defaultPolicy(parseTrustDomain('example.org'))))).toBeDefined();
  });

  test('shows every key', async () => {
    const policy = defaultPolicy(parseTrustDomain('example.org'));
    const text = renderPolicyFile(policy);
    for (const section of ['leaf', 'crl', 'allow', 'deployment', 'check'] as const) {
      for (const key of Object.keys(policy[section])) expect(text).toMatch(new RegExp(`^  ${key}: `, 'm'));
    }
  });
});

test('a missing key has its default', async () => {
  expect(await parse(head)).toEqual(defaultPolicy(parseTrustDomain('example.org')));
  const policy = await parse(`${head}leaf:\n  ttl: 7d\nallow: {dns: [db.example.net]}\n`);
  expect(policy.leaf).toMatchObject({ ttl: 7 * 86_400, maxTtl: 90 * 86_400 });
  expect(policy.allow.dns).toEqual(['db.example.net']);
  expect(policy.allow.dnsSuffixes).toEqual(['example.org']);
});

test('a list may be empty, and a single value needs no brackets', async () => {
  const { allow } = await parse(`${head}allow:\n  ips: []\n  dnsSuffixes: corp.example\n`);
  expect(allow.ips).toEqual([]);
  expect(allow.dnsSuffixes).toEqual(['corp.example']);
});

test('a hook is a list of words, or words with a timeout', async () => {
  const { deployment } = await parse(
    `${head}deployment:\n  hooks:\n    - [systemctl, reload, nginx]\n    - {argv: [/usr/local/bin/push, '8443'], timeout: 5s}\n`,
  );
  expect(deployment).toEqual({
    hookTimeout: 60,
    hooks: [{ argv: ['systemctl', 'reload', 'nginx'] }, { argv: ['/usr/local/bin/push', '8443'], timeout: 5 }],
  });
});

test('renewal has an optional threshold, window and overlap', async () => {
  const window = '{cron: 0 2 * * mon-fri, timezone: Europe/Berlin, duration: 3h}';
  expect((await parse(`${head}renewal:\n  threshold: 66%\n  window: ${window}\n  overlap: 48h\n`)).renewal).toEqual({
    threshold: { percent: 66 },
    window: { cron: '0 2 * * mon-fri', timezone: 'Europe/Berlin', duration: 10_800 },
    overlap: 172_800,
  });
  expect((await parse(`${head}renewal:\n  window:\n    cron: '0 2 * * *'\n    duration: 1h\n`)).renewal).toEqual({
    window: { cron: '0 2 * * *', timezone: 'UTC', duration: 3600 },
  });
  expect((await parse(head)).renewal).toEqual({});
});

test('a backdate may be zero, other durations may not', async () => {
  expect((await parse(`${head}leaf: {backdate: 0s}\n`)).leaf.backdate).toBe(0);
  expect(await problems(`${head}leaf: {ttl: 0s}\n`)).toHaveLength(1);
});

test('directories to publish to are absolute', async () => {
  const { crl } = await parse(`${head}crl:\n  publishTo: [/srv/www/pki/, /srv/mirror]\n`);
  expect(crl.publishTo).toEqual(['/srv/www/pki', '/srv/mirror']);
  expect((await problems(`${head}crl: {publishTo: www}\n`))[0]).toContain('"www" is not a directory to publish to');
});

describe('problems have a line, a column and a suggestion', () => {
  test.each([
    ['leaf:\n  maxTTL: 90d\n', 'svcauth.yaml:4:3: unknown key "maxTTL": did you mean "maxTtl"?'],
    ['leaf: {maxTTL: 90d}\n', 'svcauth.yaml:3:8: unknown key "maxTTL": did you mean "maxTtl"?'],
    [
      'colour: blue\n',
      'svcauth.yaml:3:1: unknown key "colour"; known: version, trustDomain, spiffeIdTemplate, leaf, crl, allow, renewal, deployment, consumers, rotation, check',
    ],
    ['leaf:\n  ttl: 30\n', 'svcauth.yaml:4:8: YAML reads 30 as a number: to write text, put it in quotes'],
    ['leaf:\n  ttl: true\n', 'svcauth.yaml:4:8: YAML reads true as a boolean: to write text, put it in quotes'],
    ['leaf:\n  ttl: [30d]\n', 'svcauth.yaml:4:8: a single value is required here'],
    ['leaf:\n  ttl:\n', 'svcauth.yaml:4:3: a value is missing here'],
    ['leaf: 30d\n', 'svcauth.yaml:3:7: keys are wanted here (ttl, maxTtl, keyAlgorithm, notAfterPolicy, backdate)'],
    ['leaf:\n  keyAlgorithm: rsa2048\n', 'did you mean|write: rsa-2048'],
    ['leaf:\n  ttl: 30d\n  ttl: 40d\n', 'svcauth.yaml:5:3: the same key is given twice'],
    ['leaf:\n  ttl: 100d\n', 'svcauth.yaml:4:3: leaf.ttl (100d) is longer than leaf.maxTtl (90d)'],
    ['leaf:\n  keyAlgorithm: ed25519\nallow:\n  keyAlgorithms: [ecdsa-p256]\n', 'svcauth.yaml:4:3: leaf.keyAlgorithm'],
    ['crl:\n  refreshAfter: 14d\n', 'svcauth.yaml:4:3: a CRL would expire before crl.refreshAfter'],
    ['check:\n  leafCritical: 50%\n', 'svcauth.yaml:4:3: check.leafCritical is reached before check.leafWarning'],
    ['allow:\n  dns: [*]\n', 'svcauth.yaml:4:'],
    [
      'deployment:\n  hooks: systemctl reload\n',
      'svcauth.yaml:4:10: a hook is a list of words, not a shell command: write [',
    ],
    [
      'deployment:\n  hooks: [systemctl, reload]\n',
      'svcauth.yaml:4:10: "hooks" is a list of hooks, and a hook is a list of words: write [[',
    ],
    ['deployment:\n  hooks: [[]]\n', 'svcauth.yaml:4:11: not a hook (a program and its arguments): the list is empty'],
    ['deployment:\n  hooks: [{timeout: 5s}]\n', 'svcauth.yaml:4:11: the key "argv" is missing'],
    ['deployment:\n  hooks: [[./push]]\n', 'svcauth.yaml:4:10: "./push" is a relative path'],
    ['deployment:\n  hooks: [[push, 8443]]\n', 'svcauth.yaml:4:18: YAML reads 8443 as a number'],
    ['deployment:\n  hooks: [{argv: [a], timeout: 2d}]\n', 'svcauth.yaml:4:32: 2d is longer than 1d'],
    ['renewal:\n  threshold: 66\n', 'svcauth.yaml:4:14: YAML reads 66 as a number'],
    ['renewal:\n  threshold: 30d\n', 'svcauth.yaml:4:3: with renewal.threshold (30d) a certificate of leaf.ttl (30d)'],
    ['renewal:\n  window: {cron: 0 2 * * *}\n', 'svcauth.yaml:4:11: the key "duration" is missing'],
    ['renewal:\n  window: {duration: 2h}\n', 'svcauth.yaml:4:11: the key "cron" is missing'],
    [
      'renewal:\n  window: {cron: 0 2 * *, duration: 2h}\n',
      'svcauth.yaml:4:11: "0 2 * *" is not a cron expression: it has 4',
    ],
    [
      'renewal:\n  window: {cron: 0 2 * * *, timezone: Mars, duration: 2h}\n',
      'svcauth.yaml:4:11: "Mars" is not a time zone',
    ],
    ['allow:\n  ips: [10.0.0.1/8]\n', 'svcauth.yaml:4:9: "10.0.0.1/8" is not an IP range: '],
    ['leaf: &x {ttl: 7d}\n', 'svcauth.yaml:3:10: anchors are not supported'],
    ['leaf: *x\n', 'svcauth.yaml:3:7'],
    ['<<: {leaf: {ttl: 7d}}\n', 'svcauth.yaml:3:1: unknown key "<<"'],
    ['__proto__: {leaf: {ttl: 7d}}\n', 'svcauth.yaml:3:1: unknown key "__proto__"'],
    ['constructor: a\n', 'svcauth.yaml:3:1: unknown key "constructor"'],
    ['leaf:\n  __proto__: {ttl: 7d}\n', 'svcauth.yaml:4:3: unknown key "__proto__"'],
    ['1: a\n', 'svcauth.yaml:3:1: a key must be text'],
    ['---\nversion: 1\n', 'svcauth.yaml:3:1: a second document begins here'],
    ['leaf: !custom {ttl: 7d}\n', 'svcauth.yaml:3:7: this is not YAML: unresolved tag'],
    ['leaf: {ttl: 7d\n', 'this is not YAML'],
    ['\tleaf: 7d\n', 'this is not YAML'],
  ])('%j', async (text, expected) => {
    const said = await problems(head + text);
    expect(said.join('\n')).toMatch(
      expected.includes('|') ? new RegExp(expected) : new RegExp(expected.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')),
    );
    expect(said.every(problem => /^svcauth\.yaml:\d+:\d+: \S/.test(problem))).toBe(true);
  });

  test('all problems are reported together, in the order of the file', async () => {
    expect(await problems(`${head}crl:\n  life: 1d\nleaf:\n  ttl: 1 day\n  key: x\n`)).toEqual([
      expect.stringMatching(/^svcauth\.yaml:4:3: unknown key "life"/),
      expect.stringMatching(/^svcauth\.yaml:6:8: "1 day" is not a duration/),
      expect.stringMatching(/^svcauth\.yaml:7:3: unknown key "key"/),
    ]);
  });

  test.each([
    ['', 'keys are wanted here'],
    ['# nothing\n', 'keys are wanted here'],
    ['- a\n', 'keys are wanted here'],
    ['leaf:\n  ttl: 7d\n', 'the key "version" is missing'],
    ['version: 1\n', 'the key "trustDomain" is missing'],
    ['version: 2\ntrustDomain: example.org\n', 'version must be 1'],
    ['version: "1"\ntrustDomain: example.org\n', 'version must be 1'],
    ['version: 1\ntrustDomain: Example.org\n', 'write: example.org'],
  ])('%j: %s', async (text, expected) => {
    expect((await problems(text)).join('\n')).toContain(expected);
  });
});

test('a document nested twenty thousand deep is refused, not a crash', async () => {
  expect(await problems(`${head}leaf: ${'['.repeat(20_000)}\n`)).not.toHaveLength(0);
});

test('nothing reaches the prototype of every object', async () => {
  await problems(`${head}__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\n`);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('any text is a policy or the catalogue error', async () => {
  const fragment = fc.constantFrom(
    'leaf',
    'ttl',
    ': ',
    '7d',
    '\n',
    '  ',
    '[',
    ']',
    '{',
    '}',
    '*',
    '&a',
    '"',
    "'",
    '|',
    '-',
    '#',
    '!',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fragment, { maxLength: 20 }), async parts => {
      await parse(head + parts.join('')).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'ERR_POLICY_FILE' });
      });
    }),
    { numRuns: 500 },
  );
});
