import { build } from 'esbuild';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { noTerminal, runAtTerminal } from '../support/world/terminal.ts';

const SECRET = 'correct horse';
const PROMPT = 'assphrase for the key of issuing-g1:';
const directory = tempDirectory();
const program = join(directory, 'ask.mjs');

beforeAll(async () => {
  await build({
    entryPoints: ['test/support/children/ask-passphrase.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  });
});

describe.skipIf(noTerminal)(`a passphrase asked at a terminal${noTerminal ? ` (${noTerminal})` : ''}`, () => {
  let count = 0;
  const ask = async (kind: 'old' | 'new', answers: readonly { prompt: string; type: string }[], redirect = '') => {
    const file = join(directory, `answer-${count++}`);
    const run = await runAtTerminal(`${process.execPath} ${program} ${file} ${kind} ${redirect}`, answers);
    return { ...run, answer: existsSync(file) ? readFileSync(file, 'utf8') : undefined };
  };

  test('the prompt shows neither the passphrase nor its length', async () => {
    // Ctrl-T is inquirer's key to show the typed text
    const { status, screen, answer } = await ask('old', [{ prompt: PROMPT, type: `\u0014${SECRET}\r` }]);
    expect({ status, answer }).toEqual({ status: 0, answer: SECRET });
    const shown = screen.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll(`svcauth: P${PROMPT}`, '');
    expect(shown.trim()).toBe('');
  });

  test('the prompt asks twice for a new passphrase', async () => {
    const answers = [
      { prompt: PROMPT, type: `${SECRET}\r` },
      { prompt: 'Once more:', type: `${SECRET}\r` },
    ];
    expect(await ask('new', answers)).toMatchObject({ status: 0, answer: SECRET });
  });

  test('the prompt is on standard error, so standard output can go to a file', async () => {
    const { screen, answer } = await ask('old', [{ prompt: PROMPT, type: `${SECRET}\r` }], '> /dev/null');
    expect(screen).toContain(PROMPT);
    expect(answer).toBe(SECRET);
  });

  test('Ctrl-C at the prompt ends with its status', async () => {
    const { status, screen, answer } = await ask('old', [{ prompt: PROMPT, type: '\u0003' }]);
    expect({ status, answer }).toEqual({ status: 130, answer: undefined });
    expect(screen).toContain('ERR_INTERRUPTED');
  });

  test('there is no prompt unless standard input and standard error are terminals', async () => {
    for (const redirect of ['2> /dev/null', '< /dev/null']) {
      expect(await ask('old', [], redirect)).toMatchObject({ status: 8, answer: undefined });
    }
  });
});
