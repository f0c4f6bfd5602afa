import { isCertified } from '../../ca/rules/active-issuer.ts';
import type { Authority } from '../../record/authority.ts';
import type { CrossSigning, Rotation } from '../../record/rotation.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { planRotationCourse } from '../rules/course.ts';
import { rotationPhases } from '../rules/phases.ts';
import { proveRotation, type RotationProof } from '../../verifiers/rules/proof.ts';
import type { RotationStep, RotationTimetable } from '../rules/timetable.ts';
import { FILE_CAP } from '../../pki/input-caps.ts';
import type { Pki } from '../../store/open-pki.ts';
import { readCertificates } from '../../store/input/read-certificates.ts';
import type { RotationStart } from '../rules/sides.ts';

export interface ProofQuestion {
  readonly tier: Authority['tier'];
  /** Assumed to be taken now, whether its time has come or not: what its gate asks. Absent: everything at its time. */
  readonly step?: RotationStep;
  /** Of a rotation that has not begun. */
  readonly crossSigning: CrossSigning;
  /** Seconds. Of a rotation that has not begun. */
  readonly soak: number;
}

export interface ProvenRotation extends RotationProof {
  readonly fromId: string;
  readonly toId: string;
  readonly timetable: RotationTimetable;
}

/**
 * Proves the rest of a rotation, or one that is planned, with the certificates of the manifest and the bundle and CRLs that lie in
 * public/; undefined when no CA of the tier is active. Throws ERR_CERTIFICATE_INPUT for a bundle that is none.
 */
export async function proveRotationOf(
  pki: Pki,
  policy: Policy,
  question: ProofQuestion,
): Promise<ProvenRotation | undefined> {
  const planned = planRotationCourse(await rotationStart(pki, policy, question));
  if (planned === undefined) return undefined;
  const { fromId, toId, timetable, course } = planned;
  return { fromId, toId, timetable, ...proveRotation(rotationPhases(course)) };
}

async function rotationStart(
  { world, home, manifest, identity }: Pki,
  { leaf, crl }: Policy,
  { tier, step, crossSigning, soak }: ProofQuestion,
): Promise<RotationStart> {
  const { files, now } = world;
  const authorities = manifest.authorities();
  const rotation = manifest.rotations().find(each => each.tier === tier && each.endedAt === undefined);
  // what is below a CA that is revoked is meant to be refused
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
    crossSigning,
    soak,
    step,
    unacknowledged: rotation !== undefined && isUnacknowledged(rotation, step, manifest.acknowledgements()),
    authorities,
    further: manifest.furtherCertificates(),
    leaves: [...manifest.unexpiredLeaves(now)].filter(({ authorityId }) => !givenUp.has(authorityId)),
    crls: new Map(crls),
    anchors: hasBundle ? await readCertificates(world, home.public.bundlePem) : [],
    backdate: leaf.backdate,
    leafLifetime: leaf.ttl,
    crlLifetime: tier === 'root' ? crl.rootLifetime : crl.lifetime,
    crlUrl: crl.url,
  };
}

/** Before the activation there is time for it. */
function isUnacknowledged(
  { requiredAcks, publishedSequence = 0, activatedAt }: Rotation,
  step: RotationStep | undefined,
  acknowledgements: ReturnType<Pki['manifest']['acknowledgements']>,
): boolean {
  if (activatedAt === undefined && step !== 'activate') return false;
  const have = acknowledgements.filter(({ sequence }) => sequence >= publishedSequence).map(({ verifier }) => verifier);
  return requiredAcks.some(verifier => !have.includes(verifier));
}
