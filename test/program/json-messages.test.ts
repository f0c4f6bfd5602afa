import { expect, test } from 'vitest';
import { outputFormatOf } from '../../src/cli/output-format.ts';
import { fakeWorld, runSvcauth } from '../support/world/world.ts';

test.each([
  [['ca', 'list', '-o', 'json'], 'json'],
  [['ca', 'list', '-ojsonl'], 'jsonl'],
  [['--output', 'json', 'ca', 'list'], 'json'],
  [['ca', 'list', '--output=json'], 'json'],
  [['check', '-o', 'json', '-o', 'nagios'], 'nagios'],
  [['ca', 'list', '--', '-o', 'json'], undefined],
  [['check', '--output-file', 'json'], undefined],
  [['ca', 'list', '-o'], undefined],
])('%j names the format %s', (argv, format) => {
  expect(outputFormatOf(argv)).toBe(format);
});

test.each([
  ['an unknown option', ['ca', 'list', '--outptu', '-o', 'json'], 'ERR_OPTION_UNKNOWN'],
  ['an unknown command', ['ca', 'lst', '-ojson'], 'ERR_COMMAND_UNKNOWN'],
  ['a missing argument', ['ca', 'show', '--output=json'], 'ERR_ARGUMENT_MISSING'],
  ['a failure of the command', ['ca', 'list', '--output', 'json'], 'ERR_HOME_MISSING'],
  ['a failure with lines', ['ca', 'list', '-o', 'jsonl'], 'ERR_HOME_MISSING'],
])('%s is one JSON document on standard error', async (_, argv, code) => {
  const { status, stdout, stderr } = await runSvcauth(fakeWorld(), argv);
  expect(stdout).toBe('');
  expect(stderr.split('\n')).toHaveLength(2);
  expect(JSON.parse(stderr)).toMatchObject({ schemaVersion: 2, kind: 'error', code, exitStatus: status });
  expect(status).toBe(2);
});

test('an error without JSON is text', async () => {
  const { stderr } = await runSvcauth(fakeWorld(), ['ca', 'list', '--outptu']);
  expect(stderr).toMatch(/^svcauth: error: .*\[ERR_OPTION_UNKNOWN\]$/m);
});

test('the trace of a failure is within its document', async () => {
  const { stderr } = await runSvcauth(fakeWorld(), ['ca', 'list', '-o', 'json', '--debug']);
  const { trace } = JSON.parse(stderr) as { trace: string[] };
  expect(trace[0]).toContain('SvcauthError');
});

test('the exit status in the document of a systemd condition is the one that systemd sees', async () => {
  const { status, stderr } = await runSvcauth(fakeWorld(), ['due', '--systemd', '-o', 'json']);
  expect([status, (JSON.parse(stderr) as { exitStatus: number }).exitStatus]).toEqual([255, 255]);
});

test('a Nagios plugin answers in its own way', async () => {
  const { status, stdout, stderr } = await runSvcauth(fakeWorld(), ['check', '-o', 'nagios']);
  expect([status, stdout]).toEqual([3, expect.stringContaining('SVCAUTH UNKNOWN')]);
  expect(stderr).toContain('svcauth: error: ');
});

test('no progress line comes between the documents of a terminal', async () => {
  const world = fakeWorld();
  await runSvcauth(world, ['ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none']);
  let ticks = 0;
  Object.assign(world, { ticks: () => (ticks += 1000) });
  world.err.isTTY = true;
  expect((await runSvcauth(world, ['issue', 'payments'])).stderr).toContain('certificates');
  expect((await runSvcauth(world, ['issue', 'ledger', '-o', 'json'])).stderr).toBe('');
});
