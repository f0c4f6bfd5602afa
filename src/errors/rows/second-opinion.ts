import { EXIT } from '../exit-status.ts';
import { row } from '../row.ts';

/** An independent implementation reads what we made before it is released. */
export const secondOpinionErrors = {
  ERR_SECOND_OPINION: row<{ what: string; differences: readonly string[] }>(
    EXIT.unexpected,
    p => `@peculiar/x509 does not read ${p.what} as it was meant, so nothing was released: ${p.differences.join('; ')}`,
    () => ['this is a defect in svcauth: report it with the message above'],
  ),
} as const;
