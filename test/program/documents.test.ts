// Runs command lines in one small PKI and validates what they print: every schema of the program is met by real output here.
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ALL_SCHEMAS, SCHEMAS } from '../../src/program/schemas.ts';
import type { JsonSchema } from '../../src/text/json-schema.ts';
import { documentFaults, schemaFault } from '../support/documents.ts';
import { fakeWorld, runSvcauth, START, type FakeWorld } from '../support/world/world.ts';

/**
 * The command line that prints each kind, in the order in which they run: a world with `payments` issued, whose time is START.
 * `@ +7d` before a command line moves the clock. It ends in `-o json` for a document, `-o jsonl` for a line.
 */
const PRINTED_BY: readonly (readonly [kind: string, line: string])[] = [
  ['ca-list', 'ca list -o json'],
  ['ca', 'ca list -o jsonl'],
  ['ca-show', 'ca show issuing-g1 -o json'],
  ['ca-rotate-mode', 'ca rotate auto --tier root -o json'],
  ['ca-init', 'ca init --trust-domain example.org --home other --dry-run -o json'],
  [
    'ca-install-cert',
    'ca install-cert .svcauth/authorities/issuing-g1/ca.crt --chain .svcauth/authorities/root-g1/ca.crt -o json',
  ],
  ['status', 'status -o json'],
  ['service', 'status -o jsonl'],
  ['check', 'check --at +29d -o json'],
  ['finding', 'check --at +29d -o jsonl'],
  ['forecast', 'forecast -o json'],
  ['forecast-event', 'forecast -o jsonl'],
  ['tick', '@ +25d tick --dry-run -o json'],
  ['action', '@ +25d tick --dry-run -o jsonl'],
  ['failure', '@ +350d tick --dry-run -o jsonl'],
  ['probe', 'probe 127.0.0.1:1 -o json'],
  ['server', 'probe 127.0.0.1:1 -o jsonl'],
  ['audit-log', 'audit log -o json'],
  ['audit-record', 'audit log -o jsonl'],
  ['audit-verify', 'audit verify -o json'],
  ['issue', 'issue payments --dry-run -o json'],
  ['issuance', 'issue ledger --dry-run -o jsonl'],
  ['apply', 'apply -f services.yaml --dry-run -o json'],
  ['apply-step', 'apply -f services.yaml --dry-run -o jsonl'],
  ['due', 'due --at +25d -o json'],
  ['renew', 'renew --dry-run -o json'],
  ['renewal', 'due --at +25d -o jsonl'],
  ['bundle-show', 'bundle show -o json'],
  ['anchor', 'bundle show -o jsonl'],
  ['bundle-write', 'bundle write -o json'],
  ['bundle-diff', 'bundle diff partner/public/bundle.json -o json'],
  ['bundle-verify', 'bundle verify -o json'],
  ['bundle-finding', 'bundle verify rootless.json -o jsonl'],
  ['bundle-federate', 'bundle federate partner.example --from partner/public/bundle.json -o json'],
  ['bundle-federated', 'bundle federated -o json'],
  ['federated-trust-domain', 'bundle federated -o jsonl'],
  ['bundle-unfederate', 'bundle unfederate partner.example -o json'],
  ['crl-publish', 'crl publish --to www -o json'],
  ['publication', 'crl publish --to www -o jsonl'],
  ['crl-verify', 'crl verify --dir www -o json'],
  ['crl-finding', 'crl verify --dir empty -o jsonl'],
  ['inspect', 'inspect payments/current/tls.crt payments/current/tls.key -o json'],
  ['content', 'inspect .svcauth/public/crl-bundle.pem .svcauth/public/bundle.json -o jsonl'],
  ['lint', 'lint --all --for node,nginx -o json'],
  ['lint-finding', 'lint damaged.der -o jsonl'],
  ['lint-verdict', 'lint .svcauth/public/crl-bundle.pem --for nginx --at +30d -o jsonl'],
  ['verify', 'verify payments/current/tls.crt --explain -o json'],
  ['who', 'who payments -o json'],
  ['match', 'who issuing-g1 -o jsonl'],
  ['crl-refresh', 'crl refresh --dry-run -o json'],
  ['crl-action', 'crl refresh --force --ca issuing-g1 -o jsonl'],
  ['crl-diff', 'crl diff .svcauth/public/crl/root-g1.der .svcauth/public/crl/issuing-g1.der -o json'],
  ['crl-difference', 'crl diff .svcauth/public .svcauth/public -o jsonl'],
  ['crl-import', 'crl import .offline/public/crl/root-g1.der --home .offline -o json'],
  ['crl-presign', 'crl presign --ca root-g1 --every 30d --for 90d --dry-run -o json'],
  ['deploy', 'deploy --all -o json'],
  ['reload', 'reload undeclared --done -o json'],
  ['deployment', 'deploy payments --force -o jsonl'],
  ['revoke', 'revoke payments -o json'],
  ['crl-show', 'crl show -o json'],
  ['crl', 'crl show -o jsonl'],
  ['crl-entry', 'crl show --ca issuing-g1 -o jsonl'],
  ['ca-rotate-plan', 'ca rotate plan --tier issuing -o json'],
  ['ca-rotate-status', 'ca rotate status --tier issuing -o json'],
  ['ca-rotate-prepare', 'ca rotate prepare --tier issuing -o json'],
  ['ca-rotate-publish', 'ca rotate publish --tier issuing -o json'],
  ['ca-rotate-ack', 'ca rotate ack edge-1 -o json'],
  ['ca-rotate-activate', '@ +1d ca rotate activate --tier issuing -o json'],
  ['ca-rotate-drain', '@ +1d ca rotate drain --tier issuing -o json'],
  ['ca-rotate-rollback', '@ +1d ca rotate rollback --tier issuing -o json'],
  ['ca-rotate-retire', '@ +2d ca rotate retire --tier issuing -o json'],
  ['ca-key-destroy', '@ +2d ca key destroy issuing-g2 -o json'],
  ['ca-extend', '@ +2d ca extend issuing-g1 --lifetime 2y -o json'],
  ['ca-cross-sign', '@ +2d ca cross-sign issuing-g1 --by root-g1 -o json'],
  ['drill-ca-compromise', '@ +2d drill ca-compromise -o json'],
  ['drill-ca-compromise-sandbox', '@ +2d drill ca-compromise --sandbox -o json'],
  ['ca-taint', '@ +2d ca taint root-g1 --reason leaked --dry-run -o json'],
  ['error', 'ca show issuing-g9 -o json'],
  ['warning', '@ +2d check -o json'],
];

