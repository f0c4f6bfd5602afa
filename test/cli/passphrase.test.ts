import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPassphrase, type PassphraseOptions } from '../../src/cli/passphrase.ts';
import { fakeWorld, scriptedPrompt, type FakeWorld } from '../support/world/world.ts';

const SECRET = 'correct horse';
const existing = { what: 'the key of issuing-g1', isNew: false };
const chosen = { ...existing, isNew: true };

async function read(world: FakeWorld, options: PassphraseOptions, need = existing): Promise<string> {
  return new TextDecoder().decode(await readPassphrase(options, world, need));
}

function fileWorld(content: string, mode = 0o600): FakeWorld {
  const world = fakeWorld();
  writeFileSync(join(world.cwd, 'pass'), content);
  chmodSync(join(world.cwd, 'pass'), mode);
  return world;
}

const printing = (text: string): FakeWorld => fakeWorld({ run: async () => new TextEncoder().encode(text) });

describe('sources of a passphrase', () => {
  test('a passphrase is read from a file, relative to the working directory', async () => {
    expect(await read(fileWorld(`${SECRET}\n`), { passphraseFile: 'pass' })).toBe(SECRET);
  });

  test('a passphrase is read from an open file descriptor', async () => {
    const asked: number[] = [];
    const world = fakeWorld({
      readDescriptor: descriptor => {
        asked.push(descriptor);
        return new TextEncoder().encode(`${SECRET}\n`);
      },
    });
    expect(await read(world, { passphraseFd: '7' })).toBe(SECRET);
    expect(asked).toEqual([7]);
  });

  test('a passphrase is read from a program that runs without a shell', async () => {
    const ran: (readonly string[])[] = [];
    const world = fakeWorld({
      run: async argv => {
        ran.push(argv);
        return new TextEncoder().encode(`${SECRET}\n`);
      },
    });
    expect(await read(world, { passphraseCommand: `pass show 'pki/issuing ca' ; id` })).toBe(SECRET);
    expect(ran).toEqual([['pass', 'show', 'pki/issuing ca', ';', 'id']]);
  });

  test('--passphrase-env reads the passphrase from an environment variable', async () => {
    const world = fakeWorld({ env: { CA_PASS: SECRET } });
    expect(await read(world, { passphraseEnv: 'CA_PASS' })).toBe(SECRET);
  });

  test('a passphrase is read from the file that $SVCAUTH_PASSPHRASE_FILE names', async () => {
    const world = fileWorld(SECRET);
    world.env = { SVCAUTH_PASSPHRASE_FILE: 'pass' };
    expect(await read(world, {})).toBe(SECRET);
  });

  test('a passphrase is read from the credential that systemd passes', async () => {
    const world = fakeWorld();
    const credentials = join(world.cwd, 'credentials');
    mkdirSync(credentials);
    writeFileSync(join(credentials, 'svcauth-passphrase'), SECRET);
    world.env = { CREDENTIALS_DIRECTORY: credentials };
    expect(await read(world, {})).toBe(SECRET);
    expect(world.err.text).toBe('');
  });

  test('a passphrase is asked at the terminal, a new one twice', async () => {
    const prompt = scriptedPrompt([SECRET]);
    expect(await read(fakeWorld({ prompt }), {})).toBe(SECRET);
    expect(prompt.asked).toEqual(['Passphrase for the key of issuing-g1:']);
    const twice = scriptedPrompt([SECRET, SECRET]);
    expect(await read(fakeWorld({ prompt: twice }), {}, chosen)).toBe(SECRET);
    expect(twice.asked).toEqual(['New passphrase for the key of issuing-g1:', 'Once more:']);
  });

  test('the flag takes precedence over the environment, and both over the terminal', async () => {
    const world = fileWorld('of the file');
    world.env = { SVCAUTH_PASSPHRASE_FILE: 'pass', OTHER: 'of the flag', CREDENTIALS_DIRECTORY: world.cwd };
    world.prompt = scriptedPrompt([]);
    expect(await read(world, { passphraseEnv: 'OTHER' })).toBe('of the flag');
    expect(await read(world, {})).toBe('of the file');
  });
});

describe('one newline at the end is not part of a passphrase', () => {
  test.for<[string, string]>([
    ['secret\n', 'secret'],
    ['secret\r\n', 'secret'],
    [' s ecret \t', ' s ecret \t'],
    ['пароль\n', 'пароль'],
  ])('%j is the passphrase %j', async ([content, expected]) => {
    expect(await read(fileWorld(content), { passphraseFile: 'pass' })).toBe(expected);
  });
});

