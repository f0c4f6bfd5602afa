import { join } from 'node:path';
import { SvcauthError } from '../../errors/error.ts';
import { compareEntries } from '../../crl/rules/diff.ts';
import { crlDerFile } from '../../crl/rules/index.ts';
import { expectedEntries } from '../../crl/run/expected-entries.ts';
import { decodeCrl } from '../../pki/crl/parsed.ts';
import { sortedEntries } from '../../pki/crl/sorted-entries.ts';
import { DerError } from '../../pki/der/reader.ts';
import type { Crl } from '../../record/crl.ts';
import type { HeldCrl } from '../rules/published-state.ts';
import type { DirectoryReader } from './directory-content.ts';

/** Bytes of a CRL that `check` still compares entry by entry, some 200,000 entries. */
const LIMIT = 8 * 1024 * 1024;

/**
 * Counts, by CA, the live revocations that our newest CRL lists and the CRL in the directory does not. A CRL that is the newest, or
 * longer than the limit, is not read.
 */
export function lostRevocations(
  { world, manifest }: DirectoryReader,
  directory: string,
  crls: readonly HeldCrl[],
  latest: ReadonlyMap<string, Crl>,
): ReadonlyMap<string, number> {
  const lost = new Map<string, number>();
  for (const crl of crls) {
    const { id } = crl.authority;
    const newest = latest.get(id);
    if (crl.problem !== undefined || newest === undefined || newest.sha256 === crl.sha256) continue;
    const path = join(directory, crlDerFile(id));
    if ((world.files.status(path)?.size ?? 0) > LIMIT) continue;
    const missing = countMissing(path);
    if (missing > 0) lost.set(id, missing - manifest.revocationTotals(id).unlisted);

    function countMissing(file: string): number {
      try {
        const theirs = decodeCrl(world.files.read(file, LIMIT) ?? new Uint8Array());
        const ours = expectedEntries(manifest, id, world.now);
        return [...compareEntries(ours, sortedEntries(theirs))].filter(({ after }) => after === undefined).length;
      } catch (cause) {
        // replaced since it was looked at
        if (cause instanceof DerError || cause instanceof SvcauthError) return 0;
        throw cause;
      }
    }
  }
  return lost;
}
