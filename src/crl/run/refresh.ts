// Decides for each CA: its CRL stays, is signed, or is released from a series. It puts the new CRLs into public/.
// `crl refresh`, `tick`, revocation, init and rotation call it. It opens no key file: the caller gives it the issuers.
import { failure, SvcauthError } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import {
  crlRefreshReasons,
  nextCrlHeader,
  turnClock,
  type CrlRefreshReason,
  type CrlSchedule,
} from '../rules/schedule.ts';
import { crlOnTurn, voidSeriesOf } from '../rules/series.ts';
import type { Crl } from '../../record/crl.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import type { CrlHeader } from '../../pki/crl/prepare.ts';
import { removeLeftovers } from '../../store/files/files.ts';
import type { CrlListing, ManifestWriter, RevocationTotals } from '../../store/manifest/manifest.ts';
import { applyAdoption, planAdoption } from './adopt-revocations.ts';
import { writeDerivedCrlFiles, type PublishedCrl } from './files.ts';
import { isCurrent, readCrlStates, type AuthorityCrl, type CrlPki } from './states.ts';
import { makeCrl, type MadeCrl } from './make.ts';
import { planReplacement, signSeries } from './sign-series.ts';
import { stagePresigned } from './stage-presigned.ts';

/** The planned action for the CRL of one CA, and its reasons. */
export interface PlannedCrl {
  readonly authority: CertifiedAuthority;
  readonly action:
    /** The current CRL is kept. */
    | 'keep'
    | 'sign'
    /** A presigned CRL replaces it; no key is needed. */
    | 'release'
    /** It is due, but the key is not in the home. */
    | 'key-away';
  /** Empty for `keep`. */
  readonly reasons: readonly CrlRefreshReason[];
  /** Number and dates of the CRL to sign or release. */
  readonly header: CrlHeader;
  /** For `release`. */
  readonly presigned?: Crl | undefined;
  /** For `sign`: the replacement of a discarded series, `header` first. */
  readonly series?: readonly CrlHeader[] | undefined;
  /** Totals of the entries that it would list. */
  readonly totals: RevocationTotals;
  /** The newest CRL in the manifest. */
  readonly latest?: Crl | undefined;
  /** `latest` is the file in public/crl. */
  readonly isPublished: boolean;
}

export interface CrlRequest {
  readonly schedule: CrlSchedule;
  /** Ids of CAs. An unknown one throws ERR_AUTHORITY_UNKNOWN, one that needs no CRL ERR_CRL_NOT_NEEDED. */
  readonly only?: readonly string[];
  /** Sign CRLs that are not due, too. */
  readonly force?: boolean;
  /** CAs whose key is given for this run. */
  readonly keysAtHand?: ReadonlySet<string>;
  /** Trust dates and sizes of the files in public/ (`readSeal`), for runs that rarely have work. */
  readonly glance?: boolean;
  /** Number of revocations by CA that a plan will record before the CRLs are signed. */
  readonly revoking?: ReadonlyMap<string, number>;
}

export interface CrlPlan {
  /** The CAs that were requested, root first. */
  readonly crls: readonly PlannedCrl[];
  /** Every CA that needs a CRL, requested or not, with the CRL in public/crl if that is the newest. */
  readonly all: readonly { readonly authority: CertifiedAuthority; readonly published?: Crl }[];
}

/** Plans the CRLs of all CAs; changes nothing. */
export function planCrlRefresh(pki: CrlPki, request: CrlRequest): CrlPlan {
  const now = pki.world.now;
  const states = readCrlStates(pki, request.glance, request.schedule.publishTo).map(state =>
    afterRevocations(state, request.revoking?.get(state.authority.id) ?? 0),
  );
  for (const id of request.only ?? []) requireCrl(pki, states, id);
  const chosen = states.filter(({ authority }) => request.only?.includes(authority.id) ?? true);
  return {
    crls: chosen.map(state => planOne(state, request, now)),
    all: states.map(state => {
      const { authority, latest } = state;
      return latest !== undefined && isCurrent(state) ? { authority, published: latest } : { authority };
    }),
  };
}

