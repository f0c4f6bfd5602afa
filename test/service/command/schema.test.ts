import { expect, test } from 'vitest';
import type { JsonSchema } from '../../../src/text/json-schema.ts';
import { fakeWorld, runSvcauth } from '../../support/world/world.ts';

test('says which schemas there are', async () => {
  const { status, stdout } = await runSvcauth(fakeWorld(), ['schema']);
  expect([status, stdout]).toEqual([0, 'services  the services file that "svcauth apply -f" carries out\n']);
});

test('prints a JSON Schema of draft 2020-12, whole and by itself', async () => {
  const { status, stdout } = await runSvcauth(fakeWorld(), ['schema', 'services']);
  const schema = JSON.parse(stdout) as JsonSchema;
  expect(status).toBe(0);
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  expect(stdout).not.toContain('$ref');
});

test('refuses a name that is none', async () => {
  const { status, stdout, stderr } = await runSvcauth(fakeWorld(), ['schema', 'service']);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('"service" is not a schema: known are services');
  expect(stderr).toContain('hint: write: services');
});
