import { expect, test } from 'vitest';
import { coloursFor } from '../../src/view/colour.ts';
import { capturedSink } from '../support/world/world.ts';

const painted = async (isTTY: boolean, env: Record<string, string>) =>
  (await coloursFor({ ...capturedSink(), isTTY }, env)).red('x') !== 'x';

test.for<[boolean, Record<string, string>, boolean]>([
  [true, {}, true],
  [false, {}, false],
  [true, { TERM: 'dumb' }, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [false, { FORCE_COLOR: '1' }, true],
  [false, { FORCE_COLOR: '' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [true, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
])('terminal %j with %j is painted: %j', async ([isTTY, env, expected]) => {
  expect(await painted(isTTY, env)).toBe(expected);
});
