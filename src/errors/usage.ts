import { EXIT } from './exit-status.ts';
import { quote, row } from './row.ts';

/** What was typed: flags, names, dates, files named on the command line. */
export const usageErrors = {
  ERR_USAGE: row<{ problem: string; command?: string }>(
    EXIT.usage,
    p => p.problem,
    p => [`see: svcauth ${p.command === undefined ? '' : `${p.command} `}--help`],
  ),
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
    p => `${p.flags.join(' and ')} do not go together: ${p.why}`,
  ),
  ERR_FILE_READ: row<{ path: string; reason: string; what: string }>(
    EXIT.usage,
    p => `cannot read ${p.what} ${quote(p.path)}: ${p.reason}`,
  ),
};
