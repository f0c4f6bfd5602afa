// The errors of a command line (flags, names, dates, files), of output and of a defect: code, exit status, message and hints.
// `main.ts` and every command end with them, by code, through `catalogue.ts`.
import { EXIT } from '../exit-status.ts';
import { quote, row } from '../row.ts';

const seeHelp = (command?: string) => `see: svcauth ${command === undefined ? '' : `${command} `}--help`;

export const usageErrors = {
  ERR_USAGE: row<{ problem: string; command?: string }>(
    EXIT.usage,
    p => p.problem,
    p => [seeHelp(p.command)],
  ),
  ERR_COMMAND_UNKNOWN: row<{ typed: string; near?: string; group?: string }>(
    EXIT.usage,
    p => `no command ${quote(p.group === undefined ? p.typed : `${p.group} ${p.typed}`)}`,
    p => {
      const path = p.group === undefined ? 'svcauth' : `svcauth ${p.group}`;
      return [p.near === undefined ? `see: ${path} --help` : `did you mean: ${path} ${p.near}`];
    },
  ),
  // the message repeats the option's name only: a value attached to it may be a secret
  ERR_OPTION_UNKNOWN: row<{ option: string; near?: string; command?: string }>(
    EXIT.usage,
    p => `no option ${quote(p.option)}${p.command === undefined ? '' : ` for ${p.command}`}`,
    p => [p.near === undefined ? seeHelp(p.command) : `did you mean: ${p.near}`],
  ),
  ERR_OPTION_VALUE_MISSING: row<{ option: string; command?: string }>(
    EXIT.usage,
    p => `${p.option} needs a value`,
    p => [seeHelp(p.command)],
  ),
  ERR_OPTION_REQUIRED: row<{ option: string; command?: string }>(
    EXIT.usage,
    p => `${p.command ?? 'svcauth'} needs ${p.option}`,
    p => [seeHelp(p.command)],
  ),
  ERR_ARGUMENT_MISSING: row<{ argument: string; command?: string }>(
    EXIT.usage,
    p => `${p.command ?? 'svcauth'} needs <${p.argument}>`,
    p => [seeHelp(p.command)],
  ),
  // the message does not repeat the surplus arguments: one of them may be a passphrase
  ERR_ARGUMENT_EXCESS: row<{ expected: number; received: number; command?: string }>(
    EXIT.usage,
    p => `${p.command ?? 'svcauth'} takes ${p.expected} argument${p.expected === 1 ? '' : 's'}, got ${p.received}`,
    p => [seeHelp(p.command)],
  ),
  ERR_INTERRUPTED: row<Record<never, never>>(EXIT.interrupted, () => 'interrupted'),
  ERR_OUTPUT: row<{ reason: string }>(EXIT.unexpected, p => `cannot write the output: ${p.reason}`),
  ERR_UNEXPECTED: row<{ problem: string }>(
    EXIT.unexpected,
    p => `unexpected failure: ${p.problem}`,
    () => ['this is a defect in svcauth: run again with --debug and report the trace'],
  ),
  ERR_FLAG_VALUE: row<{ flag: string; value: string; expected: string }>(
    EXIT.usage,
    p => `${p.flag} ${quote(p.value)} is not ${p.expected}`,
  ),
  ERR_FLAG_CONFLICT: row<{ flags: readonly string[]; why: string }>(
    EXIT.usage,
    p => `${p.flags.join(' and ')} cannot be combined: ${p.why}`,
  ),
  ERR_FILE_READ: row<{ path: string; reason: string; what: string }>(
    EXIT.usage,
    p => `cannot read ${p.what} ${quote(p.path)}: ${p.reason}`,
  ),
};
