import type { Authority, AuthorityState } from '../../record/authority.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Crl } from '../../record/crl.ts';
import type { Delivery } from '../../record/deployment.ts';
import type { Service } from '../../record/service.ts';
import type { RenewalSpec } from '../../record/upkeep.ts';
import { renewalOf } from '../../due/rules/settings.ts';
import { renewalTime } from '../../due/rules/time.ts';

/** `none`: never issued. `due`: past its renewal time and still valid. */
type ServiceState = 'none' | 'valid' | 'due' | 'expired' | 'revoked';

export interface ServiceStatus {
  readonly name: string;
  readonly spiffeId: string;
  readonly state: ServiceState;
  /** Issued, and not deployed yet: the files, outputs or hooks of the previous one may still be in use. */
  readonly deliveryPending: boolean;
  /** While pending: the serial that was deployed last, if any was, and what the last attempt failed of. */
  readonly deployedSerial?: string;
  readonly problem?: string;
  /** The rest is absent without a certificate. */
  readonly serial?: string;
  readonly authorityId?: string;
  readonly notBefore?: Date;
  /** Inclusive (RFC 5280 §4.1.2.5). */
  readonly notAfter?: Date;
  readonly renewAt?: Date;
}

/**
 * `none`: not needed before the CA has its certificate. `stale`: nextUpdate has come, every verifier that checks refuses everyone
 * (T5 of the field notes: so does a missing one).
 */
type CrlState = 'none' | 'fresh' | 'stale' | 'missing';

export interface CrlStatus {
  readonly state: CrlState;
  readonly number?: bigint;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
  readonly entryCount?: number;
}

export interface AuthorityStatus {
  readonly id: string;
  readonly tier: Authority['tier'];
  readonly state: AuthorityState;
  readonly expired: boolean;
  readonly keyAlgorithm: Authority['keyAlgorithm'];
  readonly keyLocation: Authority['keyLocation'];
  readonly crl: CrlStatus;
  /** Absent while its certificate is awaited. */
  readonly serial?: string;
  readonly issuerId?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** As the manifest has them. */
export interface ServiceRow {
  readonly service: Service;
  readonly certificate?: Certificate;
  readonly delivery?: Delivery;
}

export interface AuthorityRow {
  readonly authority: Authority;
  readonly crl?: Crl;
  /** Signed ahead, in order. */
  readonly series?: readonly Crl[];
}

/** `renewal`: of services that say nothing else. */
export function serviceStatus(
  { service, certificate, delivery }: ServiceRow,
  renewal: RenewalSpec,
  now: Date,
): ServiceStatus {
  const base = { name: service.name, spiffeId: service.spec.spiffeId };
  if (certificate === undefined) return { ...base, state: 'none', deliveryPending: false };
  const { serial, authorityId, notBefore, notAfter } = certificate;
  const renewAt = renewalTime(certificate, renewalOf(service, renewal).threshold);
  return {
    ...base,
    state: certificateState(certificate, renewAt, now),
    ...pendingDelivery(delivery),
    serial,
    authorityId,
    notBefore,
    notAfter,
    renewAt,
  };
}

function pendingDelivery(
  delivery: Delivery | undefined,
): Pick<ServiceStatus, 'deliveryPending' | 'deployedSerial' | 'problem'> {
  if (delivery?.state !== 'pending') return { deliveryPending: false };
  const { deployedSerial, problem } = delivery;
  return {
    deliveryPending: true,
    ...(deployedSerial && { deployedSerial }),
    ...(problem !== undefined && { problem }),
  };
}

function certificateState(certificate: Certificate, renewAt: Date, now: Date): ServiceState {
  if (certificate.state === 'revoked') return 'revoked';
  if (certificate.notAfter < now) return 'expired';
  return renewAt <= now ? 'due' : 'valid';
}

export function authorityStatus({ authority, crl }: AuthorityRow, now: Date): AuthorityStatus {
  const { certificate } = authority;
  return {
    id: authority.id,
    tier: authority.tier,
    state: authority.state,
    expired: certificate !== undefined && certificate.notAfter < now,
    keyAlgorithm: authority.keyAlgorithm,
    keyLocation: authority.keyLocation,
    crl: certificate === undefined ? { state: 'none' } : crlStatus(crl, now),
    ...(certificate && {
      serial: certificate.serial,
      issuerId: certificate.issuerId,
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
    }),
  };
}

function crlStatus(crl: Crl | undefined, now: Date): CrlStatus {
  if (crl === undefined) return { state: 'missing' };
  const { number, thisUpdate, nextUpdate, entryCount } = crl;
  return { state: isStale(crl, now) ? 'stale' : 'fresh', number, thisUpdate, nextUpdate, entryCount };
}

/** From nextUpdate on, the second itself included: OpenSSL refuses then, and the strictest verifier decides. */
export const isStale = (crl: Crl, now: Date): boolean => crl.nextUpdate <= now;
