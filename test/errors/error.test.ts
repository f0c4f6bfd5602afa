import { expect, test } from 'vitest';
import { failure } from '../../src/errors/error.ts';
import { formatError } from '../../src/view/error.ts';

const problems = ['it has no keys', 'its sequence is 3'];
const error = failure('ERR_FEDERATED_BUNDLE', { trustDomain: 'partner.example', problems });

test('the details of an error are the facts it was given and not lines cut from its message', () => {
  expect(error.details).toEqual(problems);
  expect(error.message).toBe([error.summary, ...problems].join('\n'));
  expect(error.oneLine).toBe([error.summary, ...problems].join('; '));
});

test('a line break in a value starts no line of its own', () => {
  const { details, summary } = failure('ERR_UNEXPECTED', { problem: 'one\ntwo' });
  expect(details).toEqual([]);
  expect(summary).toContain('one\ntwo');
});

test('an error is printed with each detail on its own line', () => {
  expect(formatError(error).split('\n').slice(1, 3)).toEqual(problems.map(each => `  ${each}`));
});
