// Declares the lines of standard error with `-o json` and `-o jsonl`: errors and warnings.
// `svcauth schema` prints their schemas; `message.ts` takes their types only.
import { count, documentSchema, list, optional, text } from './document-schema.ts';

export const ERROR = documentSchema('error', 'why a command failed, or a part of its work', {
  code: text('permanent identifier of the situation, like ERR_SERVICE_UNKNOWN'),
  exitStatus: count('exit status that this error causes'),
  message: text('the problem, with the values involved'),
  details: list('further facts', text('one fact')),
  hints: list('commands to run next, or advice', text('one command or advice')),
  trace: optional(list('stack trace; only with --debug', text('one call'))),
});

export const WARNING = documentSchema('warning', 'a fact to know that does not stop the work', {
  message: text('the fact to know'),
});
