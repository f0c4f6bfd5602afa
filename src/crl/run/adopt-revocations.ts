// Finds revocations that the manifest lacks but verifiers know from a CRL. It records them before a CRL is signed.
// Every command that signs CRLs calls it first. Content decides and not numbers: a CRL never lists less than one it replaces.
import { compareEntries } from '../rules/diff.ts';
import type { CrlSchedule } from '../rules/schedule.ts';
import type { Revocation } from '../../record/revocation.ts';
import type { ParsedCrl } from '../../pki/crl/parsed.ts';
import { isCrlReason } from '../../pki/crl/revocation-reason.ts';
import { sortedEntries } from '../../pki/crl/sorted-entries.ts';
import { expectedEntries } from './expected-entries.ts';
import { outsideCrls, type OutsideCrl } from './outside-crls.ts';
import { readCrlStates, type AuthorityCrl, type CrlPki } from './states.ts';

export interface Adoption {
  readonly authorityId: string;
  /** The highest number of the CRLs that list the revocations. */
  readonly number: bigint;
  readonly revocations: readonly Revocation[];
}

/**
 * Finds such revocations in public/ and in the directories of `crl.publishTo`. Certificates that the manifest lacks, because it was
 * restored from a backup or edited, are included. A CA whose key is not at hand is asked only about CRLs that are newer than the
 * manifest's.
 */
export function planAdoption(
  pki: CrlPki,
  { publishTo = [] }: Pick<CrlSchedule, 'publishTo'>,
  keysAtHand: ReadonlySet<string> = new Set(),
): readonly Adoption[] {
  return readCrlStates(pki).flatMap(state => {
    const { authority, latest } = state;
    const { id, keyLocation } = authority;
    if (keyLocation === 'foreign') return [];
    const signs = keyLocation === 'file' || keysAtHand.has(id);
    // an entry of the newest CRL that the manifest lacks shows in the count: no row is ever deleted
    const known = isWhole(state) ? latest : undefined;
    const directories = [pki.home.public.directory, ...publishTo];
    const found = outsideCrls(pki.world, authority, { directories, latest: known }).filter(
      ({ number }) => signs || number > (latest?.number ?? 0n),
    );
    const revocations = unknownRevocations(pki, state, found);
    const isNewer = found.some(({ number }) => number > (latest?.number ?? 0n));
    if (revocations.length === 0 && !isNewer) return [];
    return [{ authorityId: id, number: highest(found), revocations }];
  });
}

/** Decides if the manifest has as many revocations as its newest CRL lists. */
const isWhole = ({ latest, totals }: AuthorityCrl): boolean =>
  latest === undefined || totals.count - totals.unlisted >= latest.entryCount;

const highest = (crls: readonly OutsideCrl[]): bigint =>
  crls.reduce((most, { number }) => (number > most ? number : most), 0n);

function unknownRevocations(pki: CrlPki, state: AuthorityCrl, crls: readonly OutsideCrl[]): Revocation[] {
  const unknown = new Map<string, Revocation>();
  for (const { crl } of crls) for (const each of unknownIn(pki, state, crl)) unknown.set(each.serial, each);
  return [...unknown.values()];
}

function unknownIn({ manifest }: CrlPki, { authority, certificate }: AuthorityCrl, crl: ParsedCrl): Revocation[] {
  const ours = expectedEntries(manifest, authority.id, new Date(0));
  return [...compareEntries(ours, sortedEntries(crl))].flatMap(({ before, after }) => {
    if (before !== undefined || after === undefined) return [];
    const { serial, reason } = after;
    return {
      ...after,
      authorityId: authority.id,
      reason: isCrlReason(reason) ? reason : 'unspecified',
      // an unknown certificate expires with the CA at the latest
      notAfter: manifest.certificate(serial)?.notAfter ?? certificate.notAfter,
    };
  });
}

/** Records the revocations that were found. */
export function applyAdoption({ manifest }: CrlPki, adoptions: readonly Adoption[]): void {
  for (const { authorityId, number, revocations } of adoptions) {
    if (revocations.length === 0) continue;
    manifest.transaction(write => {
      for (const revocation of revocations) write.insertRevocation(revocation);
      write.audit('crl.adopted', authorityId, { number: number.toString(), entries: String(revocations.length) });
    });
  }
}
