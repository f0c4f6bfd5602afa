// Publishes the CRLs and bundles of public/ to a directory that verifiers are served from: a plan, and its execution.
// `publications.ts` calls it for `crl publish` and `tick`. It signs nothing and needs no key.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure, SvcauthError } from '../../errors/error.ts';
import { CRL_BUNDLE_FILE, crlDerFile, crlFiles, INDEX_FILE, indexedDigests } from '../../crl/rules/index.ts';
import { crlContent, crlRegressions, type CrlContent } from '../rules/regression.ts';
import { crlOwnerProblem, isOfStranger } from '../../crl/rules/verdict.ts';
import { isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Crl } from '../../record/crl.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { issuerFactsOf } from '../../pki/certificate/issuer-facts.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import type { ParsedCrl } from '../../pki/crl/parsed.ts';
import { compareSerialHex } from '../../pki/crl/sorted-entries.ts';
import { KEY_ALGORITHMS } from '../../pki/key/algorithm.ts';
import { linkFederated } from '../../store/federated-directory.ts';
import { removeLeftovers } from '../../store/files/files.ts';
import { expectedEntries } from '../../crl/run/expected-entries.ts';
import { replaceInPieces } from '../../crl/run/files.ts';
import { CRL_PIECE, readCrlStates, type AuthorityCrl, type CrlPki } from '../../crl/run/states.ts';
import { readSeal } from '../../crl/run/seal.ts';
import { filesAhead, type CrlAhead, type PublicAhead } from './public-ahead.ts';
import { planBundlePublication } from './publish-bundle.ts';
import { readCrl } from '../../store/input/read-crl.ts';
import type { PublishedFile } from './published-file.ts';

export interface PublishPlan {
  readonly directory: string;
  readonly crls: readonly Crl[];
  /** In the order of writing: every CRL before the bundles that make verifiers require it, the index last. */
  readonly files: readonly PublishedFile[];
}

type PublishPki = CrlPki & { readonly world: World };

export interface PublishOptions {
  /** The future content of public/, for a plan that cannot be carried out yet. */
  readonly ahead?: PublicAhead | undefined;
  /** Also replaces CRLs and bundles that another PKI made. */
  readonly replaceForeign?: boolean | undefined;
}

/**
 * Compares public/ with a directory that verifiers are served from. Throws ERR_CRL_UNFINISHED if public/ differs from the manifest,
 * and ERR_CRL_BACKWARDS if verifiers would lose information: then nothing may be written.
 */
export async function planCrlPublication(
  found: PublishPki,
  directory: string,
  { ahead, replaceForeign = false }: PublishOptions = {},
): Promise<PublishPlan> {
  const pki = ahead
    ? { ...found, world: { ...found.world, files: filesAhead(found.world.files, ahead.files) } }
    : found;
  const { world } = pki;
  const states = readCrlStates(pki);
  const crls = requireFinished(
    pki,
    states.filter(({ authority }) => !ahead?.crls.has(authority.id)),
  );
  const problems = replaceForeign ? [] : strangersIn(pki, directory);
  const owners = pki.manifest.authorities().filter(isCertified);
  for (const { authority } of states) {
    const signed = ahead?.crls.get(authority.id);
    const ours = signed === undefined ? await readOurs(pki, authority) : undefined;
    const theirs = await readTheirs(world, join(directory, crlDerFile(authority.id)));
    if (theirs === undefined || (ours && equalBytes(theirs.der, ours.der))) continue;
    // no verifier uses a CRL that its CA did not sign, but that of a stranger may be in use elsewhere
    if (crlOwnerProblem(theirs, authority) !== undefined && (replaceForeign || !isOfStranger(theirs, owners))) continue;
    // only the foreign holder of the key knows its revocations and their expiry
    const expiry = authority.keyLocation === 'foreign' ? () => new Date(0) : (serial: string) => expiryOf(pki, serial);
    const content = ours ? crlContent(ours) : contentAhead(pki, authority, signed!);
    problems.push(...crlRegressions(theirs, content, expiry, world.now).map(each => `${authority.id}: ${each}`));
  }
  const bundle = await planBundlePublication(pki, directory, replaceForeign);
  problems.push(...bundle.problems);
  if (problems.length > 0) throw failure('ERR_CRL_BACKWARDS', { directory, problems });
  const ids = states.map(({ authority }) => authority.id);
  const names = [...ids.flatMap(crlFiles), CRL_BUNDLE_FILE];
  const anew = namesAhead(ahead?.crls ?? new Map<string, CrlAhead>());
  const files = names.map(name => ({ name, action: actionOn(pki, directory, name, anew) }));
  const index = { name: INDEX_FILE, action: indexAction(pki, directory, anew) };
  return { directory, crls, files: [...files, ...bundle.files, index] };
}

async function readOurs({ world, home }: PublishPki, authority: CertifiedAuthority): Promise<ParsedCrl> {
  const ours = await readCrl(world, home.public.crlDer(authority.id));
  const wrong = crlOwnerProblem(ours, authority);
  if (wrong !== undefined) throw failure('ERR_CRL_UNFINISHED', { problem: `the CRL of ${authority.id}: ${wrong}` });
  return ours;
}

function contentAhead(
  { manifest }: PublishPki,
  { id, certificate, keyAlgorithm }: CertifiedAuthority,
  { header, further }: CrlAhead,
): CrlContent {
  const { subject, keyIdentifier } = issuerFactsOf(decodeCertificate(certificate.der), KEY_ALGORITHMS[keyAlgorithm]);
  const entries = () =>
    [...expectedEntries(manifest, id, new Date(0)), ...further].sort((a, b) => compareSerialHex(a.serial, b.serial));
  return { issuer: subject, keyIdentifier, number: header.number, entries };
}

