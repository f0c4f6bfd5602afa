// Marks a CA as compromised; on request the CAs above it revoke its certificate and sign their CRLs at once.
// `ca taint` and the rehearsal call it. It replaces no certificate; `renew` does, because the leaves of a tainted CA are due.
import type { World } from '../../world/world.ts';
import { isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { CrlSchedule } from '../../crl/rules/schedule.ts';
import type { LeafTotals } from '../../record/authority.ts';
import type { Crl } from '../../record/crl.ts';
import { planTaint, type TaintPlan, type TaintRequest } from '../rules/plan-taint.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import { planCrlRefresh, refreshCrls } from '../../crl/run/refresh.ts';
import type { SpreadTrust } from '../../store/spread-trust.ts';
import type { TrustSpread } from '../../record/trust-spread.ts';
import { revocationDate } from '../../crl/run/revoke.ts';
import { unlockAuthority } from '../../ca/run/unlock.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';

export interface TaintOutcome {
  readonly plan: TaintPlan;
  /** The leaves that have to be replaced. */
  readonly leaves: LeafTotals;
  /** The CRLs that were signed with the revocation. */
  readonly crls: readonly Crl[];
  /** CAs whose next CRL must revoke it and whose keys are not in the home. */
  readonly awaited: readonly string[];
  readonly dryRun: boolean;
  /** Absent in a dry run and in a rehearsal. */
  readonly spread?: TrustSpread;
}

export async function taintRun(
  world: World,
  homeFlag: string | undefined,
  request: TaintRequest,
  options: { readonly dryRun: boolean; readonly ask: AskPassphrase; readonly spread?: SpreadTrust },
): Promise<TaintOutcome> {
  if (options.dryRun) {
    return readPki(world, homeFlag, pki => {
      const plan = planOf(pki, request);
      return { plan, leaves: leavesOf(pki, plan), crls: [], awaited: awaitedOf(pki, plan), dryRun: true };
    });
  }
  return changePki(
    world,
    homeFlag,
    'ca taint',
    async pki => {
      const plan = planOf(pki, request);
      const { crl: schedule } = await loadPolicy(pki);
      // before anything is recorded: with a wrong passphrase, no recorded revocation lacks its CRL
      const issuers = await unlockRevokers(pki, plan, schedule, options.ask);
      if (plan.taints || plan.revokes.length > 0) record(pki, plan, request);
      const { signed } = await refreshCrls(pki, { issuers, schedule });
      const spread = await options.spread?.(pki);
      const awaited = awaitedOf(pki, plan);
      return { plan, leaves: leavesOf(pki, plan), crls: signed, awaited, dryRun: false, ...(spread && { spread }) };
    },
    'any',
  );
}

const planOf = ({ world, manifest }: Pki, request: TaintRequest): TaintPlan =>
  planTaint(
    {
      authorities: manifest.authorities(),
      further: manifest.furtherCertificates(),
      isRevoked: serial => manifest.revocation(serial) !== undefined,
    },
    request,
    world.now,
  );

const leavesOf = ({ world, manifest }: Pki, { authority }: TaintPlan): LeafTotals =>
  manifest.leafTotals(authority.id, world.now);

const revokersOf = ({ manifest }: Pki, { revokers }: TaintPlan): readonly CertifiedAuthority[] =>
  manifest
    .authorities()
    .filter(isCertified)
    .filter(({ id }) => revokers.includes(id));

const awaitedOf = (pki: Pki, plan: TaintPlan): readonly string[] =>
  plan.revokes.length === 0
    ? []
    : revokersOf(pki, plan).flatMap(({ id, keyLocation }) => (keyLocation === 'file' ? [] : [id]));

/** Unlocks the CAs that must sign a CRL, for a revocation of this run or of an interrupted one. */
async function unlockRevokers(
  pki: Pki,
  plan: TaintPlan,
  schedule: CrlSchedule,
  ask: AskPassphrase,
): Promise<ReadonlyMap<string, Issuer>> {
  const pressing = planCrlRefresh(pki, { schedule }).crls.filter(({ reasons }) =>
    reasons.some(reason => reason !== 'age'),
  );
  const issuers = new Map<string, Issuer>();
  for (const authority of revokersOf(pki, plan)) {
    const isPressing = plan.revokes.length > 0 || pressing.some(each => each.authority.id === authority.id);
    if (authority.keyLocation !== 'file' || !isPressing) continue;
    issuers.set(authority.id, await unlockAuthority(pki, authority, ask));
  }
  return issuers;
}

function record(pki: Pki, { authority, taints, revokes }: TaintPlan, { reason }: TaintRequest): void {
  const { manifest } = pki;
  const { id, state } = authority;
  const revokedAt = revocationDate(pki);
  manifest.transaction(write => {
    if (taints) {
      write.setAuthorityState(id, 'tainted');
      write.audit('ca.tainted', id, { reason, was: state });
    }
    for (const { serial, issuerId, notAfter } of revokes) {
      write.insertRevocation({ serial, authorityId: issuerId, revokedAt, reason: 'cACompromise', notAfter });
      write.audit('ca.revoked', id, { serial, issuedBy: issuerId, reason: 'cACompromise' });
    }
  });
}
