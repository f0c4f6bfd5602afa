/**
 * Decides each condition of a step: open or closed, with its numbers and its remedy. `gatesOf` selects the gates of a step; a gate reads
 * the facts and changes nothing.
 */
import { REMEDIES } from '../../errors/remedy.ts';
import { instantText } from '../../time/instant-text.ts';
import { certifierKey, chainToRoot, isCertified } from '../../ca/rules/active-issuer.ts';
import { plural } from '../../text/plural.ts';
import { durationText } from '../../time/duration.ts';
import type { Authority, LeafTotals } from '../../record/authority.ts';
import type { PublishedDirectory } from './published-directory.ts';
import { hasLoaded, heldEverywhereSince, missingFrom, reloadsBy } from './reach.ts';
import { recordedPhase, type AwaitedRotation, type OpenRotation, type RotationFacts } from './state.ts';

type GateName =
  | 'certificate-installed'
  | 'other-rotation'
  | 'issuer-outlives'
  | 'begun'
  | 'self-test'
  | 'soak'
  | 'acknowledgements'
  | 'published'
  | 'consumers-loaded'
  | 'crls-fresh'
  | 'services-current'
  | 'services-deployed'
  | 'leaves-gone'
  | 'chains-gone'
  | 'way-back'
  | 'proof';

/** Gates that a compromise may force: waiting for them helps the attacker. Forcing the others would break later steps. */
const FORCIBLE: ReadonlySet<GateName> = new Set<GateName>([
  'soak',
  'acknowledgements',
  'published',
  'consumers-loaded',
  'crls-fresh',
  'services-current',
  'leaves-gone',
  'proof',
]);

export const isForcible = ({ name, forcible = true }: Gate): boolean => forcible && FORCIBLE.has(name);

/** One condition of a step, with its numbers. */
export interface Gate {
  readonly name: GateName;
  readonly open: boolean;
  readonly message: string;
  /** Time at which it opens without a command; absent when it is open or needs one. */
  readonly opensAt?: Date;
  /** A command that opens it. */
  readonly remedy?: string;
  /** False: a compromise cannot force it either, because the successor could not issue. */
  readonly forcible?: boolean;
}

const opened = (name: GateName, message: string): Gate => ({ name, open: true, message });

type Closed = Omit<Gate, 'name' | 'open' | 'message'>;
const closed = (name: GateName, message: string, how: Closed = {}): Gate => ({ name, open: false, message, ...how });

/** Requires the certificate of a pending successor, which only the holder of an external CA can issue. */
export const certificateInstalled = ({ to, rotation }: AwaitedRotation): Gate =>
  closed(
    'certificate-installed',
    `${to.id} waits for its certificate since ${instantText(rotation.preparedAt)}; its request is authorities/${to.id}/ca.csr`,
    { remedy: REMEDIES.successorPending() },
  );

/** Requires an issuing CA above that outlives the CA being replaced. */
export function issuerOutlives(
  from: { readonly notAfter: Date; readonly id: string },
  above: typeof from,
  keyLocation: Authority['keyLocation'],
): Gate {
  const ends = `${above.id} expires ${instantText(above.notAfter)}, ${from.id} expires ${instantText(from.notAfter)}`;
  if (above.notAfter > from.notAfter) return opened('issuer-outlives', ends);
  // `install-cert` judges the certificate that the holder makes, and the CA above it may be new
  if (keyLocation === 'foreign') return opened('issuer-outlives', `${ends}; its holder certifies the successor`);
  return closed('issuer-outlives', `${ends}: a successor cannot expire later`, {
    remedy: REMEDIES.rotationStep({ step: 'prepare', tier: 'root' }),
  });
}

/** Requires the rotation of the other tier to be draining: before that it changes what this proof assumes. */
export function otherRotation({ rotations, tier }: RotationFacts): Gate {
  const other = rotations.find(each => each.tier !== tier && each.endedAt === undefined);
  if (other === undefined) return opened('other-rotation', 'no other rotation is in progress');
  const [phase] = recordedPhase(other);
  const message = `the ${other.tier} rotation from ${other.fromId} to ${other.toId} is ${phase}`;
  if (phase === 'draining') return opened('other-rotation', message);
  return closed('other-rotation', `${message}; it must be draining first`, {
    remedy: REMEDIES.rotationUnclear(other),
  });
}

