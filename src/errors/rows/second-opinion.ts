import { EXIT } from '../exit-status.ts';
import { row } from '../row.ts';

/** The check of every signed object by an independent implementation, before svcauth releases it. */
export const secondOpinionErrors = {
  ERR_SECOND_OPINION: row<{ what: string; differences: readonly string[] }>(
    EXIT.unexpected,
    p =>
      `@peculiar/x509 does not read ${p.what} as svcauth wrote it; nothing was released: ${p.differences.join('; ')}`,
    () => ['this is a defect in svcauth: report it with the message above'],
  ),
} as const;
