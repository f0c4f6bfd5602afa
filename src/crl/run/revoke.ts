// Revokes certificates in the manifest, and has their CAs sign CRLs that list them.
// `revoke`, `apply --prune` and `renew` call it; `tick` records with it and signs in a later part. It copies no CRL to verifiers.
import type { World } from '../../world/world.ts';
import { failure, SvcauthError } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import { instantText } from '../../time/instant-text.ts';
import { BACKDATE } from '../rules/backdate.ts';
import { clockOf } from '../../store/clock.ts';
import { isCertified } from '../../ca/rules/active-issuer.ts';
import type { CrlSchedule } from '../rules/schedule.ts';
import { planRevoke, type RevocableCertificate, type RevokePlan, type RevokeRequest } from '../rules/plan-revoke.ts';
import { defaultPolicy, type Policy } from '../../policy/rules/policy.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import { parseTrustDomain } from '../../pki/name/spiffe-id.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import { planCrlRefresh, refreshCrls, type CrlRefreshResult } from './refresh.ts';
import { unlockAuthority } from '../../ca/run/unlock.ts';
import type { SpreadTrust } from '../../store/spread-trust.ts';
import type { TrustSpread } from '../../record/trust-spread.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';

export interface RevokeOutcome {
  readonly plan: RevokePlan;
  readonly request: RevokeRequest;
  /** The new CRLs; empty in a dry run and if nothing changed. */
  readonly crls: CrlRefreshResult['signed'];
  readonly dryRun: boolean;
  /** Why svcauth.yaml could not be used; the CRLs have the default lifetime then. */
  readonly policyProblem?: string;
  /** Absent in a dry run and if tick is to publish. */
  readonly spread?: TrustSpread;
}

export async function revokeRun(
  world: World,
  homeFlag: string | undefined,
  request: RevokeRequest,
  options: { readonly dryRun: boolean; readonly ask: AskPassphrase; readonly spread?: SpreadTrust | undefined },
): Promise<RevokeOutcome> {
  if (options.dryRun) {
    return readPki(world, homeFlag, ({ manifest }) => {
      return { plan: planRevoke(manifest, request, world.now), request, crls: [], dryRun: true };
    });
  }
  return changePki(
    world,
    homeFlag,
    'revoke',
    async pki => {
      const plan = planRevoke(pki.manifest, request, pki.world.now, clockOf(pki).span.from);
      const { policy, problem } = await policyOrDefault(pki);
      const crls = await applyRevoke(pki, policy, plan, request, options.ask);
      const spread = await options.spread?.(pki);
      const about = { ...(problem !== undefined && { policyProblem: problem }), ...(spread && { spread }) };
      return { plan, request, crls, dryRun: false, ...about };
    },
    'any',
  );
}

/** Loads the policy or the default one. Revocation works with an invalid policy file, as only the CRL lifetime comes from it. */
async function policyOrDefault(pki: Pki): Promise<{ readonly policy: Policy; readonly problem?: string }> {
  try {
    return { policy: await loadPolicy(pki) };
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    const isMissing = cause.code === 'ERR_POLICY_MISSING';
    const problem = isMissing ? `the policy file ${quote(pki.home.policy)} does not exist` : cause.summary;
    return { policy: defaultPolicy(parseTrustDomain(pki.identity.trustDomain)), problem };
  }
}

/**
 * Revokes certificates and signs the CRLs that list them. The CA's key is opened before anything is recorded, so a wrong passphrase
 * leaves no revocation without a CRL. The revocation is durable before the CRL is signed, so after a crash between them the same
 * plan signs the missing CRL.
 */
export async function applyRevoke(
  pki: Pki,
  policy: Pick<Policy, 'crl'>,
  plan: RevokePlan,
  how: Pick<RevokeRequest, 'reason' | 'invalidityDate'>,
  ask: AskPassphrase,
): Promise<CrlRefreshResult['signed']> {
  const todo = plan.steps.flatMap(step => (step.action === 'revoke' ? [step.certificate] : []));
  const unlisted = casWithUnlisted(pki, plan, policy.crl);
  const ids = new Set([...todo.map(({ authorityId }) => authorityId), ...unlisted]);
  const issuers = await unlockIssuers(pki, ids, ask);
  if (todo.length > 0) recordRevocations(pki, todo, how);
  try {
    return (await refreshCrls(pki, { issuers, schedule: policy.crl })).signed;
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    throw failure('ERR_REVOKE_UNHEARD', { problem: cause.oneLine }, cause);
  }
}

/** Finds CAs whose CRL lacks a recorded revocation because an earlier run was interrupted. */
function casWithUnlisted(pki: Pki, { steps }: RevokePlan, schedule: CrlSchedule): readonly string[] {
  const revoked = new Set(steps.flatMap(step => (step.action === 'keep' ? [step.certificate.authorityId] : [])));
  if (revoked.size === 0) return [];
  const { crls } = planCrlRefresh(pki, { schedule });
  return crls
    .filter(({ authority, reasons }) => revoked.has(authority.id) && reasons.some(reason => reason !== 'age'))
    .map(({ authority }) => authority.id);
}

/** Dates a revocation like the CRL that will list it: as much before now. A clock in doubt counts with its earlier time. */
export const revocationDate = (pki: Pki): Date => new Date(clockOf(pki).span.from.getTime() - BACKDATE * 1000);

/** Records revocations, all or none. The caller opens the key before and signs the CRL after it. */
export function recordRevocations(
  pki: Pki,
  certificates: readonly RevocableCertificate[],
  how: Pick<RevokeRequest, 'reason' | 'invalidityDate'>,
): void {
  const { manifest } = pki;
  const revokedAt = revocationDate(pki);
  const { reason, invalidityDate } = how;
  const dated = invalidityDate && { invalidityDate };
  const since = invalidityDate && { invalidityDate: instantText(invalidityDate) };
  manifest.transaction(write => {
    for (const { serial, authorityId, notAfter, service } of certificates) {
      write.insertRevocation({ serial, authorityId, revokedAt, reason, notAfter, ...dated });
      write.audit('certificate.revoked', service || serial, { serial, ca: authorityId, reason, ...since });
    }
  });
}

async function unlockIssuers(
  pki: Pki,
  ids: ReadonlySet<string>,
  ask: AskPassphrase,
): Promise<ReadonlyMap<string, Issuer>> {
  const issuers = new Map<string, Issuer>();
  for (const id of ids) {
    const authority = pki.manifest.authority(id);
    if (authority === undefined || !isCertified(authority))
      throw failure('ERR_AUTHORITY_UNKNOWN', { text: id, known: [] });
    issuers.set(id, await unlockAuthority(pki, authority, ask));
  }
  return issuers;
}
