import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { bundleOfAnchors, parseBundleDocuments, type BundleDocument, type BundleDocuments } from '../rules/document.ts';
import { INPUT_CAPS } from '../../pki/input-caps.ts';
import { readCertificates } from '../../store/input/read-certificates.ts';
import { readInput } from '../../store/input/read-input.ts';

type Input = Pick<World, 'cwd' | 'files' | 'in'>;

/** Reads a trust bundle from a file: a SPIFFE JWK Set, a map of them, or certificates. Throws the errors of reading and parsing. */
export async function readBundle(world: Input, file: string): Promise<BundleDocuments> {
  const bytes = await readInput(world, file, 'file', INPUT_CAPS.bundle);
  const text = Buffer.from(bytes).toString('utf8');
  if (/^\s*[[{]/.test(text)) return parseBundleDocuments(text);
  return bundleOfAnchors(await readCertificates({ ...world, in: { isTTY: false, readAll: async () => bytes } }, file));
}

/** Reads a file with exactly one trust bundle. Throws ERR_TRUST_BUNDLE for a map. */
export async function readOneBundle(world: Input, file: string): Promise<BundleDocument> {
  const documents = await readBundle(world, file);
  if ('bundle' in documents) return documents;
  throw failure('ERR_TRUST_BUNDLE', { reason: 'the file is a map of bundles; extract one of them first' });
}
