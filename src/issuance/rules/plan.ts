// Answers: which requested certificates are issued, for which reason, until when, and which are not? Called by `issue`, `apply`,
// `renew` and `tick`, each with requests of its own source. Pure: the same requests and facts give the same plan; it never looks
// at a file or the manifest, and a refusal is part of the plan.

import { failure, SvcauthError } from '../../errors/error.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { checkCsrNames } from '../../pki/csr/csr.ts';
import { namesOfLeaf } from '../../pki/name/carried-names.ts';
import { parseIpAddress } from '../../pki/name/ip-address.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { ServiceSpec } from '../../record/service.ts';
import type { Threshold } from '../../time/duration.ts';
import { issueReason } from '../../due/rules/reason.ts';
import { renewalOf } from '../../due/rules/settings.ts';
import { renewalTime } from '../../due/rules/time.ts';
import { renewalWaits } from '../../due/rules/wait.ts';
import {
  leafNotAfter,
  refuseConstrainedNames,
  requestAsRecorded,
  resolveSpec,
} from '../../policy/rules/decide-spec.ts';
import type { NotAfterPolicy } from '../../policy/rules/not-after-policy.ts';
import { specChanges } from '../../service/rules/spec-change.ts';
import type { IssuanceFacts, ServiceFacts } from './facts.ts';
import { findHold } from './hold.ts';
import type { Planned } from './planned.ts';
import type { LeafKey, Requested } from './requested.ts';

export interface PlanOptions {
  /** Issue even if the current certificate is good. */
  readonly force: boolean;
  /** Overrides the policy. */
  readonly notAfterPolicy?: NotAfterPolicy;
  /** Renewal threshold; overrides the policy and the services. */
  readonly threshold?: Threshold;
  /** Seconds since the expiry after which a service is not renewed; absent: no limit. */
  readonly allowExpired?: number;
}

/** Decides one plan for each request, in their order. Throws ERR_CSR_NAMES. */
export function planCertificates(
  requests: readonly Requested[],
  facts: IssuanceFacts,
  options: PlanOptions,
  now: Date,
): readonly Planned[] {
  const waits = renewalWaits(facts.policy.check.leafCritical, now);
  const validity = validityOf(facts, options.notAfterPolicy ?? facts.policy.leaf.notAfterPolicy, now);
  return requests.map(requested => planOne(requested, facts, options, waits, validity, now));
}

function planOne(
  requested: Requested,
  facts: IssuanceFacts,
  options: PlanOptions,
  waits: ReturnType<typeof renewalWaits>,
  validity: ReturnType<typeof validityOf>,
  now: Date,
): Planned {
  const { source, key, asRecorded, csr } = requested;
  const { service } = requested.spec;
  const about = facts.services.get(service)!;
  const { known, directory, files, revokedFor } = about;
  const { force, allowExpired = Infinity } = options;
  const { certificate, deployment } = known ?? {};

  const { spec, violations } = specOf(requested, about, facts);
  if (csr) checkCsrNames(csr.names, { service, ...spec }, csr.what);
  const upkeep = requested.upkeep ?? known?.service.upkeep;
  const renewal = renewalOf({ ...(upkeep && { upkeep }) }, facts.policy.renewal);
  const changes = known === undefined ? [] : specChanges(known.service.spec, spec);
  const dueAt = certificate && renewalTime(certificate, options.threshold ?? renewal.threshold);
  const { issuer, draining, active } = facts;
  const reason = issueReason(
    {
      ...{ certificate, changes, files, issuer, draining, active, dueAt, force },
      keyDiffers: differs(key, certificate),
    },
    now,
  );
  const keyIsAway = key.source === 'generated' && certificate?.keySource === 'csr';
  const isDeployed = deployment?.state === 'deployed' && deployment.serial === certificate?.serial;
  // files that were read say more than the record; `unseen` says nothing
  const deploys = reason === undefined && (!isDeployed || files === 'not-switched');
  const common = {
    ...{ service, requested, spec, directory, violations },
    ...(upkeep && { upkeep }),
    ...(certificate && { current: currentOf(certificate) }),
    undeployed: certificate?.state === 'current' && (deploys || deployment?.state === 'pending'),
  };
  // A service whose key is on another host must not get a new key by accident. With its name alone, the command is refused only if a
  // certificate is due. With a list or a configuration it is always refused, because it would replace the key on a later run.
  const isRefused = source === 'command' && keyIsAway && !force && (reason !== undefined || !asRecorded);
  const refusal = isRefused && { refusal: failure('ERR_KEY_NOT_BROUGHT', { service }) };
  if (reason === undefined) {
    return { ...common, ...refusal, action: deploys ? 'deploy' : 'keep', current: currentOf(certificate!) };
  }
  const isHeldByWindow = source !== 'command' && !force && changes.length === 0;
  const wait =
    certificate && renewal.window && isHeldByWindow ? waits(renewal.window, reason, certificate, dueAt) : undefined;
  const hold = findHold({ source, known, revokedFor, keyIsAway, wait, allowExpired }, now);
  if (hold !== undefined) return { ...common, reason, changes, ...hold };
  return {
    ...{ ...common, action: 'issue', reason, changes, key, isNew: known === undefined },
    ...(wait && 'tooLate' in wait && wait),
    ...validity(service, spec),
    ...refusal,
  };
}

/** Completes a spec from the policy. A known service that is requested by name alone keeps its recorded spec. */
function specOf(
  { spec: asked, asRecorded }: Requested,
  { known, directory, isDefaultDirectory }: ServiceFacts,
  { policy }: IssuanceFacts,
): ReturnType<typeof resolveSpec> {
  const { keyAlgorithm } = asked;
  const requested =
    asRecorded && known
      ? { ...requestAsRecorded(asked.service, known.service.spec), ...(keyAlgorithm && { keyAlgorithm }) }
      : asked;
  return resolveSpec(policy, requested, isDefaultDirectory ? undefined : directory);
}

const currentOf = ({ serial, notAfter, state, keySource }: Certificate) => ({ serial, notAfter, state, keySource });

function differs(key: LeafKey, certificate: Certificate | undefined): boolean {
  // a request without a key accepts the current key
  if (certificate?.der === undefined || key.source === 'generated') return false;
  return !equalBytes(decodeCertificate(certificate.der).tbs.publicKey.der, key.publicKey);
}

/** Makes a function that computes the dates of a leaf. It refuses dates and names that the CAs do not allow. */
function validityOf({ chain, issuer, policy }: IssuanceFacts, notAfterPolicy: NotAfterPolicy, now: Date) {
  const backdated = new Date(now.getTime() - policy.leaf.backdate * 1000);
  const notBefore = backdated < issuer.notBefore ? issuer.notBefore : backdated;
  return (service: string, spec: ServiceSpec): { notBefore: Date; notAfter: Date; refusal?: SvcauthError } => {
    try {
      const notAfter = leafNotAfter(service, spec.ttl, chain[0], notAfterPolicy, now);
      const { spiffeId, dns } = spec;
      const ip = spec.ip.map(text => parseIpAddress(text).octets);
      const names = namesOfLeaf({ commonName: service, spiffeId, dns, ip });
      for (const each of chain) refuseConstrainedNames(names, each);
      return { notBefore, notAfter };
    } catch (refusal) {
      if (!(refusal instanceof SvcauthError)) throw refusal;
      return { notBefore, notAfter: new Date(now.getTime() + spec.ttl * 1000), refusal };
    }
  };
}
