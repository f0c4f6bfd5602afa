// Answers: which files in public/ follow from the CRLs in public/crl, and are they up to date?
// Refresh and import call it after they put a CRL in place; publication and `tick` share parts of it. It needs no key.
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { encodeCrlIndex, indexedDigests } from '../rules/index.ts';
import type { Crl } from '../../record/crl.ts';
import { toHex, utf8 } from '../../pki/bytes.ts';
import { issuerFactsOf } from '../../pki/certificate/issuer-facts.ts';
import { KEY_ALGORITHMS } from '../../pki/key/algorithm.ts';
import { nameToString } from '../../pki/name/name.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { startPem } from '../../pki/pem-stream.ts';
import { type Home, PUBLIC_FILE } from '../../store/home.ts';
import { CRL_PIECE, type CrlPki } from './states.ts';
import { readSeal } from './seal.ts';

/** A CA and its CRL in public/crl. */
export interface PublishedCrl {
  readonly authority: CertifiedAuthority;
  readonly crl: Crl;
}

const INDEX_LIMIT = 16 * 1024 * 1024;

/**
 * Writes the files derived from the DER files: their copies and the PEM files, then the bundle, then the index. `written` are the CAs whose
 * PEM is new already. After a crash the next run finishes: if the index is not as expected, or a file was changed after it, all
 * derived files are written again. Returns true if a file had to change.
 */
export async function writeDerivedCrlFiles(
  { world, home }: CrlPki,
  published: readonly PublishedCrl[],
  written: ReadonlySet<string>,
): Promise<boolean> {
  const { files } = world;
  const paths = home.public;
  const wanted = encodeCrlIndex(published.map(indexedCrl));
  const present = files.read(paths.index, INDEX_LIMIT);
  const text = present === undefined ? undefined : Buffer.from(present).toString('utf8');
  const pems = published.map(({ crl }) => paths.crlPem(crl.authorityId));
  const copies = published.map(({ crl }) => paths.crlCrl(crl.authorityId));
  const expected = [...pems, ...copies, ...(pems.length > 0 ? [paths.crlBundle] : [])];
  const complete = expected.every(path => files.status(path));
  const changed = text !== wanted || !complete || written.size > 0;
  const isSealed = readSeal({ files }, paths.directory) !== undefined;
  if (!changed && isSealed) return false;
  const known = indexedDigests(text);
  for (const { crl } of published) {
    const { authorityId, sha256 } = crl;
    const isThere = [paths.crlPem(authorityId), paths.crlCrl(authorityId)].every(path => files.status(path));
    const current = isSealed && isThere && known.get(authorityId) === sha256 && !written.has(authorityId);
    if (current) continue;
    if (!written.has(authorityId)) await writePem(world, home, authorityId);
    await writeCopy(world, home, authorityId);
  }
  await writeBundle(world, paths.crlBundle, pems);
  files.replace(paths.index, utf8(wanted), PUBLIC_FILE);
  return changed;
}

/** Gives the content that `writeDerivedCrlFiles` would write, by path, for plans. It holds all of it in memory. */
export function derivedCrlFiles(
  { world: { files }, home: { public: paths } }: CrlPki,
  published: readonly PublishedCrl[],
): ReadonlyMap<string, Uint8Array> {
  const made = new Map(published.map(({ crl: { authorityId } }) => [paths.crlPem(authorityId), pemOf(authorityId)]));
  const bundle = Buffer.concat([...made.values()]);
  for (const { crl } of published) made.set(paths.crlCrl(crl.authorityId), derOf(crl.authorityId));
  return made.set(paths.crlBundle, bundle).set(paths.index, utf8(encodeCrlIndex(published.map(indexedCrl))));

  function derOf(authorityId: string): Uint8Array {
    return Buffer.concat(Array.from(files.chunks(paths.crlDer(authorityId), CRL_PIECE), piece => piece.slice()));
  }

  function pemOf(authorityId: string): Uint8Array {
    const text: Uint8Array[] = [];
    const pem = startPem('X509 CRL', piece => text.push(piece.slice()));
    for (const piece of files.chunks(paths.crlDer(authorityId), CRL_PIECE)) pem.push(piece);
    pem.finish();
    return Buffer.concat(text);
  }
}

/** Gives the facts of a CRL that the index lists. */
export function indexedCrl({ authority, crl }: PublishedCrl) {
  const facts = issuerFactsOf(decodeCertificate(authority.certificate.der), KEY_ALGORITHMS[authority.keyAlgorithm]);
  return { ...crl, issuer: nameToString(facts.subject), keyId: toHex(facts.keyIdentifier) };
}

const writePem = ({ files }: CrlPki['world'], home: Home, authorityId: string): Promise<void> =>
  replaceInPieces(files, home.public.crlPem(authorityId), write => {
    const pem = startPem('X509 CRL', write);
    for (const piece of files.chunks(home.public.crlDer(authorityId), CRL_PIECE)) pem.push(piece);
    pem.finish();
  });

const writeCopy = ({ files }: CrlPki['world'], home: Home, authorityId: string): Promise<void> =>
  replaceInPieces(files, home.public.crlCrl(authorityId), write => {
    for (const piece of files.chunks(home.public.crlDer(authorityId), CRL_PIECE)) write(piece);
  });

/** Writes every CRL into one file, for servers like nginx. Node reads only the first CRL of a file and needs single files. */
const writeBundle = ({ files }: CrlPki['world'], path: string, pems: readonly string[]): Promise<void> =>
  replaceInPieces(files, path, write => {
    for (const pem of pems) for (const piece of files.chunks(pem, CRL_PIECE)) write(piece);
  });

/** Replaces a file after `fill` has written all of its content. */
export async function replaceInPieces(
  files: CrlPki['world']['files'],
  path: string,
  fill: (write: (piece: Uint8Array) => void) => void,
): Promise<void> {
  const staged = files.stage(path, PUBLIC_FILE);
  try {
    fill(piece => staged.write(piece));
    await staged.seal();
    staged.commit();
  } catch (cause) {
    staged.discard();
    throw cause;
  }
}
