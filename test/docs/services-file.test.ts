import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import type { JsonSchema } from '../../src/text/json-schema.ts';
import { readPlainYaml } from '../../src/text/yaml/plain.ts';
import { SERVICES_FILE_SCHEMA } from '../../src/service/rules/list-yaml.ts';
import { parseServiceList } from '../../src/service/rules/list.ts';
import { utf8 } from '../../src/pki/bytes.ts';
import { schemaFaults } from '../support/json-schema.ts';

const page = readFileSync(new URL('../../docs/services-file.md', import.meta.url), 'utf8');
const example = /^```yaml\n(.*?)^```/ms.exec(page)![1]!;

test('svcauth and its JSON Schema accept the example', async () => {
  const services = await parseServiceList(utf8(example), {
    ...{ path: 'services.yaml', directory: '/srv/repo' },
    ...{ format: 'yaml', purpose: 'everything' },
  });
  expect(services.map(({ spec }) => spec.service)).toEqual(['web', 'payments', 'edge', 'ledger']);
  expect(services[1]).toMatchObject({
    spec: { ttl: 30 * 86_400, tags: { ns: 'prod', team: 'billing' } },
    upkeep: {
      deployment: {
        owner: 'payments',
        group: 'ssl-cert',
        mode: 0o640,
        hooks: [{ argv: ['systemctl', 'reload', 'nginx'] }],
      },
      renewal: { overlap: 86_400, window: { timezone: 'Europe/Berlin' } },
    },
  });
  expect(schemaFaults(SERVICES_FILE_SCHEMA, parse(example))).toEqual([]);
});

test('the built-in YAML parser reads the example', () => {
  expect(readPlainYaml(example)).toBeDefined();
});

test('the table and the example contain every key of a service', () => {
  const file = SERVICES_FILE_SCHEMA.anyOf!.find(({ type }) => type === 'object')!;
  const service = file.properties!['services']!.items!.anyOf!.find(({ type }) => type === 'object') as JsonSchema;
  const keys = Object.keys(service.properties!).sort();
  const rows = [...page.matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+) \|/gm)].flatMap(match =>
    [...match[1]!.matchAll(/`([a-z-]+)`/g)].map(([, key]) => key!),
  );
  expect(rows.sort()).toEqual(keys);
  const used = (parse(example) as { services: (string | object)[]; defaults: object }).services.flatMap(each =>
    typeof each === 'string' ? [] : Object.keys(each),
  );
  const shared = Object.keys((parse(example) as { defaults: object }).defaults);
  expect([...new Set([...used, ...shared])].sort()).toEqual(keys);
});