/** Requires a successor that is valid now: a wrong clock may have made one that begins in the future. */
export function begun({ to }: OpenRotation, { authorities }: Pick<RotationFacts, 'authorities'>, now: Date): Gate {
  const { notBefore } = to.certificate;
  const message = `${to.id} is valid from ${instantText(notBefore)}`;
  if (notBefore <= now) return opened('begun', message);
  return closed('begun', message, {
    opensAt: notBefore,
    remedy: REMEDIES.caNotYetValid({ ca: to.id, keyLocation: certifierKey(to, authorities) }),
    forcible: false,
  });
}

export function selfTested({ rotation, to }: OpenRotation): Gate {
  if (rotation.selfTest !== undefined) {
    return opened('self-test', `the test certificate of ${to.id} was accepted`);
  }
  return closed('self-test', `${to.id} has not issued its test certificate`, {
    remedy: REMEDIES.rotationStep({ step: 'prepare', tier: rotation.tier }),
  });
}

/** Requires the soak: a verifier that follows the refresh hint then has the new files (SPIFFE Trust Domain and Bundle §4.1.2). */
export function soaked(from: Date, soak: number, what: string, now: Date): Gate {
  const opensAt = new Date(from.getTime() + soak * 1000);
  const message = `${what} ${instantText(from)}; the soak of ${durationText(soak)} ends ${instantText(opensAt)}`;
  return now >= opensAt ? opened('soak', message) : closed('soak', message, { opensAt });
}

/** Requires the soak after `publish`. It starts when every published directory holds the successor: verifiers read them, not the home. */
export function soakedSincePublished(open: OpenRotation, { published }: RotationFacts, now: Date): Gate {
  const { rotation } = open;
  const from = heldEverywhereSince(published, open);
  if (from !== undefined) {
    const isLater = from > rotation.publishedAt!;
    return soaked(from, rotation.soak, isLater ? 'in every published directory since' : 'published', now);
  }
  const unseen = missingFrom(published, open)?.place ?? published.find(({ isHome }) => !isHome)!;
  const message = `the soak of ${durationText(rotation.soak)} starts when every published directory holds ${open.to.id}`;
  return closed('soak', message, { remedy: publishing(unseen, rotation) });
}

/** Requires the anchor and the CRL of the successor in every published directory. */
export function publishedEverywhere(open: OpenRotation, { published }: RotationFacts): Gate {
  const missing = missingFrom(published, open);
  if (missing === undefined) {
    const names = published.map(({ isHome, directory }) => (isHome ? 'public/' : directory));
    return opened('published', `${namesOf(names)} ${names.length === 1 ? 'holds' : 'hold'} ${open.to.id}`);
  }
  const { place, lacks } = missing;
  return closed('published', `${place.directory}: ${lacks}`, { remedy: publishing(place, open.rotation) });
}

const publishing = ({ isHome, directory }: PublishedDirectory, { tier }: OpenRotation['rotation']): string =>
  isHome ? REMEDIES.rotationStep({ step: 'publish', tier }) : REMEDIES.publishedBehind({ directory });

/** Requires consumers that have loaded the anchors and the CRL of the successor: until then they reject its certificates. */
export function consumersLoaded(open: OpenRotation, { consumers, published }: RotationFacts, now: Date): Gate {
  const from = heldEverywhereSince(published, open);
  const waiting = consumers.filter(each => !hasLoaded(each, open, from, now));
  const undeclared = consumers.reduce((sum, { reload, services }) => sum + (reload === 'undeclared' ? services : 0), 0);
  const soak = undeclared === 0 ? '' : `; ${plural(undeclared, 'service')} without a hook: only the soak counts`;
  const counted = consumers.filter(({ reload }) => reload !== 'undeclared').length;
  const have = `${counted - waiting.length} of ${plural(counted, 'consumer')} loaded ${open.to.id}${soak}`;
  if (waiting.length === 0) return opened('consumers-loaded', counted === 0 ? `no consumer is known${soak}` : have);
  const message = `${have}; missing: ${namesOf(waiting.map(({ name }) => name))}`;
  const [first] = waiting.filter(({ reload }) => reload !== 'self');
  if (first === undefined) {
    const times = waiting.map(each => reloadsBy(each, from));
    const known = times.filter(each => each !== undefined);
    const opensAt = known.length === times.length ? known.reduce((a, b) => (a > b ? a : b)) : undefined;
    return closed('consumers-loaded', message, opensAt ? { opensAt } : {});
  }
  const consumer = { consumer: first.name };
  const remedy = first.reload === 'manual' ? REMEDIES.reloadReported(consumer) : REMEDIES.reloadPending(consumer);
  return closed('consumers-loaded', message, { remedy });
}

