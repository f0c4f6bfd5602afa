import { EXIT } from '../exit-status.ts';
import { quote, row } from '../row.ts';

/** Certificate requests (CSRs); `what` names the request for a person. */
export const requestErrors = {
  ERR_CSR_FORMAT: row<{ what: string; reason: string }>(
    EXIT.usage,
    p => `${p.what} is not a certificate request svcauth accepts: ${p.reason}`,
    () => [
      'make one: openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -subj / -out tls.csr',
    ],
  ),
  ERR_CSR_PROOF: row<{ what: string }>(
    EXIT.usage,
    p => `${p.what} is not signed by the key it asks a certificate for`,
    () => ['make the request again with the private key itself'],
  ),
  /** `flags` would make the certificate name it too; a commonName has none. */
  ERR_CSR_NAMES: row<{
    what: string;
    service: string;
    problems: readonly string[];
    flags: readonly string[];
  }>(
    EXIT.refused,
    p =>
      `${p.what} asks for names that the certificate of ${quote(p.service)} would not have: ${p.problems.join('; ')}; nothing was issued`,
    p =>
      p.flags.length > 0
        ? [`to certify them too, add: ${p.flags.join(' ')}`]
        : ['is it the request of another service? if not, make it with -subj /'],
  ),
} as const;
