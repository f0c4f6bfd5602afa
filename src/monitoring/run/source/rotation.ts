// Finds the rotations that need a person, the renewals that a run refuses, and the keys no longer needed.
// Only for an overdue rotation that an operator carries out does it read files, to name the closed gate.
import { clockOf } from '../../../store/clock.ts';
import { leafTier, newestActive } from '../../../ca/rules/active-issuer.ts';
import { dueLimits } from '../../../due/rules/time.ts';
import type { ServiceRow } from '../../../record/service.ts';
import { gatesOf } from '../../../rotation/rules/step.ts';
import type { RotationOutlook } from '../../../rotation/rules/outlook.ts';
import { NOTHING_FOUND } from '../../../rotation/rules/gate.ts';
import { readRotationFacts } from '../../../rotation/run/facts.ts';
import { successorSigner } from '../../../rotation/run/automatic.ts';
import { refusedRenewals } from '../../rules/refused-renewal.ts';
import { rotationFindings, unneededKeys } from '../../rules/rotation.ts';
import { urgency } from '../../rules/thresholds.ts';
import type { CheckLook, CheckSource } from '../source.ts';

export const rotation: CheckSource = look => {
  const { pki, policy, at, authorities, selected } = look;
  const { facts, outlooks } = look.rotation;
  const upkeep = pki.manifest.rotationUpkeep();
  const rotations = outlooks.flatMap(outlook =>
    rotationFindings(
      {
        outlook,
        signer: successorSigner(outlook.tier, authorities),
        upkeep: upkeep.find(({ tier }) => tier === outlook.tier),
        closedGate: () => closedGate(look, outlook),
      },
      at,
    ),
  );
  const due = selected ?? dueNow(look);
  const refused = refusedRenewals(
    {
      due,
      lifetimes: selected === undefined ? facts.lifetimes : lifetimesOf(selected),
      authorities,
      reported: new Set(due.filter(row => isExpiring(row, look)).map(({ service }) => service.name)),
      isCaReported: rotations.some(({ tier }) => tier === leafTier(authorities)),
    },
    policy,
    at,
  );
  // until a jump of the clock is accepted or a week has passed, tick takes no step: that is the finding
  const { jump } = clockOf(pki);
  const known = rotations.filter(({ name }) => jump === undefined || name !== 'rotation-stalled');
  return { findings: [...known, ...refused, ...unneededKeys(authorities, facts.rotations, at)] };
};

/** Reads the services whose renewal may be due, from an index: a check of many services stays fast. */
function dueNow({ pki: { manifest }, policy, at, authorities }: CheckLook): readonly ServiceRow[] {
  const issuer = newestActive(authorities, leafTier(authorities));
  if (issuer === undefined) return [];
  const { id, certificate } = issuer;
  const limits = dueLimits(policy.renewal.threshold);
  return manifest.dueServices({ at, issuer: { id, notAfter: certificate.notAfter }, limits });
}

const lifetimesOf = (rows: readonly ServiceRow[]) =>
  rows.flatMap(({ service: { name, spec }, certificate }) =>
    certificate?.state === 'current' ? [{ ttl: spec.ttl, services: 1, name }] : [],
  );

function isExpiring({ certificate }: ServiceRow, { thresholds, at }: CheckLook): boolean {
  if (certificate === undefined) return false;
  const { notBefore, notAfter } = certificate;
  return urgency(notBefore, notAfter, thresholds.leafWarning, thresholds.leafCritical, at) !== undefined;
}

/** Leaves the proof out: it takes seconds with many services. */
function closedGate({ pki, policy, at }: CheckLook, { tier, step }: RotationOutlook) {
  const { facts } = readRotationFacts(pki, policy, tier);
  const gate = gatesOf(step, facts, NOTHING_FOUND, at).find(({ open, opensAt }) => !open && opensAt === undefined);
  if (gate === undefined) return undefined;
  return { problem: `${gate.name}: ${gate.message}`, ...(gate.remedy !== undefined && { remedy: gate.remedy }) };
}
