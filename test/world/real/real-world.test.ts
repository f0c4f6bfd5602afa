import { closeSync, openSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openWorld } from '../../../src/main.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';

const world = openWorld(process, () => new Date('2026-11-21T00:00:00.999Z'));
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test('the time of a run is a whole second', () => {
  expect([world.now, world.clock()]).toEqual(Array(2).fill(new Date('2026-11-21T00:00:00Z')));
});

test('any number of random bytes can be drawn', () => {
  expect(world.random(0)).toHaveLength(0);
  const bytes = world.random(200_000);
  expect(bytes).toHaveLength(200_000);
  // more than one call of getRandomValues returns
  expect(bytes.subarray(-1000).some(byte => byte !== 0)).toBe(true);
});

describe('running a program', () => {
  test('a program gets its arguments unchanged and its standard output is returned', async () => {
    expect(text(await world.run(['printf', '%s|', 'a b', '$HOME', '*', ';']))).toBe('a b|$HOME|*|;|');
  });

  test('a program has an empty standard input', async () => {
    expect(text(await world.run(['cat']))).toBe('');
  });

  test.for([
    [['sh', '-c', 'exit 3'], 'exit status 3'],
    [['sh', '-c', 'kill -TERM $$'], 'ended by SIGTERM'],
    [['no-such-program-anywhere'], 'it cannot be started'],
    [[], 'no program named'],
  ] as const)('a program that fails is an error: %j, %s', async ([argv, message]) => {
    await expect(world.run(argv)).rejects.toThrow(message);
  });
});

describe('an open file descriptor', () => {
  const file = `${tempDirectory()}/secret`;
  writeFileSync(file, 'x'.repeat(100));

  test('an open file descriptor is read to its end', () => {
    const descriptor = openSync(file, 'r');
    expect(world.readDescriptor(descriptor, 100)).toHaveLength(100);
    closeSync(descriptor);
  });

  test('a file descriptor with too much content, or that is not open, is refused', () => {
    const descriptor = openSync(file, 'r');
    expect(() => world.readDescriptor(descriptor, 99)).toThrow(RangeError);
    closeSync(descriptor);
    expect(() => world.readDescriptor(descriptor, 99)).toThrow('EBADF');
  });
});
