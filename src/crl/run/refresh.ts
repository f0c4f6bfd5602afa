// Decides for each CA whether its CRL stays, is signed or is released from a series, and puts the new CRLs into public/.
// `crl refresh`, `tick`, revocation, init and rotation call it. It opens no key file: the caller gives it the issuers.
import { failure, SvcauthError } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { crlRefreshReasons, nextCrlHeader, type CrlRefreshReason, type CrlSchedule } from '../rules/schedule.ts';
import { crlOnTurn, voidSeriesOf } from '../rules/series.ts';
import type { Crl } from '../../record/crl.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import type { CrlHeader } from '../../pki/crl/prepare.ts';
import { removeLeftovers } from '../../store/files/files.ts';
import type { ManifestWriter, RevocationTotals } from '../../store/manifest/manifest.ts';
import { applyAdoption, planAdoption } from './adopt-revocations.ts';
import { writeDerivedCrlFiles, type PublishedCrl } from './files.ts';
import { isCurrent, readCrlStates, type AuthorityCrl, type CrlPki } from './states.ts';
import { makeCrl, type MadeCrl } from './make.ts';
import { planReplacement, signSeries } from './sign-series.ts';
import { stagePresigned } from './stage-presigned.ts';

/** What would be done about one CA's CRL, and why. */
export interface PlannedCrl {
  readonly authority: CertifiedAuthority;
  readonly action:
    /** The CRL there is can stay. */
    | 'keep'
    | 'sign'
    /** One that was signed ahead takes its place: no key is needed. */
    | 'release'
    /** It is due, and the key is not here. */
    | 'key-away';
  /** Why it is due; empty for `keep`. */
  readonly reasons: readonly CrlRefreshReason[];
  /** Of the CRL that would be signed, or released. */
  readonly header: CrlHeader;
  /** For `release`. */
  readonly presigned?: Crl | undefined;
  /** For `sign`: what takes the place of a series that was given up, `header` first. */
  readonly series?: readonly CrlHeader[] | undefined;
  /** Of what it would list. */
  readonly totals: RevocationTotals;
  /** The newest so far. */
  readonly latest?: Crl | undefined;
  /** Whether `latest` is what lies in public/crl. */
  readonly isPublished: boolean;
}

export interface CrlRequest {
  readonly schedule: CrlSchedule;
  /** Only these; an unknown one is ERR_AUTHORITY_UNKNOWN, one without a CRL to make ERR_CRL_NOT_NEEDED. */
  readonly only?: readonly string[];
  /** Sign even what is not due. */
  readonly force?: boolean;
  /** CAs whose key is brought for this run. */
  readonly keysAtHand?: ReadonlySet<string>;
  /** Believe dates and sizes of the files in public/ (`readSeal`): for a run that most often finds nothing to do. */
  readonly glance?: boolean;
  /** How many revocations of a CA are recorded before the CRLs are signed: a plan of something that is planned itself. */
  readonly revoking?: ReadonlyMap<string, number>;
}

export interface CrlPlan {
  /** Of the CAs that were asked for, root first. */
  readonly crls: readonly PlannedCrl[];
  /** Every CA that needs a CRL, asked for or not, with the one that lies in public/crl when that is the newest. */
  readonly all: readonly { readonly authority: CertifiedAuthority; readonly published?: Crl }[];
}

/** Looks at every CA and decides; nothing is changed. */
export function planCrlRefresh(pki: CrlPki, request: CrlRequest): CrlPlan {
  const now = pki.world.now;
  const states = readCrlStates(pki, request.glance).map(state =>
    afterRevocations(state, request.revoking?.get(state.authority.id) ?? 0, now),
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

/** A CA once `count` more of its certificates are revoked: no CRL lists them, and its CRLs that were signed ahead are void. */
function afterRevocations(state: AuthorityCrl, count: number, now: Date): AuthorityCrl {
  if (count === 0) return state;
  const unlisted = state.unlisted + count;
  const totals = { ...state.totals, count: state.totals.count + count, unlisted, latest: now };
  return { ...state, totals, unlisted, lastRevocation: now, series: [], voidSeries: voidSeriesOf(state) };
}

function planOne(state: AuthorityCrl, request: CrlRequest, now: Date): PlannedCrl {
  const { authority, totals, latest } = state;
  // the last CRL of a retired CA stays as it is
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

/** The one whose turn it is; else the one that is out, where a file was lost or changed. */
function presignedFor(state: AuthorityCrl, now: Date): Crl | undefined {
  const { series = [], latest, published } = state;
  const turn = crlOnTurn(state, now);
  if (turn !== undefined || latest === undefined || state.unlisted > 0) return turn;
  if (published?.number !== undefined && published.number > latest.number) return undefined;
  return series.find(({ sha256 }) => sha256 === latest.sha256 && published?.sha256 !== sha256);
}

/** Throws ERR_AUTHORITY_UNKNOWN, ERR_AUTHORITY_PENDING, ERR_CRL_NOT_NEEDED. */
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
  /** Or released. */
  readonly signed: readonly (Crl & { readonly reasons: readonly CrlRefreshReason[] })[];
  /** What could not be signed, and why; its old CRL is still in place. */
  readonly failed: readonly { readonly authorityId: string; readonly error: SvcauthError }[];
  /** Whether a file in public/ changed. */
  readonly changed: boolean;
}

/** Gives the issuer of a CA; throws a catalogue error when its key cannot be opened. */
export type IssuerLookup = (authority: CertifiedAuthority) => Issuer | Promise<Issuer>;

/**
 * Signs what the plan says. Every new CRL is durable and verified before the manifest knows it, and in the manifest, with its
 * number, before anybody sees it: after a crash a number may be missing, but it never comes twice. One CA that fails does not keep
 * the others from a fresh CRL; when nothing could be signed, the first error is thrown.
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
        const pruned = planned.isPublished && prune(pki, authority.id) > 0;
        const totals = pruned ? pki.manifest.revocationTotals(authority.id) : planned.totals;
        const order = { authorityId: authority.id, header, totals, previous: latest?.number };
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

/** Entries whose certificates had expired when the CRL that verifiers have now listed them (RFC 5280 §3.3). */
const prune = ({ manifest, world }: CrlPki, authorityId: string): number =>
  manifest.transaction(write => {
    const entries = write.pruneRevocations(authorityId, world.now);
    if (entries > 0) write.audit('crl.pruned', authorityId, { entries: String(entries) });
    return entries;
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

/** Plans and signs for the CAs whose issuers are at hand. Throws what kept any of them from its CRL. */
export async function refreshCrls(
  pki: CrlPki,
  { issuers, schedule }: { readonly issuers: ReadonlyMap<string, Issuer>; readonly schedule: CrlSchedule },
): Promise<CrlRefreshResult> {
  const only = [...issuers.keys()];
  applyAdoption(pki, planAdoption(pki));
  const plan = planCrlRefresh(pki, { schedule, only, keysAtHand: new Set(only) });
  const result = await applyCrlRefresh(pki, plan, ({ id }) => issuers.get(id)!);
  if (result.failed[0] !== undefined) throw result.failed[0].error;
  return result;
}
