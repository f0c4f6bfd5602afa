import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { isCertified } from '../../ca/rules/active-issuer.ts';
import { lastCrlReaches } from '../../crl/rules/last.ts';
import { destroyRetiredKeys } from '../../ca/run/destroy-key.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';

export interface DestroyOutcome {
  readonly id: string;
  /** False if it was already destroyed. */
  readonly changed: boolean;
  readonly file: string;
  readonly dryRun: boolean;
}

/** Destroys the key of a retired CA, which `tick` and interrupted runs leave. Throws ERR_AUTHORITY_UNKNOWN, ERR_KEY_DESTROY_STATE, ERR_KEY_DEBT. */
export async function destroyKeyRun(
  world: World,
  homeFlag: string | undefined,
  id: string,
  dryRun: boolean,
): Promise<DestroyOutcome> {
  if (dryRun) return readPki(world, homeFlag, pki => ({ ...check(pki, id), dryRun }));
  return changePki(
    world,
    homeFlag,
    'ca key destroy',
    pki => {
      const outcome = check(pki, id);
      if (outcome.changed) destroyRetiredKeys(pki, id);
      return { ...outcome, dryRun };
    },
    'confirmed',
  );
}

function check({ world, home, manifest }: Pki, id: string): Omit<DestroyOutcome, 'dryRun'> {
  const authorities = manifest.authorities();
  const authority = authorities.find(each => each.id === id);
  if (authority === undefined)
    throw failure('ERR_AUTHORITY_UNKNOWN', { text: id, known: authorities.map(each => each.id) });
  const { tier, state, keyLocation } = authority;
  const file = home.authority(id).key;
  if (keyLocation === 'destroyed') return { id, changed: false, file };
  if (state !== 'retired' || keyLocation !== 'file')
    throw failure('ERR_KEY_DESTROY_STATE', { id, tier, state, keyLocation });
  const until = manifest.leafTotals(id, world.now).lastOfAll;
  const last = manifest.latestCrl(id);
  if (isCertified(authority) && until !== undefined && !lastCrlReaches(last, until, authority)) {
    throw failure('ERR_KEY_DEBT', {
      id,
      until: instantText(until),
      ...(last && { crlUntil: instantText(last.nextUpdate) }),
    });
  }
  return { id, changed: true, file };
}
