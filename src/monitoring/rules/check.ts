// Decides which certificates, CAs and CRLs need attention at an instant, how urgently, and under which permanent name.
// `run/check-pki.ts` calls it for `check` and `tick`. It is pure and writes no message: `view/finding.ts` does.
import { certifierKey, chainToRoot, isCertified } from '../../ca/rules/active-issuer.ts';
import { lifeOf } from '../../ca/rules/life.ts';
import { urgency, type CheckThresholds } from './thresholds.ts';
import type { Threshold } from '../../time/duration.ts';
import type { Authority } from '../../record/authority.ts';
import type { Certificate } from '../../record/certificate.ts';
import { crlAgeFrom, type CrlSchedule } from '../../crl/rules/schedule.ts';
import { crlOnTurn, crlsToCome } from '../../crl/rules/series.ts';
import type { ServiceRow } from '../../record/service.ts';
import { isFuture, isStale, type AuthorityRow } from '../../ca/rules/status.ts';
import { sortedFindings, type Finding } from './finding.ts';

/** The records of the manifest that findings can be about. */
export interface CheckInput {
  /** At least the services that can have a finding. */
  readonly services: readonly ServiceRow[];
  /** Intents to sign that have no certificate yet. */
  readonly intents: readonly Certificate[];
  readonly authorities: readonly AuthorityRow[];
  /** CAs whose expiry is not a finding: a rotation replaces them, or has a finding itself. */
  readonly rotated?: ReadonlySet<string>;
  /** Pending successors: the source of rotations judges how long they may wait. */
  readonly awaited?: ReadonlySet<string>;
  /** Lifetimes of CRLs; present if the clock is in doubt. The thisUpdate of a CRL may then be long before it was signed. */
  readonly inDoubt?: Pick<CrlSchedule, 'lifetime' | 'rootLifetime'> | undefined;
}

/** Seconds after the turn of a presigned CRL in which no finding is made: the next run publishes it. */
const TURN_GRACE = 86_400;
/** Age in seconds below which an intent may belong to a run that is still working. */
const INTENT_GRACE = 600;

/** Lists the findings, worst first, then by deadline. Superseded or revoked certificates and services without one have none. */
export function checkManifest(input: CheckInput, thresholds: CheckThresholds, now: Date): readonly Finding[] {
  const issuers = new Map(input.authorities.map(({ authority }) => [authority.id, authority]));
  return sortedFindings([
    ...input.services.flatMap(row => serviceFindings(row, issuers, thresholds, now)),
    ...input.intents.flatMap(intent => intentFindings(intent, now)),
    ...input.authorities.flatMap(row => authorityFindings(row, input, thresholds, now)),
  ]);
}

function serviceFindings(
  { service, certificate, deployment }: ServiceRow,
  issuers: ReadonlyMap<string, Authority>,
  thresholds: CheckThresholds,
  now: Date,
): Finding[] {
  if (certificate === undefined || certificate.state !== 'current') return [];
  const { serial, authorityId, notBefore, notAfter } = certificate;
  const keySource = certificate.keySource === 'csr' && ({ keySource: 'csr' } as const);
  const about = { kind: 'service', subject: service.name, serial, ...keySource } as const;
  const findings: Finding[] = [];
  if (notAfter < now) {
    findings.push({ ...about, name: 'certificate-expired', severity: 'critical', deadline: notAfter });
  } else if (notBefore > now) {
    findings.push({ ...about, name: 'certificate-not-yet-valid', severity: 'critical', deadline: notBefore });
  } else {
    const severity = urgency(notBefore, notAfter, thresholds.leafWarning, thresholds.leafCritical, now);
    if (severity) findings.push({ ...about, name: 'certificate-expiring', severity, deadline: notAfter });
    const issuerEnd = issuers.get(authorityId)?.certificate?.notAfter;
    if (issuerEnd !== undefined && issuerEnd < notAfter) {
      findings.push({ ...about, name: 'issuer-outlived', severity: 'warning', deadline: issuerEnd });
    }
  }
  if (deployment?.state === 'pending') {
    const { problem } = deployment;
    findings.push({
      ...about,
      name: 'deployment-pending',
      severity: 'warning',
      ...(problem !== undefined && { problem }),
    });
  }
  return findings;
}

function intentFindings(intent: Certificate, now: Date): Finding[] {
  const age = (now.getTime() - intent.issuedAt.getTime()) / 1000;
  if (age < INTENT_GRACE || intent.notAfter < now) return [];
  const { serial, service: subject, notAfter: deadline } = intent;
  return [{ name: 'intent-unfinished', severity: 'warning', kind: 'service', subject, serial, deadline }];
}

