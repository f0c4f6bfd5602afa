import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ListedService } from '../../../src/service/rules/listed.ts';
import { SERVICES_FILE_SCHEMA } from '../../../src/service/rules/list-yaml.ts';
import { parseServiceList } from '../../../src/service/rules/list.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { rejectionOf } from '../../support/errors.ts';
import { schemaFaults } from '../../support/json-schema.ts';

const read = (text: string): Promise<readonly ListedService[]> =>
  parseServiceList(utf8(text), { path: 's.yaml', directory: '/srv/repo', format: 'yaml', purpose: 'everything' });

async function problems(text: string): Promise<string> {
  const { params } = await rejectionOf(read(text));
  return (params['problems'] as readonly string[]).join('\n');
}

const one = async (keys: string) => (await read(`- service: web\n${keys}`.replaceAll(/\n(?=.)/g, '\n  ')))[0]!;

describe('the upkeep of a service', () => {
  test('the upkeep has all keys that do not change the certificate', async () => {
    const { upkeep } = await one(`owner: root
group: 998
mode: '0640'
outputs:
  - {kind: combined-pem, path: /etc/haproxy/web.pem, owner: haproxy, mode: '400'}
  - kind: kubernetes-secret
    path: out/web.yaml
    name: web-tls
    namespace: prod
  - {kind: pkcs12, path: web.p12, passphrase-file: web.pass}
hooks:
  - [systemctl, reload, haproxy]
  - argv: [./notify, --now, '1']
    timeout: 10s
renewal:
  threshold: 10d
  window: {cron: 0 3 * * 1-5, timezone: Europe/Berlin, duration: 4h}
  overlap: 24h
`);
    expect(upkeep).toEqual({
      deployment: {
        owner: 'root',
        group: '998',
        mode: 0o640,
        outputs: [
          { kind: 'combined-pem', path: '/etc/haproxy/web.pem', owner: 'haproxy', mode: 0o400 },
          { kind: 'kubernetes-secret', path: '/srv/repo/out/web.yaml', name: 'web-tls', namespace: 'prod' },
          { kind: 'pkcs12', path: '/srv/repo/web.p12', passphraseFile: '/srv/repo/web.pass' },
        ],
        hooks: [
          { argv: ['systemctl', 'reload', 'haproxy'] },
          { argv: ['/srv/repo/notify', '--now', '1'], timeout: 10 },
        ],
      },
      renewal: {
        threshold: { span: 864_000 },
        window: { cron: '0 3 * * 1-5', timezone: 'Europe/Berlin', duration: 14_400 },
        overlap: 86_400,
      },
    });
  });

  test('the upkeep is empty without its keys', async () => {
    expect((await one('')).upkeep).toEqual({});
    expect((await one('renewal: {}\noutputs: []\n')).upkeep).toEqual({});
  });

  test('an empty list of hooks overrides the hooks of svcauth.yaml', async () => {
    expect((await one('hooks: []\n')).upkeep).toEqual({ deployment: { outputs: [], hooks: [] } });
  });

  test('one output and one hook need no list', async () => {
    const { upkeep } = await one('outputs: {kind: credential-bundle, path: /a}\nhooks: {argv: [b]}\n');
    expect(upkeep.deployment).toEqual({
      outputs: [{ kind: 'credential-bundle', path: '/a' }],
      hooks: [{ argv: ['b'] }],
    });
  });

  test('a window without a time zone is in UTC', async () => {
    const { upkeep } = await one("renewal: {window: {cron: '0 3 * * *', duration: 4h}}\n");
    expect(upkeep.renewal?.window?.timezone).toBe('UTC');
  });
});

test('paths are relative to the file', async () => {
  expect((await one('out: tls/web\n')).spec.out).toBe('/srv/repo/tls/web');
});

describe('defaults', () => {
  const text = `version: 1
defaults:
  ttl: 10d
  profile: server
  tags: {ns: prod, tier: one}
  owner: root
  hooks: [[systemctl, reload, nginx]]
  renewal: {threshold: 50%, overlap: 1d}
services:
  - web
  - service: api
    ttl: 5d
    tags: {tier: two}
    group: ssl
    hooks: []
    renewal: {threshold: 66%}
`;

  test('defaults apply to a service without its own keys', async () => {
    const [web] = await read(text);
    expect(web!.spec).toMatchObject({ ttl: 864_000, profile: 'server', tags: { ns: 'prod', tier: 'one' } });
    expect(web!.upkeep).toEqual({
      deployment: { owner: 'root', outputs: [], hooks: [{ argv: ['systemctl', 'reload', 'nginx'] }] },
      renewal: { threshold: { percent: 50 }, overlap: 86_400 },
    });
  });

  test('keys of a service override defaults, and tags and renewal settings are merged', async () => {
    const [, api] = await read(text);
    expect(api!.spec).toMatchObject({ ttl: 432_000, profile: 'server', tags: { ns: 'prod', tier: 'two' } });
    expect(api!.upkeep).toEqual({
      deployment: { owner: 'root', group: 'ssl', outputs: [], hooks: [] },
      renewal: { threshold: { percent: 66 }, overlap: 86_400 },
    });
  });
});

