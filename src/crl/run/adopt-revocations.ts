import { compareEntries } from '../rules/diff.ts';
import type { Revocation } from '../../record/revocation.ts';
import { decodeCrl } from '../../pki/crl/parsed.ts';
import { isCrlReason } from '../../pki/crl/revocation-reason.ts';
import { sortedEntries } from '../../pki/crl/sorted-entries.ts';
import { readCrlStates, type AuthorityCrl, type CrlPki } from './states.ts';
import { expectedEntries } from './expected-entries.ts';

/** Bytes, about 1.5 million entries. */
const CRL_LIMIT = 64 * 1024 * 1024;

export interface Adoption {
  readonly authorityId: string;
  /** Number of the CRL in public/crl. */
  readonly number: bigint;
  readonly revocations: readonly Revocation[];
}

/**
 * Finds revocations that a CRL in public/crl lists and the manifest lacks, even of certificates that the manifest lacks. If that CRL
 * is newer than the manifest's, the manifest was restored from a backup, and a CRL made from it alone would make verifiers accept
 * revoked certificates again. Only a CRL that this CA signed has a number.
 */
export function planAdoption(pki: CrlPki): readonly Adoption[] {
  return readCrlStates(pki).flatMap(state => {
    const { authority, latest, published } = state;
    const number = published?.number;
    if (number === undefined || number <= (latest?.number ?? 0n) || authority.keyLocation === 'foreign') return [];
    return [{ authorityId: authority.id, number, revocations: unknownRevocations(pki, state) }];
  });
}

function unknownRevocations({ world, home, manifest }: CrlPki, { authority, certificate }: AuthorityCrl): Revocation[] {
  const published = decodeCrl(world.files.read(home.public.crlDer(authority.id), CRL_LIMIT)!);
  const ours = expectedEntries(manifest, authority.id, new Date(0));
  return [...compareEntries(ours, sortedEntries(published))].flatMap(({ before, after }) => {
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