describe('the documents of real commands', () => {
  let world: FakeWorld;
  const printed: { readonly kind: string; readonly line: string; readonly kinds: readonly string[] }[] = [];

  beforeAll(async () => {
    world = fakeWorld();
    await runSvcauth(world, ['ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none']);
    await runSvcauth(world, ['issue', 'payments', '--out', 'payments']);
    const offline = ['--root-key-out', 'root.key', '--home', '.offline'];
    await runSvcauth(world, ['ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', ...offline]);
    const partner = ['--trust-domain', 'partner.example', '--home', 'partner'];
    await runSvcauth(world, ['ca', 'init', '--key-protection', 'none', ...partner]);
    writeFileSync(`${world.cwd}/damaged.der`, Buffer.from('300402020001', 'hex'));
    writeFileSync(`${world.cwd}/rootless.json`, '{"keys":[]}');
    writeFileSync(`${world.cwd}/services.yaml`, 'services: [payments, ledger]\n');
    for (const [kind, line] of PRINTED_BY) {
      const [, days = '0', command = line] = /^@ \+(\d+)d (.*)$/.exec(line) ?? [];
      world.now = new Date(START.getTime() + Number(days) * 86_400_000);
      if (kind === 'warning') world.files.remove(`${world.cwd}/.svcauth/svcauth.yaml`);
      const { stdout, stderr } = await runSvcauth(world, command.split(' '));
      const texts = line.endsWith(' json') ? [stdout, ...stderr.split('\n')] : `${stdout}${stderr}`.split('\n');
      const documents = texts.filter(text => text !== '').map(text => JSON.parse(text) as { readonly kind: string });
      printed.push({ kind, line, kinds: documents.map(document => document.kind) });
    }
  });

  test('meet every schema of the program', () => {
    const { files: _, ...others } = SCHEMAS;
    const missing = Object.values(others)
      .flatMap(group => Object.keys(group))
      .filter(name => !printed.some(({ kinds }) => kinds.includes(name)));
    expect(missing).toEqual([]);
  });

  test.each(PRINTED_BY)('%s is printed by svcauth %s', (kind, line) => {
    expect(printed.find(each => each.kind === kind && each.line === line)?.kinds).toContain(kind);
  });
});

