import { EXIT } from '../exit-status.ts';
import { quote, row } from '../row.ts';

/** Certificate requests (CSRs). `what` names the request in the message. */
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
    p => `${p.what} is not signed with the key that it asks a certificate for`,
    () => ['make the request again with its own private key'],
  ),
  /** `flags` would add the names to the certificate; there is no flag for a commonName. */
  ERR_CSR_NAMES: row<{
    what: string;
    service: string;
    problems: readonly string[];
    flags: readonly string[];
  }>(
    EXIT.refused,
    p =>
      `${p.what} asks for names that ${quote(p.service)} does not have: ${p.problems.join('; ')}; nothing was issued`,
    p =>
      p.flags.length > 0
        ? [`to include them, add: ${p.flags.join(' ')}`]
        : ['if this is the request of another service, use that one; otherwise make it with -subj /'],
  ),
} as const;
