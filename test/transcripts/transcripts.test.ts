import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { faultsOf, printedCommands, type Shown } from '../support/command-line.ts';
import { replay } from '../support/transcript/transcript.ts';

const directory = new URL('./', import.meta.url);
const pages = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.txt'))
  .sort();

describe('every page happens as it is written, and the command lines it prints are accepted', () => {
  test.for(pages)('%s', async (name, context) => {
    const file = new URL(name, directory);
    const page = readFileSync(file, 'utf8');
    context.skip(/^\$ openssl /m.test(page) && !hasOpenssl(), 'openssl is not installed');
    const shown = new Map<string, Shown>();
    const happened = await replay(page, (text, line) => {
      for (const each of printedCommands(text, `${name}:${line}`)) shown.set(`${each.isWhole} ${each.line}`, each);
    });
    // UPDATE_TRANSCRIPTS=1 writes what happened; read the diff before committing it
    if (process.env['UPDATE_TRANSCRIPTS'] === '1') writeFileSync(file, happened);
    else expect(happened).toBe(page);
    expect(await faultsOf([...shown.values()]), 'printed command lines that svcauth does not accept').toEqual([]);
  });
});

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
