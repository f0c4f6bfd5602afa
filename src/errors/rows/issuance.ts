// The errors of issuing certificates and applying a services file: code, exit status, message and hints.
// `issue`, `apply` and `renew` end with them, by code, through `catalogue.ts`.
import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row, shell } from '../row.ts';

const AGAIN = 'when that is put right, run the same command again: it goes on from there';

export const issueErrors = {
  ERR_NO_ISSUER: row<{ pending?: string; tainted?: string }>(
    EXIT.refused,
    p =>
      p.pending !== undefined
        ? `${p.pending} cannot issue: its certificate has not been installed`
        : p.tainted !== undefined
          ? `no CA here can issue: ${p.tainted} is tainted`
          : 'no CA here can issue: none is active',
    p => [p.pending === undefined ? REMEDIES.caUnclear() : REMEDIES.caPending()],
  ),
  ERR_ISSUER_EXPIRED: row<{ id: string; notAfter: string }>(
    EXIT.refused,
    p => `${p.id} expired at ${p.notAfter}: nothing it signs would be accepted; nothing was issued`,
    () => [REMEDIES.somethingWrong()],
  ),
  ERR_OUTLIVES_ISSUER: row<{
    service: string;
    notAfter: string;
    issuer: string;
    tier: string;
    issuerNotAfter: string;
  }>(
    EXIT.refused,
    p =>
      `${quote(p.service)} until ${p.notAfter} would outlive ${p.issuer}, which ends at ${p.issuerNotAfter}; nothing was issued to it`,
    p => [
      `to replace that CA in time: ${REMEDIES.rotationUnclear(p)}`,
      `until then, to renew it and let it end with that CA: ${REMEDIES.renewalOutlivesIssuer(p)}`,
      'for a new service the same option of issue; for every service leaf.notAfterPolicy: truncate in svcauth.yaml',
    ],
  ),
  ERR_TTL_SHARE: row<{ service: string; ttl: string; longest: string; issuer: string }>(
    EXIT.refused,
    p =>
      `${quote(p.service)}: a lifetime of ${p.ttl} is more than a sixth of that of ${p.issuer} (${p.longest}), so it could not be rotated in time; nothing was issued`,
    p => [`with a shorter lifetime: ${REMEDIES.lifetimeTooLong(p)}`],
  ),
  ERR_CONSTRAINED: row<{ problems: readonly string[]; issuer: string }>(
    EXIT.refused,
    p =>
      `the name constraints of ${p.issuer} forbid this, and verifiers would refuse it: ${p.problems.join('; ')}; nothing was issued`,
    p => [REMEDIES.caDetails({ ca: p.issuer })],
  ),
  ERR_ISSUE_WHAT: row<Record<string, never>>(
    EXIT.usage,
    () => 'nothing to issue: name one service, or a list with --from, not both',
    () => [REMEDIES.certificateMissing({ service: 'payments' }), REMEDIES.serviceListed()],
  ),
  ERR_LIST_FORMAT: row<{ path: string }>(
    EXIT.usage,
    p =>
      p.path === '-'
        ? 'standard input does not say whether it is YAML or CSV'
        : `whether ${quote(p.path)} is YAML or CSV cannot be told from its name`,
    () => ['add: --format yaml', 'add: --format csv'],
  ),
  ERR_OUT_SHARED: row<{ services: readonly string[]; directory: string }>(
    EXIT.usage,
    p => `${p.services.map(quote).join(' and ')} would share the directory ${quote(p.directory)}; nothing was issued`,
    () => ['give each its own: --out DIR'],
  ),
  ERR_OUT_UNUSABLE: row<{ service: string; directory: string; problem: string; hint?: string }>(
    EXIT.usage,
    p => `the files of ${quote(p.service)} cannot go to ${quote(p.directory)}: ${p.problem}; nothing was issued`,
    p => [p.hint ?? 'name another directory: --out DIR'],
  ),
  ERR_KEY_NOT_BROUGHT: row<{ service: string }>(
    EXIT.usage,
    p =>
      `${quote(p.service)} was certified from a request: its key is on its own host, and none was brought; nothing was issued`,
    p => [
      `bring a request (a list cannot): ${REMEDIES.requestNeeded(p)}`,
      'to make its keys here from now on: --force',
    ],
  ),
  ERR_LEAF_KEY_ENCRYPTED: row<{ path: string }>(
    EXIT.usage,
    p => `the key ${quote(p.path)} is encrypted, and the service could not read it; nothing was issued`,
    p => [`decrypt it first: openssl pkey -in ${shell(p.path)} -out ${shell(`${p.path}.plain`)}`],
  ),
  ERR_ISSUER_NOT_YET: row<{ id: string; notBefore: string; now: string }>(
    EXIT.refused,
    p => `${p.id} is valid from ${p.notBefore} and it is ${p.now} here: nothing it signs would be accepted`,
    () => ['is the clock right? nothing was issued'],
  ),
  ERR_ISSUE_FAILED: row<{ problem: string }>(
    EXIT.unexpected,
    p => `${p.problem}; no certificate was issued, and every service has the files it had`,
    () => [AGAIN],
  ),
  ERR_ISSUE_PARTIAL: row<{ problem: string; recorded: number; deployed: number; total: number }>(
    EXIT.partial,
    p =>
      `${p.problem}; ${p.recorded} of ${p.total} certificates were issued` +
      (p.deployed < p.recorded
        ? `, ${p.recorded - p.deployed} of them may not be served yet`
        : ', the other services have the files they had'),
    () => [AGAIN],
  ),
  ERR_REREAD: row<{ service: string; problem: string }>(
    EXIT.unexpected,
    p => `the certificate made for ${quote(p.service)} is not what was asked for (${p.problem}); it was not released`,
    () => ['this is a defect in svcauth: please report it; the intent is recorded in the manifest'],
  ),
  ERR_PRUNE_MASS: row<{ path: string; names: readonly string[]; declared: number }>(
    EXIT.refused,
    p =>
      `--prune would revoke ${p.names.length} of the ${p.declared} services that were declared (${some(p.names)}): more than half; nothing was changed`,
    p => [
      `is ${shell(p.path)} whole? what it would do: ${REMEDIES.servicesFileUnsure(p)}`,
      `if that is meant: ${REMEDIES.massPruneMeant(p)}`,
    ],
  ),
};

const some = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
