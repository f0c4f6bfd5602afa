import { quote } from '../../errors/row.ts';

/** Describes a hook that failed; `index` counts from 0. */
export const hookProblem = (index: number, argv: readonly string[], reason: string): string =>
  `hook ${index + 1} (${quote(argv.join(' '))}): ${reason}`;
