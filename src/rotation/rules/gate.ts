/**
 * Answers each condition of a step: open or closed, with its numbers and its remedy. `gatesOf` puts them together for a step; a gate
 * reads the facts and changes nothing.
 */
import { REMEDIES } from '../../errors/remedy.ts';
import { instantText } from '../../time/instant-text.ts';
import { chainToRoot, isCertified } from '../../ca/rules/active-issuer.ts';
import { plural } from '../../text/plural.ts';
import { durationText } from '../../time/duration.ts';
import type { LeafTotals } from '../../record/authority.ts';
import { recordedPhase, type OpenRotation, type RotationFacts } from './state.ts';

type GateName =
  | 'other-rotation'
  | 'issuer-outlives'
  | 'self-test'
  | 'soak'
  | 'acknowledgements'
  | 'crls-fresh'
  | 'services-current'
  | 'services-deployed'
  | 'leaves-gone'
  | 'chains-gone'
  | 'way-back'
  | 'proof';

/** What a compromise may pass: who waits for these gates leaves the key to whoever has it. The others would break what comes after. */
const FORCIBLE: ReadonlySet<GateName> = new Set<GateName>([
  'soak',
  'acknowledgements',
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
  /** When it opens by itself; absent when somebody has to do something, or when it is open. */
  readonly opensAt?: Date;
  /** What to do, pasteable where possible. */
  readonly remedy?: string;
  /** False: a compromise does not pass it either, because the step would break more than it protects from. */
  readonly forcible?: boolean;
}

const opened = (name: GateName, message: string): Gate => ({ name, open: true, message });

type Closed = Omit<Gate, 'name' | 'open' | 'message'>;
const closed = (name: GateName, message: string, how: Closed = {}): Gate => ({ name, open: false, message, ...how });

/** Who waits must not wait for ever: a CA that ends before it could replace anything is no successor. */
export function issuerOutlives(from: { readonly notAfter: Date; readonly id: string }, above: typeof from): Gate {
  const ends = `${above.id} expires ${instantText(above.notAfter)}, ${from.id} expires ${instantText(from.notAfter)}`;
  if (above.notAfter > from.notAfter) return opened('issuer-outlives', ends);
  return closed('issuer-outlives', `${ends}: a successor cannot expire later`, {
    remedy: REMEDIES.rotationStep({ step: 'prepare', tier: 'root' }),
  });
}

/** Two rotations that are both half way would each change what the other was proven with. */
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

export function selfTested({ rotation, to }: OpenRotation): Gate {
  if (rotation.selfTest !== undefined) {
    return opened('self-test', `the test certificate of ${to.id} was accepted`);
  }
  return closed('self-test', `${to.id} has not issued its test certificate`, {
    remedy: REMEDIES.rotationStep({ step: 'prepare', tier: rotation.tier }),
  });
}

/** SPIFFE Trust Domain and Bundle §4.1.2: whoever follows the refresh hint has what was published by then. */
export function soaked(from: Date, soak: number, what: string, now: Date): Gate {
  const opensAt = new Date(from.getTime() + soak * 1000);
  const message = `${what} ${instantText(from)}; the soak of ${durationText(soak)} ends ${instantText(opensAt)}`;
  return now >= opensAt ? opened('soak', message) : closed('soak', message, { opensAt });
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

/** Field notes T2, T5: one CRL that is missing or too old refuses everyone. */
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

/** The services are verifiers, too. */
export function servicesCurrent({ behind, tier }: RotationFacts, what: readonly ('anchors' | 'chains')[]): Gate {
  const names = [...new Set(what.flatMap(kind => behind[kind]))].sort();
  if (names.length === 0) return opened('services-current', 'the files of every service are up to date');
  const message = `the files of ${plural(names.length, 'service')} are not up to date: ${namesOf(names)}`;
  const step = what.includes('chains') ? 'drain' : 'publish';
  return closed('services-current', message, { remedy: REMEDIES.rotationStep({ step, tier }) });
}

/** A process that was not told to read its files again trusts, and sends, what it read before. */
export function servicesDeployed({ undeployed }: RotationFacts): Gate {
  if (undeployed.length === 0) return opened('services-deployed', 'no deployment is pending');
  return closed('services-deployed', `${plural(undeployed.length, 'deployment')} pending: ${namesOf(undeployed)}`, {
    remedy: REMEDIES.deploymentsPending(),
  });
}

/** Leaves of every CA whose chain leads through this one. */
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

/** A CA that still signs, or still may, under the one that is to go. */
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

/** Going back is to a CA that can sign. */
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