/** Gives the state of a CA after `count` more revocations: no CRL lists them, and its series is discarded. */
function afterRevocations(state: AuthorityCrl, count: number): AuthorityCrl {
  if (count === 0) return state;
  const unlisted = state.unlisted + count;
  const totals = { ...state.totals, count: state.totals.count + count, unlisted };
  return { ...state, totals, unlisted, series: [], voidSeries: voidSeriesOf(state) };
}

function planOne(state: AuthorityCrl, request: CrlRequest, now: Date): PlannedCrl {
  const { authority, totals, latest } = state;
  // the last CRL of a retired CA is kept
  const due = authority.state === 'retired' ? [] : crlRefreshReasons(state, request.schedule, now);
  const reasons = request.force && due.length === 0 && authority.state !== 'retired' ? (['forced'] as const) : due;
  const here = authority.keyLocation === 'file' || request.keysAtHand?.has(authority.id);
  const presigned = due.length === 0 ? undefined : presignedFor(state, now);
  const series = presigned === undefined ? planReplacement(state, request.schedule, now) : undefined;
  return {
    authority,
    action: reasons.length === 0 ? 'keep' : presigned !== undefined ? 'release' : here ? 'sign' : 'key-away',
    reasons,
    header: presigned ?? series?.[0] ?? nextCrlHeader(state, request.schedule, now),
    presigned,
    series,
    totals,
    latest,
    isPublished: isCurrent(state),
  };
}

/** Chooses the entries of a CRL. An entry is left out only after verifiers could see it on a published CRL. */
const listingOf = ({
  header: { thisUpdate },
  isPublished,
}: Pick<PlannedCrl, 'header' | 'isPublished'>): CrlListing => ({
  expiredBefore: isPublished ? thisUpdate : new Date(0),
  datesUntil: thisUpdate,
});

/** Finds the presigned CRL to release. It is the one that is due, or the current one if its file was lost or changed. */
function presignedFor(state: AuthorityCrl, now: Date): Crl | undefined {
  const { series = [], latest, published } = state;
  const turn = crlOnTurn(state, turnClock(state, now));
  if (turn !== undefined || latest === undefined || state.unlisted > 0) return turn;
  if (published?.number !== undefined && published.number > latest.number) return undefined;
  return series.find(({ sha256 }) => sha256 === latest.sha256 && published?.sha256 !== sha256);
}

/** Finds the state of a CA that needs a CRL. Throws ERR_AUTHORITY_UNKNOWN, ERR_AUTHORITY_PENDING, ERR_CRL_NOT_NEEDED. */
export function requireCrl({ manifest }: CrlPki, states: readonly AuthorityCrl[], id: string): AuthorityCrl {
  const state = states.find(({ authority }) => authority.id === id);
  if (state !== undefined) return state;
  const authority = manifest.authority(id);
  if (authority === undefined) {
    throw failure('ERR_AUTHORITY_UNKNOWN', { text: id, known: manifest.authorities().map(each => each.id) });
  }
  if (authority.certificate === undefined) throw failure('ERR_AUTHORITY_PENDING', { id });
  throw failure('ERR_CRL_NOT_NEEDED', {
    id,
    state: authority.state,
    notAfter: instantText(authority.certificate.notAfter),
  });
}

export interface CrlRefreshResult {
  /** CRLs that were signed or released. */
  readonly signed: readonly (Crl & { readonly reasons: readonly CrlRefreshReason[] })[];
  /** CAs whose CRL could not be signed; the old CRL is still in place. */
  readonly failed: readonly { readonly authorityId: string; readonly error: SvcauthError }[];
  /** A file in public/ changed. */
  readonly changed: boolean;
}

/** Gives the issuer of a CA; throws a catalogue error if its key cannot be opened. */
export type IssuerLookup = (authority: CertifiedAuthority) => Issuer | Promise<Issuer>;

/**
 * Signs the planned CRLs. Each is durable and verified before it is recorded, and recorded with its number before it gets its name:
 * after a crash a number may be missing, but is never used twice. A failure for one CA does not stop the others; if nothing could
 * be signed, the first error is thrown.
 */
