// Reads a PEM file of CRLs. Each CRL is read alone, so a damaged one does not hide the others.
// `look.ts` calls it for every CRL file that changed. A CRL that did not change is not parsed again, also in a file with others.
import { DerError } from '../pki/der/reader.ts';
import { equalBytes } from '../pki/bytes.ts';
import { INPUT_CAPS } from '../pki/input-caps.ts';
import { pathCrlSteps, type PathCrl } from '../pki/path/path-crl.ts';
import { paced } from './pace.ts';
import { pemBlockSteps, type RawBlock } from './pem-blocks.ts';
import { isProblem, problem, type Problem } from './problem.ts';

export interface LoadedCrl {
  readonly file: string;
  readonly crl: PathCrl;
}

/** The CRLs of one file, and the faults of those that cannot be read. */
export interface CrlFile {
  readonly crls: readonly LoadedCrl[];
  readonly problems: readonly Problem[];
}

/** Reads every CRL of the bytes; `before` are those that the file had at the last look. */
export async function readCrlFile(file: string, bytes: Buffer, before: CrlFile | undefined): Promise<CrlFile> {
  const all = await paced(pemBlockSteps(bytes));
  const blocks = all.filter(({ label }) => label === 'X509 CRL' || label === 'CRL' || label === '');
  const read: (LoadedCrl | Problem)[] = [];
  for (const block of blocks) read.push(await readBlock(file, block, before?.crls ?? []));
  const problems = read.filter(isProblem);
  const crls = read.filter((each): each is LoadedCrl => !isProblem(each));
  if (read.length === 0) problems.push(problem('malformed', file, 'it holds no CRL'));
  return { crls, problems };
}

async function readBlock(
  file: string,
  { content }: RawBlock,
  before: readonly LoadedCrl[],
): Promise<LoadedCrl | Problem> {
  if (content instanceof Error) return problem('malformed', file, content.message);
  if (content.length > INPUT_CAPS.crl) {
    return problem('malformed', file, `it holds a CRL of ${content.length} bytes, more than ${INPUT_CAPS.crl}`);
  }
  const same = before.find(({ crl }) => equalBytes(crl.der, content));
  if (same !== undefined) return same;
  try {
    return { file, crl: await paced(pathCrlSteps(content)) };
  } catch (error) {
    if (error instanceof DerError) return problem('malformed', file, error.message);
    throw error;
  }
}
