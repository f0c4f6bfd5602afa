/**
 * Takes the steps of a rotation without an operator. It finds the due step whose gates are open, takes it, and records an obstacle that
 * only a person can remove. `tick` calls it for each tier with `rotation: auto`; the gates and the steps are elsewhere.
 */
import { SvcauthError } from '../../errors/error.ts';
import { REMEDIES } from '../../errors/remedy.ts';
import { certifier, isCertified, replaceable } from '../../ca/rules/active-issuer.ts';
import type { IssuerLookup } from '../../crl/run/refresh.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { Authority } from '../../record/authority.ts';
import type { Crl } from '../../record/crl.ts';
import type { Rotation, RotationObstacle, RotationUpkeep } from '../../record/rotation.ts';
import { clockOf } from '../../store/clock.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import type { Pki } from '../../store/open-pki.ts';
import { instantText } from '../../time/instant-text.ts';
import { jumpAcceptedAt } from '../../time/recorded-clock.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import { NOTHING_FOUND, type Gate } from '../rules/gate.ts';
import { rotationOutlook, type RotationOutlook } from '../rules/outlook.ts';
import { openRotation, type RotationFacts } from '../rules/state.ts';
import { gatesOf, leftovers, nextStep, type RotationStep } from '../rules/step.ts';
import { leftoverGates } from '../rules/status.ts';
import type { Successor } from '../rules/successor.ts';
import { readRotationFacts } from './facts.ts';
import { outlookFacts } from './outlook.ts';
import { findingsOf } from './prove.ts';
import { proofOfNext, takeStep, type RotateOutcome, type RotateRequest } from './step.ts';

type AutomaticStep = Exclude<RotationStep, 'rollback'>;

/** The step that `tick` takes now, or the gates that stop it. */
export interface AutomaticPlan {
  readonly tier: Rotation['tier'];
  /** Absent: nothing is due, or a gate is closed. */
  readonly step?: AutomaticStep;
  /** The CA that the step is about. */
  readonly subject?: string;
  readonly successor?: Successor;
  /** Closed gates of a step that is due. */
  readonly waitsFor: readonly (Pick<Gate, 'message' | 'opensAt' | 'remedy'> & { readonly name: string })[];
}

/** The two tiers, in the order in which both can be rotated: an issuing CA cannot outlive its root. */
export const TIERS: readonly Rotation['tier'][] = ['root', 'issuing'];

/** Seconds for which an opened key counts as usable: opening it takes hundreds of thousands of rounds. */
const OPENED_FOR = 86_400;

/** The dates of CRLs that this tick will sign before it rotates, by the id of the CA. */
export type CrlsToCome = ReadonlyMap<string, Pick<Crl, 'number' | 'thisUpdate' | 'nextUpdate'>>;

/**
 * Finds the step of a tier that is due and whose gates are open. It changes nothing; undefined for a tier that operators rotate. `coming`:
 * CRLs that count as published, in a dry run.
 */
export async function planAutomatic(
  pki: Pki,
  policy: Policy,
  tier: Rotation['tier'],
  coming: CrlsToCome = new Map(),
): Promise<AutomaticPlan | undefined> {
  if (policy.rotation[tier] === 'manual') return undefined;
  const { manifest, world } = pki;
  const known = outlookFacts(manifest, policy, world.now);
  const { authorities } = known;
  const outlook = rotationOutlook(tier, known);
  if (outlook === undefined) return undefined;
  const idle: AutomaticPlan = { tier, waitsFor: [] };
  const isDue = isTime(pki, outlook) && (outlook.step !== 'prepare' || isKeyHere(tier, authorities));
  const isLeft = authorities.some(
    each => each.tier === tier && each.state === 'draining' && each.id !== outlook.from.id,
  );
  if (!isDue && !isLeft) return idle;
  const doubt = clockGate(pki);
  if (doubt !== undefined) return { ...idle, waitsFor: isDue ? [doubt] : [] };
  const facts = withCrls(readRotationFacts(pki, policy, tier).facts, coming);
  const left = leftovers(facts).find(each => leftoverGates(each, facts, world.now).every(({ open }) => open));
  if (left !== undefined) return { ...idle, step: 'retire', subject: left.authority.id };
  return isDue ? planDue(pki, policy, facts, coming.size > 0) : idle;
}