/** Names the files that CRLs not signed yet will change. */
const namesAhead = (crls: PublicAhead['crls']): ReadonlySet<string> =>
  new Set([...[...crls.keys()].flatMap(crlFiles), ...(crls.size > 0 ? [CRL_BUNDLE_FILE, INDEX_FILE] : [])]);

/** Compares a directory with public/ by dates and sizes only: cheap enough for a run every minute. */
export async function isPublished(pki: PublishPki, directory: string): Promise<boolean> {
  const [ours, theirs] = [pki.home.public.directory, directory].map(each => readSeal(pki.world, each));
  if (ours === undefined || theirs?.text !== ours.text) return false;
  if ([...ours.sizes].some(([name, size]) => theirs.sizes.get(name) !== size)) return false;
  const { files, problems } = await planBundlePublication(pki, directory);
  return problems.length === 0 && files.every(({ action }) => action === 'same' || action === 'keep');
}

/** Requires the newest CRL of every CA in public/, and in the index that is written last: no run was interrupted. */
function requireFinished({ world, home }: PublishPki, states: readonly AuthorityCrl[]): readonly Crl[] {
  const text = world.files.read(home.public.index, INDEX_LIMIT);
  const digests = indexedDigests(text && Buffer.from(text).toString('utf8'));
  return states.map(({ authority, latest, published }) => {
    if (latest === undefined || published?.sha256 !== latest.sha256 || digests.get(authority.id) !== latest.sha256) {
      throw failure('ERR_CRL_UNFINISHED', { problem: `public/ does not have the newest CRL of ${authority.id}` });
    }
    return latest;
  });
}

const INDEX_LIMIT = 16 * 1024 * 1024;

/** Finds CRLs of unknown CAs: such a directory belongs to another PKI. */
function strangersIn({ world, manifest }: PublishPki, directory: string): string[] {
  const text = world.files.read(join(directory, INDEX_FILE), INDEX_LIMIT);
  const listed = [...indexedDigests(text && Buffer.from(text).toString('utf8')).keys()];
  return listed
    .filter(id => manifest.authority(id) === undefined)
    .map(id => `${id}: the directory has a CRL of this CA, which is not a CA of this PKI`);
}

/** Reads a published CRL; undefined if it cannot be parsed, so it is replaced: no verifier can use it. */
async function readTheirs(world: World, path: string): Promise<ParsedCrl | undefined> {
  if (world.files.status(path) === undefined) return undefined;
  try {
    return await readCrl(world, path);
  } catch (cause) {
    if (cause instanceof SvcauthError && cause.code === 'ERR_CRL_UNREADABLE') return undefined;
    throw cause;
  }
}

function expiryOf({ manifest }: PublishPki, serial: string): Date | undefined {
  const ca = manifest.authorities().find(({ certificate }) => certificate?.serial === serial);
  return (manifest.certificate(serial) ?? ca?.certificate ?? manifest.revocation(serial))?.notAfter;
}

function actionOn(
  { world: { files }, home }: PublishPki,
  directory: string,
  name: string,
  anew: ReadonlySet<string>,
): PublishedFile['action'] {
  const [from, to] = [join(home.public.directory, name), join(directory, name)];
  const there = files.status(to);
  if (there === undefined) return 'new';
  if (anew.has(name)) return 'replace';
  if (there.kind !== 'file' || there.size !== files.status(from)?.size) return 'replace';
  return digestOf(files, from) === digestOf(files, to) ? 'same' : 'replace';
}

/** Also rewrites the index if a file was touched since it was written: see `readSeal`. */
function indexAction(pki: PublishPki, directory: string, anew: ReadonlySet<string>): PublishedFile['action'] {
  const action = actionOn(pki, directory, INDEX_FILE, anew);
  return action === 'same' && readSeal(pki.world, directory) === undefined ? 'replace' : action;
}

function digestOf(files: World['files'], path: string): string {
  const hash = createHash('sha256');
  for (const piece of files.chunks(path, CRL_PIECE)) hash.update(piece);
  return hash.digest('hex');
}

/** Carries out the plan, one whole file at a time, and records it. Returns true if anything changed. */
export async function applyCrlPublication({ world, home, manifest }: PublishPki, plan: PublishPlan): Promise<boolean> {
  const { files } = world;
  const todo = plan.files.filter(({ action }) => action !== 'same' && action !== 'keep');
  if (todo.length === 0) return false;
  const directories = plan.files.map(({ name }) => dirname(join(plan.directory, name)));
  for (const directory of new Set([plan.directory, ...directories])) removeLeftovers(files, directory);
  linkFederated(files, plan.directory);
  for (const { name, action } of todo) {
    const target = join(plan.directory, name);
    if (action === 'link') continue;
    if (action === 'remove') {
      files.remove(target);
      continue;
    }
    files.makeDirectory(dirname(target), 0o755);
    await replaceInPieces(files, target, write => {
      for (const piece of files.chunks(join(home.public.directory, name), CRL_PIECE)) write(piece);
    });
  }
  manifest.transaction(write =>
    write.audit(
      'crl.published',
      plan.directory,
      Object.fromEntries(plan.crls.map(({ authorityId, number }) => [authorityId, number.toString()])),
    ),
  );
  return true;
}
