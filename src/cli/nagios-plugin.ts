import { outputFormatOf } from './output-format.ts';

/** Returns true when a command line asks for a Nagios plugin. */
export const isNagiosPlugin = (argv: readonly string[]): boolean =>
  argv.includes('check') && outputFormatOf(argv) === 'nagios';