function authorityFindings(
  row: AuthorityRow,
  { authorities, rotated, awaited, inDoubt }: CheckInput,
  thresholds: CheckThresholds,
  now: Date,
): Finding[] {
  const { authority } = row;
  const { certificate } = authority;
  const { id: subject, keyLocation, tier } = authority;
  const about = { kind: 'ca', subject, keyLocation, tier } as const;
  const known = authorities.map(each => each.authority);
  const signed = { ...about, keyLocation: certifierKey(authority, known) };
  if (certificate === undefined) {
    return awaited?.has(subject) === true ? [] : [{ ...about, name: 'ca-pending', severity: 'warning' }];
  }
  // no certificate of a retired CA is still valid
  if (authority.state === 'retired' || isLeft(authority, known)) return [];
  const { notBefore, notAfter } = lifeOf({ ...authority, certificate });
  // its successor issues already, and its certificates have findings of their own
  const draining = authority.state === 'draining';
  // verifiers reject every certificate of an expired CA: its CRL no longer matters
  if (notAfter < now) {
    if (draining && rotated?.has(subject)) return [];
    const severity = draining ? 'warning' : 'critical';
    return [{ ...signed, name: 'ca-expired', severity, deadline: notAfter }];
  }
  // thresholds in days would make a short-lived CA a finding from its first day
  const lifetime = secondsBetween(notBefore, notAfter);
  const atMost = (threshold: Threshold, part: number): Threshold =>
    'span' in threshold && threshold.span > lifetime / part ? { percent: 100 / part } : threshold;
  const [warning, critical] = [atMost(thresholds.caWarning, 3), atMost(thresholds.caCritical, 6)];
  const silent = draining || rotated?.has(subject) === true;
  const severity = silent ? undefined : urgency(notBefore, notAfter, warning, critical, now);
  const expiring: Finding[] = severity ? [{ ...signed, name: 'ca-expiring', severity, deadline: notAfter }] : [];
  const tainted: Finding[] =
    authority.state === 'tainted' ? [{ ...about, name: 'ca-tainted', severity: 'critical' }] : [];
  const begin = certificate.notBefore;
  const future: Finding[] =
    begin > now ? [{ ...signed, name: 'ca-not-yet-valid', severity: 'critical', deadline: begin }] : [];
  return [...tainted, ...future, ...expiring, ...crlFindings(about, row, inDoubt, thresholds, now)];
}

/** Tests for a CA of others without a chain to it from a CA of ours: its holder has certified ours with another one. */
function isLeft({ id, keyLocation }: Authority, authorities: readonly Authority[]): boolean {
  if (keyLocation !== 'foreign') return false;
  const ours = authorities
    .filter(isCertified)
    .filter(each => each.keyLocation !== 'foreign' && each.state !== 'retired');
  return ours.length > 0 && !ours.some(each => chainToRoot(each, authorities).some(link => link.id === id));
}

function crlFindings(
  owner: Pick<Finding, 'kind' | 'subject' | 'keyLocation' | 'tier'>,
  { authority, crl, series = [] }: AuthorityRow,
  inDoubt: CheckInput['inDoubt'],
  thresholds: CheckThresholds,
  now: Date,
): Finding[] {
  const state = { latest: crl, series };
  // a presigned CRL waits to be published, which needs no key
  const about = crlOnTurn(state, now) === undefined ? owner : { ...owner, keyLocation: 'file' as const };
  if (crl === undefined) return [{ ...about, name: 'crl-missing', severity: 'critical' }];
  const deadline = crl.nextUpdate;
  // a CRL cannot outlive its CA, and is needed no longer
  if (authority.certificate !== undefined && deadline >= authority.certificate.notAfter) return [];
  if (isStale(crl, now)) return [{ ...about, name: 'crl-stale', severity: 'critical', deadline }];
  if (isFuture(crl, now)) {
    return [{ ...about, name: 'crl-not-yet-valid', severity: 'critical', deadline: crl.thisUpdate }];
  }
  const [next, last] = [crlsToCome(state)[0], series.at(-1)];
  const isLast = next === undefined && last?.sha256 === crl.sha256;
  if (isLast || (next !== undefined && secondsBetween(next.thisUpdate, now) < TURN_GRACE)) {
    const end = last!.nextUpdate;
    const severity = urgency(crl.thisUpdate, end, thresholds.caWarning, thresholds.caCritical, now);
    return severity ? [{ ...about, name: 'crl-series-ending', severity, deadline: end }] : [];
  }
  const from = inDoubt === undefined ? crl.thisUpdate : crlAgeFrom(crl, authority.tier, inDoubt);
  const severity = urgency(from, crl.nextUpdate, thresholds.crlWarning, thresholds.crlCritical, now);
  return severity ? [{ ...about, name: 'crl-expiring', severity, deadline }] : [];
}

const secondsBetween = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1000;
