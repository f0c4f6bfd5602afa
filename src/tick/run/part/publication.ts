// The part of `tick` that publishes public/ to the directories of the policy.
// `parts.ts` lists it. In a dry run it includes the bundle and the CRLs that earlier parts have planned.
import { derivedCrlFiles } from '../../../crl/run/files.ts';
import type { CrlAhead, PublicAhead } from '../../../publication/run/public-ahead.ts';
import {
  applyPublications,
  isNews,
  planPublications,
  type PlannedPublication,
} from '../../../publication/run/publications.ts';
import { actionKind, type TickAction } from '../../rules/action.ts';
import type { Earlier, PartPlan, TickLook, TickPart } from '../part.ts';
import { crls } from './crls.ts';
import { overlaps } from './overlaps.ts';
import { trust } from './trust.ts';

interface PublicationPlan extends PartPlan {
  /** In the order of the policy. */
  readonly publications: readonly PlannedPublication[];
}

const PUBLISHED = actionKind('published', 'directory', 'published', 'would publish');

/** Copies public/ to every directory of `crl.publishTo`. */
export const publication: TickPart<PublicationPlan> = {
  name: 'publications',
  plan: async (look, earlier) => {
    const directories = look.policy.crl.publishTo ?? [];
    const ahead = directories.length === 0 ? undefined : publicAhead(look, earlier);
    const publications = await planPublications(look.pki, directories, { glance: true, ahead });
    return {
      publications,
      actions: publications.filter(isNews).map(published),
      refusals: publications.flatMap(({ error }) => error ?? []),
    };
  },
  carryOut: async ({ pki, policy }, { publications, refusals }) => {
    const done = await applyPublications(pki, policy, publications);
    return {
      actions: done.filter(({ changed }) => changed).map(published),
      failures: done.flatMap(({ error }) => (error === undefined || refusals.includes(error) ? [] : error)),
    };
  },
};

const published = ({ directory }: PlannedPublication): TickAction => ({ kind: PUBLISHED, subject: directory });

/** Predicts how the planned bundle and CRLs will change public/; undefined if they will not. */
function publicAhead({ pki }: TickLook, earlier: Earlier): PublicAhead | undefined {
  const files = new Map<string, Uint8Array | undefined>();
  const bundle = earlier.of(trust);
  if (bundle?.state === 'planned') {
    for (const [path, bytes] of bundle.plan.trust.files) files.set(path, bytes);
    for (const path of bundle.plan.trust.stale) files.set(path, undefined);
  }
  const coming = new Map<string, CrlAhead>();
  const keeping = earlier.of(crls);
  if (keeping?.state === 'planned' && !keeping.plan.keep.idle) {
    const { refresh, adopted } = keeping.plan.keep;
    const further = [
      ...adopted.flatMap(({ revocations }) => revocations),
      ...(earlier.of(overlaps)?.plan.outlived ?? []).map(({ serial, authorityId }) => ({
        ...{ serial, authorityId, revokedAt: pki.world.now, reason: 'superseded' },
      })),
    ];
    for (const { authority, action, header } of refresh.crls) {
      if (action !== 'sign' && action !== 'release') continue;
      coming.set(authority.id, { header, further: further.filter(each => each.authorityId === authority.id) });
    }
    const kept = refresh.all.flatMap(({ authority, published: crl }) =>
      crl === undefined || coming.has(authority.id) ? [] : [{ authority, crl }],
    );
    for (const [path, bytes] of derivedCrlFiles(pki, kept)) files.set(path, bytes);
  }
  return files.size + coming.size === 0 ? undefined : { crls: coming, files };
}