export function acknowledged({ rotation }: OpenRotation, { acknowledgements }: RotationFacts): Gate {
  const { requiredAcks, publishedSequence = 0 } = rotation;
  if (requiredAcks.length === 0) return opened('acknowledgements', 'no acknowledgement is required');
  const have = new Set(
    acknowledgements.filter(({ sequence }) => sequence >= publishedSequence).map(each => each.verifier),
  );
  const missing = requiredAcks.filter(verifier => !have.has(verifier));
  const count = requiredAcks.length - missing.length;
  const message = `${count} of ${plural(requiredAcks.length, 'verifier')} acknowledged bundle sequence ${publishedSequence}`;
  if (missing.length === 0) return opened('acknowledgements', message);
  return closed('acknowledgements', `${message}; missing: ${missing.join(', ')}`, {
    remedy: REMEDIES.bundleLoaded({ verifier: missing[0]!, sequence: publishedSequence }),
  });
}

/** Requires current CRLs: verifiers reject every certificate below a missing or expired one (field notes T2, T5). */
export function crlsFresh({ authorities, crls }: RotationFacts, now: Date): Gate {
  const needed = authorities.filter(isCertified).filter(({ state, certificate }) => {
    return state !== 'retired' && certificate.notAfter >= now;
  });
  for (const { id, keyLocation } of needed) {
    const known = crls.get(id);
    const problem =
      known === undefined
        ? `${id} has no CRL`
        : !known.isPublished
          ? `public/crl does not hold the newest CRL of ${id}`
          : known.crl.nextUpdate <= now
            ? `the CRL of ${id} expired ${instantText(known.crl.nextUpdate)}`
            : undefined;
    if (problem === undefined) continue;
    return closed('crls-fresh', problem, { remedy: REMEDIES.crlDue({ ca: id, keyLocation }) });
  }
  return opened('crls-fresh', `the CRLs of ${needed.map(({ id }) => id).join(', ')} are fresh`);
}

const MOST = 5;
const namesOf = (names: readonly string[]): string =>
  `${names.slice(0, MOST).join(', ')}${names.length > MOST ? ' and others' : ''}`;

/** Requires current files of every service, because services verify too. */
export function servicesCurrent({ behind, tier }: RotationFacts, what: readonly ('anchors' | 'chains')[]): Gate {
  const names = [...new Set(what.flatMap(kind => behind[kind]))].sort();
  if (names.length === 0) return opened('services-current', 'the files of every service are up to date');
  const message = `the files of ${plural(names.length, 'service')} are not up to date: ${namesOf(names)}`;
  const step = what.includes('chains') ? 'drain' : 'publish';
  return closed('services-current', message, { remedy: REMEDIES.rotationStep({ step, tier }) });
}

/** Requires complete deployments: a process that has not reloaded uses its old anchors and chain. */
export function servicesDeployed({ undeployed }: RotationFacts): Gate {
  if (undeployed.length === 0) return opened('services-deployed', 'no deployment is pending');
  return closed('services-deployed', `${plural(undeployed.length, 'deployment')} pending: ${namesOf(undeployed)}`, {
    remedy: REMEDIES.deploymentsPending(),
  });
}

/** Sums the leaves of every CA whose chain leads through this one. */
export function leavesThrough(id: string, { authorities, leaves }: RotationFacts): LeafTotals {
  const below = authorities.filter(isCertified).filter(each => {
    return chainToRoot(each, authorities).some(link => link.id === id);
  });
  const totals = below.flatMap(each => leaves.get(each.id) ?? []);
  const latest = (dates: readonly (Date | undefined)[]) =>
    dates.reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a), undefined);
  const [lastNotAfter, lastOfAll] = [
    latest(totals.map(each => each.lastNotAfter)),
    latest(totals.map(each => each.lastOfAll)),
  ];
  const oneSuperseded = totals.find(each => each.oneSuperseded !== undefined)?.oneSuperseded;
  return {
    live: totals.reduce((sum, { live }) => sum + live, 0),
    superseded: totals.reduce((sum, { superseded }) => sum + superseded, 0),
    ...(oneSuperseded !== undefined && { oneSuperseded }),
    ...(lastNotAfter && { lastNotAfter }),
    ...(lastOfAll && { lastOfAll }),
    services: totals.flatMap(({ services }) => services),
  };
}

