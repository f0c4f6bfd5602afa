// Decides whether a verifier with this trust store accepts a certificate, at this time, for this purpose and this identity.
// `verify`, `probe`, the self-test of a rotation, `verifiers` and svcauth/node call it. It reads no file, no clock and no network.
import { DEFAULT_LIMITS, startBudget, type Budget, type Limits } from './budget.ts';
import { findPath, type TriedPath } from './find-path.ts';
import { identityRefusal, type Identity } from './identity.ts';
import type { PathCertificate } from './path-certificate.ts';
import { ANY_POLICY_INPUTS, type PolicyInputs } from './policy.ts';
import type { Purpose } from './purpose.ts';
import { refusal, type Refusal } from './refusal.ts';
import { standingRefusal } from './standing.ts';
import { withIntermediates, type TrustStore } from './trust-store.ts';

export interface PathQuestion {
  /** The certificates that the peer sent besides the target. */
  readonly intermediates?: readonly PathCertificate[];
  readonly now: Date;
  readonly purpose: Purpose;
  readonly identity?: Identity;
  readonly policies?: PolicyInputs;
  readonly limits?: Partial<Limits>;
}

/** The verdict. `tried` has every rejected path, in the order tried. */
export type PathVerdict =
  | { readonly accepted: true; readonly path: readonly PathCertificate[]; readonly tried: readonly TriedPath[] }
  | { readonly accepted: false; readonly reason: Refusal; readonly tried: readonly TriedPath[] };

/** Validates the paths that RFC 4158 finds (RFC 5280 §6.1, §6.3). The path leads from the target to its anchor. */
export function validatePath(target: PathCertificate, trust: TrustStore, question: PathQuestion): PathVerdict {
  const { now, purpose, identity } = question;
  const first =
    targetRefusal(target, trust) ??
    standingRefusal(target, false, { now, purpose }) ??
    (identity && identityRefusal(target, identity));
  if (first !== undefined) {
    return { accepted: false, reason: first, tried: [{ certificates: [target], refusal: first }] };
  }
  const tried: TriedPath[] = [];
  const budget = startBudget({ ...DEFAULT_LIMITS, ...question.limits });
  const path = findPath(target, {
    store: withIntermediates(trust, question.intermediates ?? []),
    now,
    purpose,
    policies: question.policies ?? ANY_POLICY_INPUTS,
    budget,
    pending: new Set(),
    tried,
  });
  return path === undefined
    ? { accepted: false, reason: mainReason(tried, budget), tried }
    : { accepted: true, path, tried };
}

/** Rejects a target that is a trust anchor: it has no path. */
function targetRefusal(target: PathCertificate, { anchors }: TrustStore): Refusal | undefined {
  return [...anchors].some(({ entity }) => entity === target.entity)
    ? refusal('target-is-an-anchor', 'it is itself a trust anchor')
    : undefined;
}

/** Chooses the refusal of the longest path tried, the first of several; or the limit that ended the search. */
function mainReason(tried: readonly TriedPath[], budget: Budget): Refusal {
  const last = tried.at(-1)!.refusal;
  if (last.code === budget.spent?.code) return last;
  return tried.reduce((best, next) => (distance(next) > distance(best) ? next : best)).refusal;
}

/** Ranks a tried path by its length; a path without an issuer, or with a loop, ranks lower. */
function distance({ certificates, refusal: { code } }: TriedPath): number {
  const dead = code === 'no-issuer' || code === 'loop' || code === 'signature-wrong';
  return certificates.length * 2 - (dead ? 3 : 0);
}