/** Counts CRLs that do not exist yet as the newest ones. */
const withCrls = (facts: RotationFacts, coming: CrlsToCome): RotationFacts => ({
  ...facts,
  crls: new Map(
    [...facts.crls].map(([id, known]) => {
      const next = coming.get(id);
      return [id, next === undefined ? known : { crl: { ...known.crl, ...next }, isPublished: true }];
    }),
  ),
});

/** Closed while the clock may have jumped: the steps count time, and a successor would begin in the future. */
function clockGate(pki: Pki): AutomaticPlan['waitsFor'][number] | undefined {
  const { jump } = clockOf(pki);
  if (jump === undefined) return undefined;
  const message = `the clock jumped from ${instantText(jump.from)} to ${instantText(jump.to)}`;
  return { name: 'clock', message, opensAt: jumpAcceptedAt(jump), remedy: REMEDIES.clockDoubtful() };
}

/** Compares the step with the timetable, and with what only time can change. It reads no file. */
function isTime({ manifest, world: { now } }: Pki, { from, rotation, step, due }: RotationOutlook): boolean {
  // the operator replaces a tainted CA: the drill says how
  if (rotation === undefined) return now >= due && from.state !== 'tainted';
  const since = step === 'activate' ? rotation.publishedAt : step === 'retire' ? rotation.drainingSince : undefined;
  if (since !== undefined && now.getTime() < since.getTime() + rotation.soak * 1000) return false;
  // the certificates of the old CA are valid for weeks; a root has none
  if (step === 'retire') return manifest.leafTotals(from.id, now).live === 0;
  return now >= due;
}

async function planDue(pki: Pki, policy: Policy, facts: RotationFacts, isAhead: boolean): Promise<AutomaticPlan> {
  const { tier } = facts;
  const open = openRotation(facts);
  const { contradictions = [] } = open ?? {};
  if (contradictions.length > 0) {
    const remedy = REMEDIES.rotationUnclear({ tier });
    return { tier, waitsFor: contradictions.map(message => ({ name: 'contradiction', message, remedy })) };
  }
  const step = nextStep(open);
  const { now } = pki.world;
  const closed = (found = NOTHING_FOUND) => gatesOf(step, facts, found, now).filter(gate => !gate.open);
  // the proof is the expensive gate
  const cheap = closed();
  if (cheap.length > 0) return { tier, waitsFor: cheap };
  const { proof, successor } = await proofOfNext(pki, policy, facts);
  // the handshakes of today fail because of the CRLs that are to come
  const waitsFor = closed({ ...findingsOf(proof), ...(isAhead && { handshakes: [] }) });
  if (waitsFor.length > 0) return { tier, waitsFor };
  const subject = step === 'retire' || step === 'drain' ? open?.from.id : (open?.to.id ?? successor?.planned.id);
  return { tier, step, waitsFor, ...(subject !== undefined && { subject }), ...(successor && { successor }) };
}

/** The keys of the home. */
export interface AutomaticKeys {
  readonly ask: AskPassphrase;
  readonly unlock: IssuerLookup;
}

/** A step that was taken. */
export interface TakenStep {
  readonly step: AutomaticStep;
  readonly subject: string;
  readonly outcome: RotateOutcome;
}

/**
 * Takes the planned step, and each further step whose gates are open now. It records why the next step waits for a person. Throws the
 * errors of a step; what was taken before stays.
 */
export async function takeAutomatic(
  pki: Pki,
  policy: Policy,
  plan: AutomaticPlan,
  keys: AutomaticKeys,
): Promise<readonly TakenStep[]> {
  const { tier } = plan;
  const taken: TakenStep[] = [];
  const known = pki.manifest.rotationUpkeep().find(each => each.tier === tier);
  const locked = await keyObstacle(pki, tier, known, keys);
  if (locked !== undefined) {
    recordUpkeep(pki, tier, known, { obstacle: locked });
    return taken;
  }
  let next: AutomaticPlan | undefined = plan;
  while (next?.step !== undefined && taken.length < MOST_STEPS) {
    const { step, subject = tier } = next;
    taken.push({ step, subject, outcome: await takeStep(pki, policy, requestFor(tier, step, keys)) });
    next = await planAutomatic(pki, policy, tier);
  }
  recordUpkeep(pki, tier, known, { openedNow: true, obstacle: gateObstacle(next?.waitsFor ?? []) });
  return taken;
}

