// Decides which certificates a revocation covers, from service names, SPIFFE IDs or serial numbers.
// `revoke` and `apply --prune` call it. It records nothing and plans no CRL; it refuses a request it cannot resolve completely.
import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { foldSpiffeId } from '../../pki/name/spiffe-id.ts';
import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { Authority } from '../../record/authority.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Revocation } from '../../record/revocation.ts';
import type { Service } from '../../record/service.ts';
import { SHORTEST_SERIAL } from '../../service/rules/selector.ts';

/** The name of a certificate on the command line. */
type CertificateSelector =
  | { readonly kind: 'serial'; readonly prefix: string }
  | { readonly kind: 'spiffe-id'; readonly uri: string }
  | { readonly kind: 'service'; readonly name: string };

/** Parses the name of a certificate. Eight hex digits are a service if there is one of that name. */
export function parseCertificateSelector(text: string, isService: (name: string) => boolean): CertificateSelector {
  if (/^spiffe:\/\//i.test(text)) return { kind: 'spiffe-id', uri: foldSpiffeId(text) };
  if (isService(text)) return { kind: 'service', name: text };
  const hex = text.replaceAll(':', '').toLowerCase();
  if (/^[0-9a-f]+$/.test(hex) && hex.length >= SHORTEST_SERIAL) return { kind: 'serial', prefix: hex };
  return { kind: 'service', name: text };
}

/** The lookups that a revocation needs; the manifest has them. */
export interface CertificateIndex {
  service(name: string): Service | undefined;
  serviceNames(): readonly string[];
  certificate(serial: string): Certificate | undefined;
  certificatesOfService(service: string): readonly Certificate[];
  certificatesBySpiffeId(spiffeId: string): readonly Certificate[];
  certificatesBySerialPrefix(prefix: string, limit: number): readonly Certificate[];
  revocation(serial: string): Revocation | undefined;
  authorities(): readonly Authority[];
}

export interface RevokeRequest {
  readonly selectors: readonly string[];
  /** `current`: the newest certificate; `previous`: the one it replaced; `all`: every certificate that has not expired. */
  readonly which: 'current' | 'previous' | 'all';
  readonly reason: CrlReason;
  readonly invalidityDate?: Date;
  /** The selectors are full serial numbers that the manifest lacks: issued after the last backup, for example. */
  readonly unknown?: {
    /** The CA that issued them. */
    readonly authorityId: string;
    /** When absent, they expire with their CA. */
    readonly notAfter?: Date;
  };
}

/** The facts of a certificate that a revocation needs. Service and SPIFFE ID are empty if the manifest lacks it. */
export type RevocableCertificate = Pick<Certificate, 'serial' | 'authorityId' | 'service' | 'spiffeId' | 'notAfter'>;

export type RevokeStep =
  | { readonly action: 'revoke'; readonly certificate: RevocableCertificate }
  /** It was revoked before. */
  | { readonly action: 'keep'; readonly certificate: RevocableCertificate; readonly revocation: Revocation };

export interface RevokePlan {
  readonly steps: readonly RevokeStep[];
  /** Replaced certificates of the same services that are still valid and were not named. */
  readonly stillValid: readonly Certificate[];
}

/**
 * Plans a revocation. `earliest`: the earlier clock if the clock is in doubt; what has not expired by it can be revoked. Throws
 * ERR_SERVICE_UNKNOWN, ERR_CERTIFICATE_UNKNOWN, ERR_SERIAL_AMBIGUOUS, ERR_REVOKE_*.
 */
export function planRevoke(
  index: CertificateIndex,
  request: RevokeRequest,
  now: Date,
  earliest: Date = now,
): RevokePlan {
  if (request.invalidityDate !== undefined && request.invalidityDate > now) {
    throw failure('ERR_REVOKE_FUTURE', { invalidityDate: instantText(request.invalidityDate) });
  }
  if (request.unknown !== undefined) return { steps: unknownSteps(index, request, request.unknown), stillValid: [] };
  const chosen = new Map<string, Certificate>();
  for (const text of request.selectors) {
    for (const certificate of select(index, text, request.which, earliest)) chosen.set(certificate.serial, certificate);
  }
  const certificates = [...chosen.values()];
  const services = new Set(certificates.map(({ service }) => service));
  return {
    steps: certificates.map(certificate => {
      const revocation = index.revocation(certificate.serial);
      if (revocation !== undefined) return { action: 'keep', certificate, revocation };
      return { action: 'revoke', certificate };
    }),
    stillValid: [...services]
      .flatMap(service => index.certificatesOfService(service))
      .filter(other => !chosen.has(other.serial) && other.state === 'superseded' && other.notAfter >= earliest),
  };
}

function select(
  index: CertificateIndex,
  text: string,
  which: RevokeRequest['which'],
  now: Date,
): readonly Certificate[] {
  const selector = parseCertificateSelector(text, name => index.service(name) !== undefined);
  if (selector.kind === 'serial') {
    if (which !== 'current') throw failure('ERR_REVOKE_ONE', { text, flag: `--${which}` });
    return [bySerial(index, selector.prefix, now)];
  }
  const all = certificatesOf(index, selector);
  const alive = all.filter(({ notAfter }) => notAfter >= now);
  const found = which === 'all' ? alive : which === 'previous' ? previousOf(index, all, now) : currentOf(alive);
  if (found.length > 0) return found;
  if (which === 'previous') throw failure('ERR_REVOKE_NO_PREVIOUS', { text });
  const [newest] = all;
  throw failure('ERR_REVOKE_NOTHING', {
    text,
    ...(newest !== undefined && alive.length === 0 && { expired: instantText(newest.notAfter) }),
    others: alive.length,
  });
}

/** Finds the newest certificate before the current one. A second run finds the same, as it may be revoked already. */
function previousOf(index: CertificateIndex, newestFirst: readonly Certificate[], now: Date): readonly Certificate[] {
  const at = newestFirst.findIndex(({ serial, service }) => index.service(service)?.currentSerial === serial);
  const previous = newestFirst.slice(at + 1).find(({ state }) => state !== 'intent');
  return at < 0 || previous === undefined || previous.notAfter < now ? [] : [previous];
}

/** Finds the current certificates. If there is none, a revoked one is found, and a second run reports it as unchanged. */
function currentOf(alive: readonly Certificate[]): readonly Certificate[] {
  const current = alive.filter(({ state }) => state === 'current');
  return current.length > 0 ? current : alive.filter(({ state }) => state === 'revoked').slice(0, 1);
}

function certificatesOf(
  index: CertificateIndex,
  selector: Exclude<CertificateSelector, { kind: 'serial' }>,
): readonly Certificate[] {
  if (selector.kind === 'spiffe-id') {
    const found = index.certificatesBySpiffeId(selector.uri);
    if (found.length === 0) throw failure('ERR_CERTIFICATE_UNKNOWN', { text: selector.uri });
    return found;
  }
  if (index.service(selector.name) === undefined) {
    throw failure('ERR_SERVICE_UNKNOWN', {
      text: selector.name,
      known: index.serviceNames(),
      outcome: 'nothing was revoked',
    });
  }
  return index.certificatesOfService(selector.name);
}

function bySerial(index: CertificateIndex, prefix: string, now: Date): Certificate {
  const [certificate, another] = index.certificatesBySerialPrefix(prefix, 2);
  if (certificate === undefined) throw failure('ERR_CERTIFICATE_UNKNOWN', { text: prefix });
  if (another !== undefined)
    throw failure('ERR_SERIAL_AMBIGUOUS', { prefix, serials: [certificate.serial, another.serial] });
  if (certificate.notAfter < now) {
    throw failure('ERR_REVOKE_NOTHING', { text: prefix, expired: instantText(certificate.notAfter), others: 0 });
  }
  return certificate;
}

function unknownSteps(
  index: CertificateIndex,
  { selectors }: RevokeRequest,
  { authorityId, notAfter }: NonNullable<RevokeRequest['unknown']>,
): readonly RevokeStep[] {
  const authorities = index.authorities();
  const authority = authorities.find(({ id }) => id === authorityId);
  if (authority?.certificate === undefined) {
    throw failure('ERR_AUTHORITY_UNKNOWN', { text: authorityId, known: authorities.map(({ id }) => id) });
  }
  const end = authority.certificate.notAfter;
  return selectors.map(text => {
    const serial = parseWholeSerial(text);
    const ca = authorities.find(({ certificate }) => certificate?.serial === serial);
    if (index.certificate(serial) !== undefined) throw failure('ERR_REVOKE_KNOWN', { serial });
    if (ca !== undefined) throw failure('ERR_REVOKE_KNOWN', { serial, ca: ca.id });
    const certificate = { serial, authorityId, service: '', spiffeId: '', notAfter: notAfter ?? end };
    const revocation = index.revocation(serial);
    return revocation === undefined ? { action: 'revoke', certificate } : { action: 'keep', certificate, revocation };
  });
}

/** Parses a full serial number: hex, positive, at most 20 octets (RFC 5280 §4.1.2.2). Throws ERR_SERIAL. */
function parseWholeSerial(text: string): string {
  const hex = text.replaceAll(':', '').toLowerCase();
  const hint = 'give the full serial number, as svcauth inspect prints it: 552a94dd21a94b8d0c3a6c1f5e7b9a10';
  const bad = (reason: string) => failure('ERR_SERIAL', { text, reason, hint });
  if (!/^[0-9a-f]+$/.test(hex)) throw bad('it is not hexadecimal');
  const digits = (hex.length % 2 === 0 ? hex : `0${hex}`).replace(/^00(?=.)/, '');
  if (digits.length > 40) throw bad('it is longer than 20 octets');
  if (/^0+$/.test(digits)) throw bad('it is zero');
  return digits;
}