describe('mistakes are reported with their place', () => {
  test.each([
    ['version: 2\nservices: []\n', 's.yaml:1:10: version must be 1'],
    ['versoin: 1\nservices: []\n', 's.yaml:1:1: unknown key "versoin": did you mean "version"?'],
    ['version: 1\n', 's.yaml:1:1: expected a list of services'],
    ['version: 1\nservices:\n', 's.yaml:2:1: expected a list of services'],
    ['defaults: [a]\nservices: []\n', 's.yaml:1:11: keys are wanted here (ttl, profile, '],
    ['defaults: {out: a}\nservices: []\n', `s.yaml:1:12: "out" cannot have a default: set it for each service`],
    ['defaults: {tll: 1d}\nservices: []\n', 's.yaml:1:12: unknown key "tll": did you mean "ttl"?'],
    ['- service: a\n  onwer: b\n', 's.yaml:2:3: unknown key "onwer": did you mean "owner"?'],
    ['- service: a\n  user: b\n', 's.yaml:2:3: unknown key "user": write "owner"'],
    ['- service: a\n  owner: a b\n', 's.yaml:2:10: "a b" is not the name of a user or a group'],
    ['- service: a\n  owner: -1\n', 's.yaml:2:10: YAML reads -1 as a number'],
    ['- service: a\n  mode: 640\n', "s.yaml:2:9: YAML reads 640 as a number: write a mode in quotes, like '0640'"],
    ['- service: a\n  mode: 0o640\n', 's.yaml:2:9: YAML reads 416 as a number'],
    [
      "- service: a\n  mode: '0644'\n",
      's.yaml:2:9: "0644" is not a mode for a private key: the owner digit must be 4 or 6',
    ],
    ["- service: a\n  mode: '0700'\n", 's.yaml:2:9: "0700" is not a mode for a private key'],
    ['- service: a\n  mode: rw\n', 'it does not have three octal digits'],
    [
      '- service: a\n  outputs: [{kind: pem, path: b}]\n',
      's.yaml:2:20: "pem" is not a kind of output; known: combined',
    ],
    ['- service: a\n  outputs: [{kind: pkcs12}]\n', 's.yaml:2:13: the key "path" is missing'],
    ['- service: a\n  outputs: /etc/a.pem\n', 's.yaml:2:12: keys are wanted here (kind, path, '],
    [
      '- service: a\n  outputs: [{kind: pkcs12, path: b, name: c}]\n',
      '"name" is only for kubernetes-secret and kubernetes-trust, not for pkcs12',
    ],
    [
      '- service: a\n  outputs: [{kind: kubernetes-secret, path: b, namespace: A_}]\n',
      's.yaml:2:59: "A_" is not a name in Kubernetes',
    ],
    [
      '- service: a\n  hooks: systemctl reload nginx\n',
      's.yaml:2:10: a hook is a list of words, not a shell command: write [systemctl, reload, nginx]',
    ],
    [
      '- service: a\n  hooks:\n    - sh -c "a; b"\n',
      "s.yaml:3:7: a hook is a list of words, not a shell command: write [sh, '-c',",
    ],
    [
      '- service: a\n  hooks: [systemctl, reload, nginx]\n',
      's.yaml:2:10: "hooks" is a list of hooks, and a hook is a list of words: write [[systemctl, reload, nginx]]',
    ],
    ['- service: a\n  hooks: [[]]\n', 's.yaml:2:11: not a hook (a program and its arguments): the list is empty'],
    ["- service: a\n  hooks: [['', b]]\n", 'the program name is empty'],
    ['- service: a\n  hooks: [[kill, 1]]\n', 's.yaml:2:18: YAML reads 1 as a number'],
    ['- service: a\n  hooks: [{timeout: 1s}]\n', 's.yaml:2:11: the key "argv" is missing'],
    ['- service: a\n  hooks: [{argv: a}]\n', 'write [a]'],
    ['- service: a\n  renewal: {treshold: 1d}\n', 'unknown key "treshold": did you mean "threshold"?'],
    ['- service: a\n  renewal: {threshold: 100%}\n', 's.yaml:2:24: "100%" is not a duration or a percentage'],
    ['- service: a\n  renewal: {window: {cron: 0 3 * * *}}\n', 's.yaml:2:21: the key "duration" is missing'],
    ['- service: a\n  renewal: {window: {cron: 0 25 * * *, duration: 1h}}\n', 's.yaml:2:21: "0 25 * * *" is not'],
    [
      '- service: a\n  renewal: {window: {cron: 0 3 * * *, duration: 1h, timezone: Mars}}\n',
      's.yaml:2:21: "Mars" is not a time zone',
    ],
  ])('%j is reported as %s', async (text, expected) => {
    expect(await problems(text)).toContain(expected);
  });

  test('all mistakes are reported at once', async () => {
    const text = '- service: A\n- service: b\n  mode: x\n  hooks: y\n- b\n';
    expect((await problems(text)).split('\n')).toHaveLength(4);
  });
});

