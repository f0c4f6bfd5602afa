/**
 * Proves a rotation: reads the leaves and the published files, plans the course by the rules, and judges it. The steps and
 * `ca rotate plan` call it; it changes nothing.
 */
import { isCertified } from '../../ca/rules/active-issuer.ts';
import type { Rotation } from '../../record/rotation.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { counterexampleText } from '../../verifiers/rules/counterexample-text.ts';
import { planRotationCourse, type PlannedRotation } from '../rules/course.ts';
import { plannedGapRemedy, recordedGapRemedy, roundUp, type PrepareOptions } from '../rules/gap-remedy.ts';
import { NOTHING_FOUND, type ProofFindings } from '../rules/gate.ts';
import { issuingGapText, leafDemands, type IssuingGap } from '../rules/issuing-gap.ts';
import { runningRotation, type RotationRecords } from '../rules/state.ts';
import { needsHolder, type Successor } from '../rules/successor.ts';
import { rotationPhases } from '../rules/phases.ts';
import { proveRotation, type RotationProof } from '../../verifiers/rules/proof.ts';
import type { RotationStep, RotationTimetable } from '../rules/timetable.ts';
import { FILE_CAP } from '../../pki/input-caps.ts';
import type { Pki } from '../../store/open-pki.ts';
import { readCertificates } from '../../store/input/read-certificates.ts';
import type { RotationStart } from '../rules/sides.ts';

export interface ProofQuestion {
  /** The step that is assumed to be taken now, for its gate. Absent: every step at its time. */
  readonly step?: RotationStep | undefined;
  /** The planned successor of a rotation that has not begun. Absent: there is none. */
  readonly successor?: Successor | undefined;
  /** The options of a rotation that has not begun; a remedy repeats them. */
  readonly options: PrepareOptions;
}

export interface ProvenRotation extends RotationProof {
  readonly fromId: string;
  readonly toId: string;
  readonly timetable: RotationTimetable;
  /** Certificates that the successor cannot issue. */
  readonly gaps: readonly IssuingGap[];
  /** A command after which there is no gap. */
  readonly remedy?: string;
  /** The lifetime in seconds from now with which the successor would leave no gap. Absent: there is no gap, or no such lifetime. */
  readonly neededLifetime?: number;
  /** True if a longer certificate for the key of the successor leaves no gap. */
  readonly isExtendable: boolean;
}

/**
 * Proves the rest of a rotation, or a planned one. It uses the facts, the leaves of the manifest, and the bundle and CRLs in public/.
 * Undefined when no CA of the tier is active. Throws ERR_CERTIFICATE_INPUT for a malformed bundle.
 */
export async function proveRotationOf(
  pki: Pki,
  policy: Policy,
  facts: RotationRecords,
  question: ProofQuestion,
): Promise<ProvenRotation | undefined> {
  const start = await rotationStart(pki, policy, facts, question);
  const planned = planRotationCourse(start);
  if (planned === undefined) return undefined;
  const { fromId, toId, timetable, course } = planned;
  const { successor, options } = question;
  // the holder of an external CA may certify the successor with another CA, and `install-cert` judges the result
  const isHeld = successor !== undefined && needsHolder(successor, options.rootKey);
  const gaps = isHeld && planned.wayOut?.kind === 'root-first' ? [] : planned.gaps;
  const remedy = gaps.length === 0 ? undefined : remedyOf(planned, facts, question);
  return {
    fromId,
    toId,
    timetable,
    gaps,
    ...(remedy !== undefined && { remedy }),
    ...(gaps.length > 0 && planned.wayOut?.kind === 'lifetime' && { neededLifetime: roundUp(planned.wayOut.seconds) }),
    isExtendable: facts.tier === 'issuing' && isRecorded(facts, toId) && planned.wayOut?.kind === 'lifetime',
    ...proveRotation(rotationPhases(course)),
  };
}

/** Describes the findings of a proof in words. */
export const findingsOf = (proof: ProvenRotation | undefined): ProofFindings =>
  proof === undefined
    ? NOTHING_FOUND
    : {
        checked: proof.checked,
        handshakes: proof.counterexamples.map(counterexampleText),
        gaps: proof.gaps.map(issuingGapText),
        ...(proof.remedy !== undefined && { remedy: proof.remedy }),
        isExtendable: proof.isExtendable,
      };

const isRecorded = ({ authorities }: RotationRecords, id: string): boolean =>
  authorities.some(each => each.id === id && isCertified(each));

function remedyOf(
  { toId, wayOut }: PlannedRotation,
  { tier, authorities }: RotationRecords,
  { options, successor }: ProofQuestion,
) {
  const recorded = authorities.filter(isCertified).find(({ id }) => id === toId);
  if (recorded === undefined) return plannedGapRemedy(tier, wayOut, options, successor?.above?.keyLocation);
  const above = authorities.find(({ id }) => id === recorded.certificate.issuerId);
  return recordedGapRemedy(recorded, wayOut, above?.keyLocation ?? 'foreign');
}

async function rotationStart(
  { world, home, manifest, identity }: Pki,
  { leaf, crl, rotation: { soak } }: Policy,
  { tier, authorities, further, rotations, acknowledgements }: RotationRecords,
  { step, successor, options }: ProofQuestion,
): Promise<RotationStart> {
  const { files, now } = world;
  const rotation = runningRotation({ rotations, tier, authorities });
  // leaves of a revoked CA should be rejected
  const givenUp = new Set(
    authorities
      .filter(isCertified)
      .flatMap(({ id, certificate }) => (manifest.revocation(certificate.serial) ? [id] : [])),
  );
  const crls = authorities.filter(isCertified).flatMap(({ id }) => {
    const der = files.read(home.public.crlDer(id), FILE_CAP);
    return der === undefined ? [] : [[id, der] as const];
  });
  const hasBundle = files.status(home.public.bundlePem) !== undefined;
  return {
    now,
    trustDomain: identity.trustDomain,
    name: identity.name,
    tier,
    rotation,
    successor,
    soak: options.soak ?? soak,
    step,
    unacknowledged: rotation !== undefined && isUnacknowledged(rotation, step, acknowledgements),
    authorities,
    further,
    leaves: [...manifest.unexpiredLeaves(now)].filter(({ authorityId }) => !givenUp.has(authorityId)),
    crls: new Map(crls),
    anchors: hasBundle ? await readCertificates(world, home.public.bundlePem) : [],
    backdate: leaf.backdate,
    demands: leafDemands(leaf, manifest.currentLifetimes()),
    notAfterPolicy: leaf.notAfterPolicy,
    crlLifetime: tier === 'root' ? crl.rootLifetime : crl.lifetime,
    crlUrl: crl.url,
  };
}

/** Tests for a missing required acknowledgement, from the activation on. */
function isUnacknowledged(
  { requiredAcks, publishedSequence = 0, activatedAt }: Rotation,
  step: RotationStep | undefined,
  acknowledgements: RotationRecords['acknowledgements'],
): boolean {
  if (activatedAt === undefined && step !== 'activate') return false;
  const have = acknowledgements.filter(({ sequence }) => sequence >= publishedSequence).map(({ verifier }) => verifier);
  return requiredAcks.some(verifier => !have.includes(verifier));
}