export async function applyCrlRefresh(pki: CrlPki, plan: CrlPlan, issuerOf: IssuerLookup): Promise<CrlRefreshResult> {
  const { world, home, manifest } = pki;
  world.files.makeDirectory(home.public.crls, 0o755);
  removeLeftovers(world.files, home.public.crls);
  const { made, failed } = await makePlanned(pki, plan, issuerOf);
  try {
    const news = made.filter(({ crl, planned }) => crl.sha256 !== planned.latest?.sha256);
    if (news.length > 0) {
      manifest.transaction(write => news.forEach(({ crl, planned }) => recordCrl(write, crl, planned.action)));
    }
    for (const { der, pem } of made) {
      der.commit();
      pem.commit();
    }
  } finally {
    discard(made);
  }
  const changed = await writeDerivedCrlFiles(
    pki,
    publishedAfter(plan, made),
    new Set(made.map(each => each.crl.authorityId)),
  );
  const reasons = new Map(plan.crls.map(each => [each.authority.id, each.reasons]));
  return {
    signed: made.map(({ crl }) => ({ ...crl, reasons: reasons.get(crl.authorityId) ?? [] })),
    failed,
    changed,
  };
}

async function makePlanned(pki: CrlPki, plan: CrlPlan, issuerOf: IssuerLookup) {
  const made: (MadeCrl & { readonly planned: PlannedCrl })[] = [];
  const failed: { authorityId: string; error: SvcauthError }[] = [];
  try {
    for (const planned of plan.crls.filter(({ action }) => action === 'sign' || action === 'release')) {
      const { authority, header, latest, presigned } = planned;
      try {
        if (presigned !== undefined) {
          made.push({ ...(await stagePresigned(pki, authority, presigned)), planned });
          continue;
        }
        const issuer = await issuerOf(authority);
        if (planned.series !== undefined) {
          const [first] = await signSeries(pki, planned, planned.series, issuer);
          made.push({ ...(await stagePresigned(pki, authority, first!)), planned: { ...planned, action: 'release' } });
          continue;
        }
        const order = { authorityId: authority.id, header, listing: listingOf(planned), previous: latest?.number };
        made.push({ ...(await makeCrl(pki, order, issuer)), planned });
      } catch (error) {
        if (!(error instanceof SvcauthError)) throw error;
        failed.push({ authorityId: authority.id, error });
      }
    }
  } catch (error) {
    discard(made);
    throw error;
  }
  if (made.length === 0 && failed[0] !== undefined) throw failed[0].error;
  return { made, failed };
}

const discard = (made: readonly MadeCrl[]): void =>
  made.forEach(({ der, pem }) => {
    der.discard();
    pem.discard();
  });

function recordCrl(write: ManifestWriter, crl: Crl, action: PlannedCrl['action']): void {
  if (action === 'release') write.releasePresignedCrl(crl);
  else write.recordCrl(crl);
  write.audit(action === 'release' ? 'crl.released' : 'crl.signed', crl.authorityId, {
    number: crl.number.toString(),
    thisUpdate: instantText(crl.thisUpdate),
    nextUpdate: instantText(crl.nextUpdate),
    entries: String(crl.entryCount),
    sha256: crl.sha256,
  });
}

function publishedAfter(plan: CrlPlan, made: readonly MadeCrl[]): readonly PublishedCrl[] {
  return plan.all.flatMap(({ authority, published }) => {
    const crl = made.find(each => each.crl.authorityId === authority.id)?.crl ?? published;
    return crl === undefined ? [] : [{ authority, crl }];
  });
}

/** Plans and signs the CRLs of the given issuers. Throws the first failure. */
export async function refreshCrls(
  pki: CrlPki,
  { issuers, schedule }: { readonly issuers: ReadonlyMap<string, Issuer>; readonly schedule: CrlSchedule },
): Promise<CrlRefreshResult> {
  const only = [...issuers.keys()];
  applyAdoption(pki, planAdoption(pki, schedule, new Set(only)));
  const plan = planCrlRefresh(pki, { schedule, only, keysAtHand: new Set(only) });
  const result = await applyCrlRefresh(pki, plan, ({ id }) => issuers.get(id)!);
  if (result.failed[0] !== undefined) throw result.failed[0].error;
  return result;
}