describe('the JSON Schema', () => {
  const word = fc.constantFrom('web', 'api', 'W_b', '', 'a b', 'x'.repeat(64), '10.0.0.1', '1d', '66%', '0640', 'é');
  const wild = fc.oneof(word, fc.integer(), fc.constant(null), fc.constant(true), fc.constant([]), fc.constant({}));
  const listOf = (item: fc.Arbitrary<unknown>) => fc.oneof(item, fc.array(item, { maxLength: 2 }));
  const rarely = (usual: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: wild });
  const record = (keys: Readonly<Record<string, fc.Arbitrary<unknown>>>, required: readonly string[] = []) =>
    fc.record(Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, rarely(value)])), {
      requiredKeys: [...required],
    });
  const duration = fc.constantFrom('1d', '1h15m', '2w', '6mo', '10y', '30');
  const ownership = {
    owner: fc.constantFrom('root', 'dom\\user', 'svc$', 0, 1000, '33'),
    group: fc.constantFrom('ssl-cert', 33),
    mode: fc.constantFrom('0600', '640', '0440', '0644'),
  };
  const argv = fc.array(fc.constantFrom('systemctl', '-s', './a', '', 'x y'), { minLength: 1, maxLength: 3 });
  const shared = {
    ...ownership,
    ttl: duration,
    profile: fc.constantFrom('svid', 'server', 'client', 'both'),
    'key-alg': fc.constantFrom('ecdsa-p256', 'ed25519', 'rsa'),
    tags: fc.constantFrom({ ns: 'prod' }, { ns: '' }, ['a=b'], 'a=b', ['a']),
    hooks: fc.oneof(
      fc.array(fc.oneof(argv, record({ argv, timeout: duration }, ['argv'])), { maxLength: 2 }),
      record({ argv, timeout: duration }, ['argv']),
    ),
    renewal: record({
      threshold: fc.constantFrom('66%', '05%', '10d', '0%'),
      overlap: duration,
      window: record({ cron: fc.constant('0 3 * * *'), timezone: fc.constant('UTC'), duration }, ['cron', 'duration']),
    }),
  };
  const output = record(
    {
      ...ownership,
      kind: fc.constantFrom('combined-pem', 'credential-bundle', 'kubernetes-secret', 'pkcs12', 'der'),
      path: fc.constantFrom('/a', 'b/c', ''),
      name: fc.constantFrom('web-tls', 'a.b', 'A'),
      namespace: fc.constantFrom('prod', 'a.b'),
      'passphrase-file': fc.constant('pass'),
    },
    ['kind', 'path'],
  );
  const service = fc.oneof(
    word,
    record(
      {
        ...shared,
        service: fc.constantFrom('web', 'api', 'db', 'Web'),
        dns: listOf(fc.constantFrom('web', '*.example.org', 'WEB.example.org', 'w_b')),
        ip: listOf(fc.constantFrom('10.0.0.1', '::ffff:1.2.3.4', 'FE80::1', '1.2.3')),
        id: fc.constantFrom('spiffe://example.org/a', 'spiffe://example.org', 'https://a/b'),
        out: fc.constantFrom('tls', '/etc/tls'),
        outputs: listOf(output),
      },
      ['service'],
    ),
  );
  const services = fc.array(service, { maxLength: 1 });
  const file = fc.oneof(
    services,
    record({ version: fc.constant(1), defaults: record(shared), services }, ['services']),
  );

  test('the schema accepts every file that the reader accepts', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(file, async value => {
        const accepted = await read(JSON.stringify(value)).then(
          () => true,
          () => false,
        );
        if (!accepted) return;
        taken += 1;
        expect(schemaFaults(SERVICES_FILE_SCHEMA, value)).toEqual([]);
      }),
      { numRuns: 1500 },
    );
    expect(taken).toBeGreaterThan(150);
  });

  test.each([
    [{ services: [], version: 2 }],
    [{ version: 1 }],
    [{ services: [], extra: 1 }],
    [['Web']],
    [[{ dns: 'web' }]],
    [[{ service: 'web', dsn: 'web' }]],
    [[{ service: 'web', ttl: 30 }]],
    [[{ service: 'web', ttl: '30' }]],
    [[{ service: 'web', profile: 'both' }]],
    [[{ service: 'web', mode: 640 }]],
    [[{ service: 'web', mode: '0644' }]],
    [[{ service: 'web', hooks: 'systemctl reload nginx' }]],
    [[{ service: 'web', hooks: ['systemctl', 'reload'] }]],
    [[{ service: 'web', hooks: [[]] }]],
    [[{ service: 'web', outputs: [{ kind: 'der', path: '/a' }] }]],
    [[{ service: 'web', outputs: [{ kind: 'pkcs12' }] }]],
    [[{ service: 'web', renewal: { window: { cron: '0 3 * * *' } } }]],
    [[{ service: 'web', tags: { 'a b': 'c' } }]],
    [{ services: [], defaults: { out: 'a' } }],
  ])('the schema and the reader both reject %j', async value => {
    expect(schemaFaults(SERVICES_FILE_SCHEMA, value)).not.toEqual([]);
    await rejectionOf(read(JSON.stringify(value)));
  });
});