export function leavesGone(id: string, facts: RotationFacts): Gate {
  const { live, superseded, oneSuperseded, lastNotAfter, services } = leavesThrough(id, facts);
  if (live === 0) return opened('leaves-gone', `no valid certificate chains to ${id}`);
  const whose = namesOf([...new Set(services)].sort());
  const last = lastNotAfter!;
  const chain = live === 1 ? 'chains' : 'chain';
  const message =
    `${plural(live, 'valid certificate')} of ${whose} ${chain} to ${id} (${superseded} superseded); ` +
    `the last expires ${instantText(last)}`;
  if (superseded < live) return closed('leaves-gone', message, { remedy: REMEDIES.renewalsDue() });
  return closed('leaves-gone', message, {
    // notAfter is inclusive (RFC 5280 §4.1.2.5)
    opensAt: new Date(last.getTime() + 1000),
    // not `--previous`: that is the newest one, and of an older CA a service may have an older one
    remedy: REMEDIES.supersededLive({ serial: oneSuperseded! }),
  });
}

/** Requires that no other CA chains to the CA that is retired. */
export function chainsGone(id: string, { authorities }: RotationFacts): Gate {
  const below = authorities.filter(isCertified).filter(each => {
    const lives = each.state === 'active' || each.state === 'prepared' || each.state === 'draining';
    return each.id !== id && lives && chainToRoot(each, authorities).some(link => link.id === id);
  });
  if (below.length === 0) return opened('chains-gone', `no other CA chains to ${id}`);
  return closed('chains-gone', `these CAs still chain to ${id}: ${below.map(each => each.id).join(', ')}`, {
    remedy: REMEDIES.rotationStep({ step: 'prepare', tier: 'issuing' }),
  });
}

/** Requires an old CA that can still issue. */
export function wayBack({ from }: OpenRotation, now: Date): Gate {
  const { id, certificate, keyLocation, state } = from;
  if (state === 'tainted') return closed('way-back', `${id} is tainted and must not issue again`);
  if (certificate.notAfter < now)
    return closed('way-back', `${id} expired ${instantText(certificate.notAfter)} and can no longer issue`);
  if (keyLocation === 'destroyed') return closed('way-back', `the key of ${id} was destroyed`);
  return opened('way-back', `${id} can issue until ${instantText(certificate.notAfter)}`);
}

/** The result of a proof, in words. */
export interface ProofFindings {
  /** Combinations that were checked; absent: there was nothing to prove. */
  readonly checked?: number;
  /** Handshakes that fail, or that a revoked peer passes. */
  readonly handshakes: readonly string[];
  /** Certificates that the successor cannot issue. */
  readonly gaps: readonly string[];
  /** A command after which there is no gap. */
  readonly remedy?: string;
  /** True if that command gives the key of the successor a longer certificate. */
  readonly isExtendable?: boolean;
}

export const NOTHING_FOUND: ProofFindings = { handshakes: [], gaps: [] };

/** Words the count of a proof that found nothing; `ca rotate plan` and the gate say the same. */
export const allVerify = (checked: number): string =>
  checked === 1
    ? 'the 1 combination of certificates, bundles and CRLs verifies'
    : `all ${checked} combinations of certificates, bundles and CRLs verify`;

export function proven({ checked, handshakes, gaps, remedy }: ProofFindings, tier: RotationFacts['tier']): Gate {
  const [first, ...more] = [...gaps, ...handshakes];
  if (first === undefined)
    return opened('proof', checked === undefined ? 'there is nothing to prove' : allVerify(checked));
  const message = `${first}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
  const plan = REMEDIES.rotationStep({ step: 'plan', tier });
  if (gaps.length === 0) return closed('proof', message, { remedy: plan });
  return closed('proof', message, { remedy: remedy ?? plan, forcible: false });
}
