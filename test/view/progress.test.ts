import { expect, test } from 'vitest';
import { startProgress } from '../../src/view/progress.ts';
import { capturedSink } from '../support/world/world.ts';

test('progress is drawn on a terminal at most ten times a second, and removed at the end', () => {
  const err = { ...capturedSink(), isTTY: true };
  let clock = 0;
  const lines: string[] = [];
  const progress = startProgress({ ...err, write: text => lines.push(text) }, 'issuing', 1000, () => clock);
  progress.advance();
  clock = 100;
  progress.advance(119);
  clock = 150;
  progress.advance();
  progress.end();
  expect(lines).toEqual(['\r\u001b[Kissuing  120 of 1000', '\r\u001b[K']);
});

test('progress leaves no trace in a pipe', () => {
  const err = capturedSink();
  const progress = startProgress(err, 'issuing', 1000, () => 0);
  progress.advance(1000);
  progress.end();
  expect(err.text).toBe('');
});