describe.each(Object.entries(ALL_SCHEMAS))('the schema %s', (name, load) => {
  test('lets no unknown key through and describes every key', async () => {
    expect(laxPlaces(await load(), '')).toEqual([]);
  });

  test('describes a kind of its own name', async () => {
    if (Object.hasOwn(SCHEMAS.files, name)) return;
    const schema = await load();
    for (const { properties } of schema.anyOf ?? [schema]) {
      expect([properties?.['kind']?.const, properties?.['schemaVersion']?.const]).toEqual([name, 2]);
    }
  });
});

/** Places where a schema lets anything through, or says nothing of a key. */
function laxPlaces(schema: JsonSchema, at: string): string[] {
  const { properties, additionalProperties, items, anyOf } = schema;
  const type = schema.type ?? (schema.const === undefined ? undefined : typeof schema.const);
  const isMap = typeof additionalProperties === 'object' && properties === undefined;
  const isObject = type === 'object' || properties !== undefined;
  return [
    ...(isObject && !isMap && additionalProperties !== false ? [`${at}: lets unknown keys through`] : []),
    ...(type === undefined && anyOf === undefined ? [`${at}: lets everything through`] : []),
    ...(type === 'array' && items === undefined ? [`${at}: lets every item through`] : []),
    ...Object.entries(properties ?? {}).flatMap(([key, each]) => [
      ...(each.description === undefined ? [`${at}/${key}: has no description`] : []),
      ...laxPlaces(each, `${at}/${key}`),
    ]),
    ...(isMap ? laxPlaces(additionalProperties, `${at}/*`) : []),
    ...(items === undefined ? [] : laxPlaces(items, `${at}/-`)),
    ...(anyOf ?? []).flatMap(each => laxPlaces(each, at)),
  ];
}

describe('a document', () => {
  const good = { schemaVersion: 2, kind: 'warning', message: 'so it is' };

  test.each([
    ['another version', { ...good, schemaVersion: 1 }],
    ['an unknown key', { ...good, more: 1 }],
    ['a missing key', { ...good, message: undefined }],
    ['another type', { ...good, message: 1 }],
  ])('with %s does not fit', async (_, document) => {
    expect(await schemaFault('warning', JSON.parse(JSON.stringify(document)))).toMatch(/^warning: at /);
  });

  test.each([
    ['on standard error that is not JSON', { stdout: '', stderr: 'svcauth: warning: x\n' }],
    ['of a kind that no schema has', { stdout: '{"schemaVersion":2,"kind":"novelty"}\n', stderr: '' }],
    ['in the wrong place', { stdout: `${JSON.stringify(good)}\n`, stderr: '' }],
    ['after another one', { stdout: '{}\n{}\n', stderr: '' }],
  ])('%s is a fault of the run', async (_, printed) => {
    expect(await documentFaults(['ca', 'list', '-o', 'json'], printed)).toHaveLength(1);
    expect(await documentFaults(['ca', 'list'], printed)).toEqual([]);
  });
});
