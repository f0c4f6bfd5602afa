import { quote } from '../../errors/row.ts';

/** Why a deployment is pending when a hook failed; `index` from 0. */
export const hookProblem = (index: number, argv: readonly string[], reason: string): string =>
  `hook ${index + 1} (${quote(argv.join(' '))}): ${reason}`;
