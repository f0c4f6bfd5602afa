// The errors of issuing certificates and applying a services file: code, exit status, message and hints.
// `issue`, `apply` and `renew` end with them, by code, through `catalogue.ts`.
import { EXIT } from '../exit-status.ts';
import { REMEDIES, type CaKey } from '../remedy.ts';
import { quote, row, shell } from '../row.ts';

const AGAIN = 'fix the cause, then run the same command again; it resumes';

export const issueErrors = {
  ERR_NO_ISSUER: row<{ pending?: string; tainted?: string }>(
    EXIT.refused,
    p =>
      p.pending !== undefined
        ? `${p.pending} cannot issue: its certificate has not been installed`
        : p.tainted !== undefined
          ? `no CA can issue: ${p.tainted} is tainted`
          : 'no CA can issue: none is active',
    p => [p.pending === undefined ? REMEDIES.caUnclear() : REMEDIES.caPending()],
  ),
  ERR_ISSUER_REVOKED: row<{ id: string; tier: string; revokedAt: string }>(
    EXIT.refused,
    p =>
      `${p.id} was revoked by the CA above it at ${p.revokedAt}, so verifiers reject its certificates; nothing was issued`,
    p => [`stop it for good: ${REMEDIES.caCompromised({ ca: p.id })}`, `then replace it: ${REMEDIES.caExpiring(p)}`],
  ),
  ERR_ISSUER_EXPIRED: row<{ id: string; notAfter: string }>(
    EXIT.refused,
    p => `${p.id} expired at ${p.notAfter}, so verifiers would reject its certificates; nothing was issued`,
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
      `${quote(p.service)} would expire at ${p.notAfter}, after its issuing CA ${p.issuer} (${p.issuerNotAfter}); nothing was issued for it`,
    p => [
      `to rotate that CA in time: ${REMEDIES.rotationUnclear(p)}`,
      `to shorten the certificate to the expiry of that CA: ${REMEDIES.renewalOutlivesIssuer(p)}`,
      'for a new service, use issue with the same option; for all services, set leaf.notAfterPolicy: truncate in svcauth.yaml',
    ],
  ),
  ERR_TTL_SHARE: row<{ service: string; ttl: string; longest: string; issuer: string }>(
    EXIT.refused,
    p =>
      `${quote(p.service)}: a lifetime of ${p.ttl} is more than ${p.longest}, a sixth of the lifetime of ${p.issuer}, and the CA could not be rotated in time; nothing was issued`,
    p => [`with a shorter lifetime: ${REMEDIES.lifetimeTooLong(p)}`],
  ),
  ERR_CONSTRAINED: row<{ problems: readonly string[]; issuer: string }>(
    EXIT.refused,
    p =>
      `the name constraints of ${p.issuer} do not allow this certificate, so verifiers would reject it: ${p.problems.join('; ')}; nothing was issued`,
    p => [REMEDIES.caDetails({ ca: p.issuer })],
  ),
  ERR_ISSUE_WHAT: row<Record<string, never>>(
    EXIT.usage,
    () => 'issue needs either one service or a list (--from)',
    () => [REMEDIES.certificateMissing({ service: 'payments' }), REMEDIES.serviceListed()],
  ),
  ERR_LIST_FORMAT: row<{ path: string }>(
    EXIT.usage,
    p =>
      p.path === '-'
        ? 'the format of standard input is unknown'
        : `the format of ${quote(p.path)} is unknown: its extension is not yaml, yml, json or csv`,
    () => ['add: --format yaml', 'add: --format csv'],
  ),
  ERR_OUT_SHARED: row<{ services: readonly string[]; directory: string }>(
    EXIT.usage,
    p => `${p.services.map(quote).join(' and ')} would share the directory ${quote(p.directory)}; nothing was issued`,
    () => ['use a separate directory for each service: --out DIR'],
  ),
  ERR_OUT_UNUSABLE: row<{ service: string; directory: string; problem: string; hint?: string }>(
    EXIT.usage,
    p =>
      `the files of ${quote(p.service)} cannot be written to ${quote(p.directory)}: ${p.problem}; nothing was issued`,
    p => [p.hint ?? 'use another directory: --out DIR'],
  ),
  ERR_KEY_NOT_BROUGHT: row<{ service: string }>(
    EXIT.usage,
    p => `${quote(p.service)} was issued from a CSR, so a new CSR is needed; nothing was issued`,
    p => [
      `with a CSR made on its host (not from a list): ${REMEDIES.requestNeeded(p)}`,
      'to create its keys here from now on: --force',
    ],
  ),
  ERR_LEAF_KEY_ENCRYPTED: row<{ path: string }>(
    EXIT.usage,
    p => `the key ${quote(p.path)} is encrypted, so the service could not read it; nothing was issued`,
    p => [`decrypt it first: openssl pkey -in ${shell(p.path)} -out ${shell(`${p.path}.plain`)}`],
  ),
  ERR_ISSUER_NOT_YET: row<{
    id: string;
    notBefore: string;
    now: string;
    /** The CAs of its chain that begin in the future, the root first. */
    begins?: readonly { readonly ca: string; readonly keyLocation: CaKey['keyLocation'] }[];
  }>(
    EXIT.refused,
    p => `${p.id} is valid from ${p.notBefore}, and the clock of this host says ${p.now}; nothing was issued`,
    p => [
      'if this clock is behind, set it',
      ...(p.begins ?? []).map(each => `if it is right: ${REMEDIES.caNotYetValid(each)}`),
    ],
  ),
  ERR_ISSUE_FAILED: row<{ problem: string }>(
    EXIT.unexpected,
    p => `${p.problem}; no certificate was issued, and every service keeps its previous files`,
    () => [AGAIN],
  ),
  ERR_ISSUE_PARTIAL: row<{ problem: string; recorded: number; deployed: number; total: number }>(
    EXIT.partial,
    p =>
      `${p.problem}; ${p.recorded} of ${p.total} certificates were issued` +
      (p.deployed < p.recorded
        ? `, ${p.recorded - p.deployed} of them may not be in place yet`
        : ', the other services keep their previous files'),
    () => [AGAIN],
  ),
  ERR_REREAD: row<{ service: string; problem: string }>(
    EXIT.unexpected,
    p => `the signed certificate of ${quote(p.service)} differs from the request (${p.problem}); it was not deployed`,
    () => ['this is a bug in svcauth, please report it; the serial number stays recorded in the manifest'],
  ),
  ERR_PRUNE_MASS: row<{ path: string; names: readonly string[]; declared: number }>(
    EXIT.refused,
    p =>
      `--prune would revoke ${p.names.length} of ${p.declared} declared services (${some(p.names)}), more than half; nothing was changed`,
    p => [
      `to check that ${shell(p.path)} is complete: ${REMEDIES.servicesFileUnsure(p)}`,
      `to revoke them anyway: ${REMEDIES.massPruneMeant(p)}`,
    ],
  ),
};

const some = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
