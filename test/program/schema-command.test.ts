import { describe, expect, test } from 'vitest';
import { ALL_SCHEMAS } from '../../src/program/schemas.ts';
import type { JsonSchema } from '../../src/text/json-schema.ts';
import { fakeWorld, runSvcauth } from '../support/world/world.ts';

const names = Object.keys(ALL_SCHEMAS);

test('svcauth schema lists every schema in 80 columns', async () => {
  const { status, stdout } = await runSvcauth(fakeWorld(), ['schema']);
  const lines = stdout.split('\n');
  expect(status).toBe(0);
  expect(lines.filter(line => line.startsWith('  ')).map(line => line.trim().split(' ')[0])).toEqual(names);
  expect(lines.filter(line => line.length > 80)).toEqual([]);
  expect(stdout).toMatch(/^ {2}services +the services file of apply -f/m);
});

describe.each(names)('svcauth schema %s', name => {
  test('prints a JSON Schema of draft 2020-12 without references', async () => {
    const { status, stdout } = await runSvcauth(fakeWorld(), ['schema', name]);
    const schema = JSON.parse(stdout) as JsonSchema;
    expect(status).toBe(0);
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: expect.stringMatching(/^urn:svcauth:schema:/) as string,
      title: expect.stringContaining('svcauth') as string,
      description: expect.any(String) as string,
    });
    expect(stdout).not.toContain('$ref');
  });
});

test('the name of an unknown schema is refused with the nearest one', async () => {
  const { status, stdout, stderr } = await runSvcauth(fakeWorld(), ['schema', 'ca-lisst']);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('error: "ca-lisst" is not a schema ("svcauth schema" lists them) [');
  expect(stderr).toContain('hint: did you mean: ca-list');
});
