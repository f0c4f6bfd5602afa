import type { World } from '../context.ts';
import { failure } from '../errors.ts';
import { instantText } from '../instant-text.ts';
import { isCertified } from '../lifecycle/active-issuer.ts';
import type { Crl } from '../lifecycle/model.ts';
import { planRevoke, type RevokePlan, type RevokeRequest } from '../lifecycle/plan-revoke.ts';
import type { Issuer } from '../pki/issuer.ts';
import { loadPolicy } from './load-policy.ts';
import { changePki, type Pki } from './open-pki.ts';
import { refreshCrls } from './refresh-crls.ts';
import { unlockAuthority, type AskPassphrase } from './unlock.ts';

export interface RevokeOutcome {
  readonly plan: RevokePlan;
  readonly request: RevokeRequest;
  /** The CRLs that say it now; empty in a dry run and when nothing changed. */
  readonly crls: readonly Crl[];
  readonly dryRun: boolean;
}

/**
 * Revokes and publishes the CRLs that say so. The CA's key is opened before anything is recorded, so that a forgotten passphrase
 * does not leave a revocation that no verifier hears of; the revocation is durable before the CRL is signed, so that a crash
 * between them is repaired by the next `crl refresh`.
 */
export async function revokeRun(
  world: World,
  homeFlag: string | undefined,
  request: RevokeRequest,
  options: { readonly dryRun: boolean; readonly ask: AskPassphrase },
): Promise<RevokeOutcome> {
  return changePki(world, homeFlag, 'revoke', async pki => {
    const plan = planRevoke(pki.manifest, request, world.now);
    const todo = plan.steps.flatMap(step => (step.action === 'revoke' ? [step.certificate] : []));
    if (options.dryRun || todo.length === 0) return { plan, request, crls: [], dryRun: options.dryRun };
    const issuers = await unlockIssuers(pki, new Set(todo.map(({ authorityId }) => authorityId)), options.ask);
    const policy = await loadPolicy(pki);
    pki.manifest.transaction(write => {
      for (const { serial, authorityId, notAfter, service } of todo) {
        const { reason, invalidityDate } = request;
        const dated = invalidityDate && { invalidityDate };
        write.insertRevocation({ serial, authorityId, revokedAt: world.now, reason, notAfter, ...dated });
        const since = invalidityDate && { invalidityDate: instantText(invalidityDate) };
        write.audit('certificate.revoked', service, { serial, authority: authorityId, reason, ...since });
      }
    });
    const { signed } = await refreshCrls(pki, { issuers, schedule: policy.crl });
    return { plan, request, crls: signed, dryRun: false };
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
