import { EXIT } from './exit-status.ts';
import { quote, row } from './row.ts';

/** Issuing certificates. */
export const issueErrors = {
  ERR_NO_ISSUER: row<{ pending?: string }>(
    EXIT.refused,
    p =>
      p.pending === undefined
        ? 'no CA here can issue: none is active'
        : `${p.pending} cannot issue: its certificate has not been installed`,
    p => [p.pending === undefined ? 'svcauth ca list' : 'svcauth ca install-cert CERT --chain ROOT'],
  ),
  ERR_ISSUER_EXPIRED: row<{ id: string; notAfter: string }>(
    EXIT.refused,
    p => `${p.id} expired at ${p.notAfter}: nothing it signs would be accepted; nothing was issued`,
    () => ['svcauth check'],
  ),
  ERR_OUTLIVES_ISSUER: row<{ service: string; notAfter: string; issuer: string; issuerNotAfter: string }>(
    EXIT.refused,
    p =>
      `${quote(p.service)} until ${p.notAfter} would outlive ${p.issuer}, which ends at ${p.issuerNotAfter}; nothing was issued`,
    () => ['a shorter --ttl, or --not-after-policy truncate to end with the issuer'],
  ),
  ERR_TTL_SHARE: row<{ service: string; ttl: string; longest: string; issuer: string }>(
    EXIT.refused,
    p =>
      `${quote(p.service)}: a lifetime of ${p.ttl} is more than a sixth of that of ${p.issuer} (${p.longest}), so it could not be rotated in time; nothing was issued`,
    p => [`write: --ttl ${p.longest}`],
  ),
  ERR_CONSTRAINED: row<{ problems: readonly string[]; issuer: string }>(
    EXIT.refused,
    p => `the name constraints of ${p.issuer} forbid this, and verifiers would refuse it: ${p.problems.join('; ')}`,
    p => [`svcauth ca show ${p.issuer}`],
  ),
  ERR_ISSUE_WHAT: row<Record<string, never>>(
    EXIT.usage,
    () => 'nothing to issue: name one service, or a list with --from, not both',
    () => ['svcauth issue payments', 'svcauth issue --from services.csv'],
  ),
  ERR_LIST_FORMAT: row<{ path: string }>(
    EXIT.usage,
    p => `whether ${quote(p.path)} is YAML or CSV cannot be told from its name`,
    () => ['add: --format yaml', 'add: --format csv'],
  ),
  ERR_CSR_ASKS_MORE: row<{ path: string; flags: readonly string[] }>(
    EXIT.refused,
    p => `${quote(p.path)} asks for names that the command does not give; nothing was issued`,
    p => [`to certify them too, add: ${p.flags.join(' ')}`],
  ),
  ERR_OUT_SHARED: row<{ services: readonly string[]; directory: string }>(
    EXIT.usage,
    p => `${p.services.map(quote).join(' and ')} would share the directory ${quote(p.directory)}: each needs its own`,
  ),
  ERR_REREAD: row<{ service: string; problem: string }>(
    EXIT.unexpected,
    p => `the certificate made for ${quote(p.service)} is not what was asked for (${p.problem}); it was not released`,
    () => ['this is a defect in svcauth: please report it; the intent is recorded in the manifest'],
  ),
};