describe('refused passphrases', () => {
  const refusal = async (world: FakeWorld, options: PassphraseOptions, need = existing) =>
    expect(read(world, options, need)).rejects;

  test('a missing passphrase is an error without a terminal', async () => {
    await (await refusal(fakeWorld(), {})).toMatchObject({ code: 'ERR_PASSPHRASE_MISSING', exitStatus: 8 });
  });

  test('two sources are refused', async () => {
    const options = { passphraseFile: 'pass', passphraseFd: '0' };
    await (
      await refusal(fakeWorld(), options)
    ).toMatchObject({
      code: 'ERR_FLAG_CONFLICT',
      params: { flags: ['--passphrase-file', '--passphrase-fd'] },
    });
  });

  test('an empty passphrase is refused, from a file or from the terminal', async () => {
    for (const content of ['', '\n']) {
      await (
        await refusal(fileWorld(content), { passphraseFile: 'pass' })
      ).toMatchObject({ code: 'ERR_PASSPHRASE_EMPTY' });
    }
    await (
      await refusal(fakeWorld({ prompt: scriptedPrompt(['']) }), {})
    ).toMatchObject({ code: 'ERR_PASSPHRASE_EMPTY' });
  });

  test('a passphrase of more than one line is refused', async () => {
    await (
      await refusal(fileWorld('a\n\n'), { passphraseFile: 'pass' })
    ).toMatchObject({ code: 'ERR_PASSPHRASE_LINES' });
  });

  test('a passphrase file that is missing, a directory or too long is refused', async () => {
    const world = fileWorld('x'.repeat(65 * 1024));
    for (const passphraseFile of ['absent', '.', 'pass', '-']) {
      await (
        await refusal(world, { passphraseFile })
      ).toMatchObject({ code: 'ERR_PASSPHRASE_UNREADABLE', exitStatus: 8 });
    }
  });

  test('a program that fails and an unclosed quote are refused', async () => {
    await (
      await refusal(fakeWorld(), { passphraseCommand: 'absent' })
    ).toMatchObject({ code: 'ERR_PASSPHRASE_UNREADABLE' });
    await (await refusal(fakeWorld(), { passphraseCommand: "pass 'x" })).toMatchObject({ code: 'ERR_COMMAND_QUOTES' });
  });

  test('a short new passphrase is refused, by characters and not bytes', async () => {
    for (const short of ['seven77', 'пароль1']) {
      await (
        await refusal(printing(short), { passphraseCommand: 'p' }, chosen)
      ).toMatchObject({ code: 'ERR_PASSPHRASE_SHORT' });
    }
    expect(await read(printing('пароль12'), { passphraseCommand: 'p' }, chosen)).toBe('пароль12');
    expect(await read(printing('x'), { passphraseCommand: 'p' })).toBe('x');
  });

  test('a new passphrase is refused when the second input differs', async () => {
    const prompt = scriptedPrompt([SECRET, 'correct hors']);
    await (await refusal(fakeWorld({ prompt }), {}, chosen)).toMatchObject({ code: 'ERR_PASSPHRASE_MISMATCH' });
  });

  test('no error repeats a text that may be a secret', async () => {
    for (const options of [{ passphraseEnv: SECRET }, { passphraseFd: SECRET }, { passphraseCommand: `'${SECRET}` }]) {
      const error: Error = await read(fakeWorld(), options).then(
        () => new Error('accepted'),
        (cause: Error) => cause,
      );
      expect(error.message).not.toContain('accepted');
      expect(JSON.stringify({ ...error, message: error.message })).not.toContain(SECRET);
    }
  });
});

test('a passphrase file that others can read gets a warning, and is read', async () => {
  const world = fileWorld(SECRET, 0o644);
  expect(await read(world, { passphraseFile: 'pass' })).toBe(SECRET);
  expect(world.err.text).toBe(
    'svcauth: warning: others can read the passphrase file "pass" (mode 0644, 0600 is expected)\n',
  );
});

test('the buffer that a passphrase was read into is wiped', async () => {
  const bytes = new TextEncoder().encode(`${SECRET}\n`);
  await read(fakeWorld({ readDescriptor: () => bytes }), { passphraseFd: '3' });
  expect(bytes.every(byte => byte === 0)).toBe(true);
});
