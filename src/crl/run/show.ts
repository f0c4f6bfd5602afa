import { relative } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { reportCrl, reportCrlEntries, type CrlEntryReport, type CrlReport } from '../../pki/report/crl-report.ts';
import { crlsToCome } from '../rules/series.ts';
import type { Crl } from '../../record/crl.ts';
import type { ParsedCrl } from '../../pki/crl/parsed.ts';
import type { Home } from '../../store/home.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { readCrl } from '../../store/input/read-crl.ts';

interface CrlDetails {
  readonly file: string;
  readonly ca?: string;
  readonly report: CrlReport;
  readonly entries: () => Iterable<CrlEntryReport>;
  /** Presigned CRLs that are not released yet. */
  readonly presigned?: readonly Crl[];
}

/** Reads a CRL file; needs no PKI. */
export const showCrlFile = async (world: World, path: string, now: Date): Promise<CrlDetails> =>
  detailsOf(await readCrl(world, path), path, now);

/** Reads the CRLs in public/crl: those of the CAs in `only`, or all. Throws ERR_AUTHORITY_UNKNOWN and ERR_CRL_MISSING. */
export async function showPublishedCrls(
  world: World,
  { home, manifest }: { readonly home: Home; readonly manifest: Manifest },
  only: readonly string[],
  now: Date,
): Promise<readonly CrlDetails[]> {
  const known = manifest.authorities().map(({ id }) => id);
  for (const id of only) if (!known.includes(id)) throw failure('ERR_AUTHORITY_UNKNOWN', { text: id, known });
  const chosen = only.length > 0 ? known.filter(id => only.includes(id)) : known;
  const shown: CrlDetails[] = [];
  for (const id of chosen) {
    const path = home.public.crlDer(id);
    if (world.files.status(path) === undefined) {
      if (only.length > 0) throw failure('ERR_CRL_MISSING', { path });
      continue;
    }
    const details = detailsOf(await readCrl(world, path), relative(home.directory, path), now);
    const presigned = crlsToCome({ latest: manifest.latestCrl(id), series: manifest.presignedCrls(id) });
    shown.push({ ...details, ca: id, ...(presigned.length > 0 && { presigned }) });
  }
  return shown;
}

const detailsOf = (crl: ParsedCrl, file: string, now: Date): CrlDetails => ({
  file,
  report: reportCrl(crl, now),
  entries: () => reportCrlEntries(crl),
});