/** More than a rotation has; a loop would be a defect. */
const MOST_STEPS = 6;

const requestFor = (tier: Rotation['tier'], step: AutomaticStep, { ask }: AutomaticKeys): RotateRequest => {
  const keys = { rootKey: undefined, ask };
  // a scheduled run never destroys a key
  const about = { tier, dryRun: false, keepsKeys: true } as const;
  if (step !== 'prepare') return { ...about, step, keys };
  const preparation = { crossSigning: 'issuing' as const, rootKeyOut: undefined, requiredAcks: [], ...keys };
  return { ...about, step, preparation };
};

const isKeyHere = (tier: Rotation['tier'], authorities: readonly Authority[]): boolean =>
  successorSigner(tier, authorities)?.keyLocation === 'file';

/** Returns the CA whose key signs the successor; undefined if there is none. */
export function successorSigner(tier: Rotation['tier'], authorities: readonly Authority[]): Authority | undefined {
  const from = replaceable(authorities, tier);
  return from !== undefined && tier === 'issuing' ? certifier(authorities, from) : from;
}

/** Returns the tiers whose keys scheduled runs can open, as far as the last tick and the manifest know. */
export function ableTiers(manifest: Manifest): ReadonlySet<Rotation['tier']> {
  const authorities = manifest.authorities();
  const locked = manifest.rotationUpkeep().filter(({ obstacle }) => obstacle?.kind === 'keys');
  return new Set(TIERS.filter(tier => isKeyHere(tier, authorities) && !locked.some(upkeep => upkeep.tier === tier)));
}

type Obstacle = Omit<RotationObstacle, 'since'>;

/** Opens the key that signs the successor, at most once a day. Returns the reason why it cannot be opened. */
async function keyObstacle(
  pki: Pki,
  tier: Rotation['tier'],
  known: RotationUpkeep | undefined,
  { unlock }: AutomaticKeys,
): Promise<Obstacle | undefined> {
  const { manifest, world } = pki;
  const fresh = known?.openedAt && world.now.getTime() < known.openedAt.getTime() + OPENED_FOR * 1000;
  if (fresh && known.obstacle?.kind !== 'keys') return undefined;
  const signer = successorSigner(tier, manifest.authorities());
  // a key outside the home is a fact of the manifest, which `check` reads itself
  if (signer?.keyLocation !== 'file' || !isCertified(signer)) return undefined;
  try {
    await unlock(signer);
    return undefined;
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    // a key file that is missing or damaged has findings of its own
    if (!cause.code.startsWith('ERR_PASSPHRASE_')) return undefined;
    return { kind: 'keys', problem: cause.message, remedy: REMEDIES.tickUnlocked() };
  }
}

/** Returns the first gate that time alone does not open. */
function gateObstacle(waitsFor: AutomaticPlan['waitsFor']): Obstacle | undefined {
  const gate = waitsFor.find(({ opensAt }) => opensAt === undefined);
  if (gate === undefined) return undefined;
  const { name, message, remedy } = gate;
  return { kind: 'gate', problem: `${name}: ${message}`, ...(remedy !== undefined && { remedy }) };
}

/** Records the attempt if it differs from the last one, or if the last opening of the key is old. */
function recordUpkeep(
  { manifest, world }: Pki,
  tier: Rotation['tier'],
  known: RotationUpkeep | undefined,
  { openedNow = false, obstacle }: { readonly openedNow?: boolean; readonly obstacle: Obstacle | undefined },
): void {
  const { now } = world;
  const isOld = !known?.openedAt || now.getTime() >= known.openedAt.getTime() + OPENED_FOR * 1000;
  const same = known?.obstacle?.kind === obstacle?.kind;
  if (known !== undefined && same && known.obstacle?.problem === obstacle?.problem && !(openedNow && isOld)) return;
  const openedAt = openedNow && isOld ? now : known?.openedAt;
  const since = same ? (known?.obstacle?.since ?? now) : now;
  manifest.transaction(write =>
    write.putRotationUpkeep({
      ...{ tier, at: now },
      ...(openedAt && { openedAt }),
      ...(obstacle && { obstacle: { ...obstacle, since } }),
    }),
  );
}
