import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDirectory } from '../support/world/temp-directory.ts';

const LAUNCHER = resolve(import.meta.dirname, '../../bin/svcauth.js');
const built = existsSync(resolve(import.meta.dirname, '../../dist/main.cjs'));

/** Runs `svcauth` as a shell does. */
function shell(script: string, cwd = tempDirectory()) {
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['--norc', '-c', `svcauth() { ${process.execPath} ${LAUNCHER} "$@"; }; ${script}`],
    {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] },
    },
  );
  return { status, stdout, stderr };
}

describe.skipIf(!built)(`the program as built${built ? '' : ' (not built: npm run build)'}`, () => {
  test('the program exits with the status of the command', () => {
    expect(shell('svcauth --version')).toMatchObject({ status: 0, stderr: '' });
    expect(shell('svcauth statsu').status).toBe(2);
    expect(shell('svcauth check').status).toBe(2);
  });

  test('the program finishes without an error when the consumer of its output has gone', () => {
    expect(shell('set -o pipefail; svcauth --help | head -1')).toEqual({
      status: 0,
      stdout: 'Usage: svcauth [options] [command]\n',
      stderr: '',
    });
  });

  test('a long output reaches a slow consumer completely', () => {
    const script = `
      svcauth ca init --trust-domain example.org --key-protection none > /dev/null
      (echo service; seq -f 's%g' 300) > list.csv
      svcauth issue --from list.csv > /dev/null
      svcauth status -o json | (sleep 0.5; cat)`;
    const { stdout } = shell(script);
    // more than a pipe holds
    expect(stdout.length).toBeGreaterThan(65_536);
    expect((JSON.parse(stdout) as { services: unknown[] }).services).toHaveLength(300);
  });

  test.skipIf(!existsSync('/dev/full'))('the program fails when its output is lost', () => {
    const { status, stderr } = shell('svcauth --version > /dev/full');
    expect(status).toBe(1);
    expect(stderr).toContain('cannot write the output: no space is left on the disk [ERR_OUTPUT]');
  });

  test('the program reads a passphrase from a pipe, a here-document and a process substitution', () => {
    const script = `
      svcauth ca init --trust-domain example.org --passphrase-fd 0 <<< 'correct horse' > /dev/null &&
      svcauth issue a --passphrase-fd 3 3<<< 'correct horse' > /dev/null &&
      svcauth issue b --passphrase-file <(echo 'correct horse') > /dev/null &&
      echo 'correct horse' | svcauth issue c --passphrase-fd 0 > /dev/null &&
      svcauth issue d --passphrase-command 'echo "correct horse"' > /dev/null`;
    expect(shell(script)).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('Ctrl-C at a prompt ends the program with status 130 and leaves no partial files', async () => {
    const directory = tempDirectory();
    const args = ['ca', 'init', '--trust-domain', 'example.org', '--passphrase-command', 'sleep 20'];
    const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd: directory });
    setTimeout(() => child.kill('SIGINT'), 400);
    const signal = await new Promise(done => child.on('exit', (_, by) => done(by)));
    // a shell reports death by SIGINT as 130
    expect(signal).toBe('SIGINT');
    expect(existsSync(join(directory, '.svcauth'))).toBe(false);
  });
});
