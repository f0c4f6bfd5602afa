// Declares the lines of standard error with `-o json` and `-o jsonl`, and the part that several documents share.
// `svcauth schema` prints their schemas; `message.ts` takes their types only.
import {
  count,
  documentSchema,
  flag,
  list,
  object,
  oneOf,
  optional,
  path,
  serviceName,
  text,
} from './document-schema.ts';

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

/** The part of a document for a command that changed trust; absent in a dry run and with `--no-publish`. */
export const PUBLISHED = optional(
  object('directories and consumers that got the trust', {
    directories: list(
      'the directories of the policy that were published to',
      object('a directory', { directory: path('the directory'), changed: flag('a file changed') }),
    ),
    services: list('services whose files got new anchors', serviceName()),
    consumers: list(
      'programs whose hooks ran because trust changed',
      object('a consumer', {
        consumer: text('its name or command'),
        services: count('number of services that it stands for; 0 for a program of svcauth.yaml'),
        changed: list('trust it had not loaded', oneOf('a kind of trust', ['bundle', 'crl'])),
        problem: optional(text('why it has not loaded it')),
      }),
    ),
  }),
);
