// Reads what a published directory holds: its trust anchors, the sequence of its bundle, and its CRLs.
// The record of publications, the gates of a rotation and `check` ask it. It takes no lock, changes nothing, follows no named pipe, and
// never throws for a file: an unreadable file is a problem in its answer.
import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { SvcauthError } from '../../errors/error.ts';
import { isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { CRL_BUNDLE_FILE, crlCrlFile, crlDerFile, crlPemFile, INDEX_FILE } from '../../crl/rules/index.ts';
import { offersCrl } from '../../crl/rules/last.ts';
import { isOfStranger, streamedCrlOwnerProblem } from '../../crl/rules/verdict.ts';
import { readSeal } from '../../crl/run/seal.ts';
import { CRL_PIECE } from '../../crl/run/states.ts';
import { parseSpiffeBundle } from '../../pki/bundle/read.ts';
import { crlNumber } from '../../pki/crl/parsed.ts';
import { readCrlStream } from '../../pki/crl/stream.ts';
import { DerError } from '../../pki/der/reader.ts';
import { INPUT_CAPS } from '../../pki/input-caps.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { decodePem, PemError } from '../../pki/pem.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import type { Files } from '../../world/files.ts';
import type { World } from '../../world/world.ts';
import type { DirectoryContent, FileProblem, HeldAnchor, HeldBundle, HeldCrl } from '../rules/published-state.ts';

/** The parts of an opened PKI that reading a directory needs. */
export interface DirectoryReader {
  readonly world: Pick<World, 'files' | 'now'>;
  readonly manifest: Manifest;
}

const EMPTY = { bundle: { anchors: [], jsonAnchors: [] }, crls: new Map<string, HeldCrl>(), repeats: [] };

/** Reads a directory. A CRL that is as the index says, and the newest of its CA, is not read again: see `readSeal`. */
export function readDirectory(
  { world: { files, now }, manifest }: DirectoryReader,
  directory: string,
): DirectoryContent {
  try {
    const kind = files.status(directory)?.kind;
    if (kind === undefined) return { ...EMPTY, obstacle: 'it does not exist' };
    if (kind !== 'directory') return { ...EMPTY, obstacle: 'it is not a directory' };
    // an unreadable directory fails here, as a whole
    files.list(directory);
    const digests = readSeal({ files }, directory)?.digests;
    const owners = manifest.authorities().filter(isCertified);
    const crls = owners.flatMap((authority): HeldCrl[] => {
      const latest = manifest.latestCrl(authority.id);
      if (!offersCrl(authority, latest, now)) return [];
      if (latest !== undefined && digests?.get(authority.id) === latest.sha256) return [{ authority, ...latest }];
      return [{ authority, ...readHeldCrl(files, directory, authority, owners) }];
    });
    return {
      bundle: readBundleOf(files, directory),
      crls: new Map(crls.map(each => [each.authority.id, each])),
      repeats: digests === undefined ? repeatProblems(files, directory, crls) : [],
    };
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    return { ...EMPTY, obstacle: cause.oneLine };
  }
}

export const sha256Of = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');

function readBundleOf(files: Files, directory: string): HeldBundle {
  const pem = readPlain(files, directory, 'bundle.pem', INPUT_CAPS.bundle, anchorsIn);
  const json = readPlain(files, directory, 'bundle.json', INPUT_CAPS.bundle, bytes => parseSpiffeBundle(textOf(bytes)));
  const problem = 'problem' in pem ? pem.problem : 'problem' in json ? json.problem : undefined;
  const spiffe = 'value' in json ? json.value : undefined;
  return {
    anchors: 'value' in pem ? pem.value : [],
    jsonAnchors: (spiffe?.x509Authorities ?? []).map(der => ({ sha256: sha256Of(der), der })),
    ...(spiffe?.sequence !== undefined && { sequence: spiffe.sequence }),
    ...(problem && { problem }),
  };
}

function anchorsIn(bytes: Uint8Array): readonly HeldAnchor[] {
  return decodePem(textOf(bytes)).map(({ der }) => {
    // a block that is not a certificate makes verifiers reject the file
    decodeCertificate(der);
    return { sha256: sha256Of(der), der };
  });
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

function readHeldCrl(
  files: Files,
  directory: string,
  authority: CertifiedAuthority,
  owners: readonly CertifiedAuthority[],
) {
  const file = crlDerFile(authority.id);
  const size = sizeOf(files, directory, file, INPUT_CAPS.crl);
  if (typeof size !== 'number') return { problem: size };
  const read = parsed(file, () => {
    const hash = createHash('sha256');
    const { publicKey } = decodeCertificate(authority.certificate.der).tbs;
    const crl = readCrlStream(hashed(files.chunks(join(directory, file), CRL_PIECE), hash), size, publicKey);
    return { crl, sha256: hash.digest('hex') };
  });
  if ('problem' in read) return read;
  const { crl, sha256 } = read.value;
  const wrong = streamedCrlOwnerProblem(crl, authority);
  if (wrong !== undefined) {
    return { problem: { kind: isOfStranger(crl, owners) ? 'stranger' : 'damaged', file, text: wrong } as const };
  }
  return {
    // `streamedCrlOwnerProblem` has seen both
    ...{ number: crlNumber(crl)!, nextUpdate: crl.nextUpdate!.date },
    ...{ thisUpdate: crl.thisUpdate.date, entryCount: crl.entryCount, sha256 },
  };
}

function* hashed(pieces: Iterable<Uint8Array>, hash: Hash): Iterable<Uint8Array> {
  for (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
}

const PEM_LIMIT = Math.ceil(INPUT_CAPS.crl * 1.4);

/** Compares the files that repeat the CRLs with them, when a file may have changed after the index. */
function repeatProblems(files: Files, directory: string, crls: readonly HeldCrl[]): readonly FileProblem[] {
  const pemDigests = (bytes: Uint8Array) => decodePem(textOf(bytes)).map(({ der }) => sha256Of(der));
  const bundle = readPlain(files, directory, CRL_BUNDLE_FILE, PEM_LIMIT, pemDigests);
  const index = sizeOf(files, directory, INDEX_FILE, PEM_LIMIT);
  const own = crls.flatMap(crl => {
    // a CRL that cannot be used is a problem itself
    if (crl.problem !== undefined) return [];
    const wanted = [crl.sha256];
    const [pemFile, copyFile] = [crlPemFile(crl.authority.id), crlCrlFile(crl.authority.id)];
    const pem = readPlain(files, directory, pemFile, PEM_LIMIT, pemDigests);
    const copy = readPlain(files, directory, copyFile, INPUT_CAPS.crl, bytes => [sha256Of(bytes)]);
    return [...differs(pemFile, pem, wanted), ...differs(copyFile, copy, wanted)];
  });
  const all = crls.flatMap(crl => (crl.problem === undefined ? [crl.sha256] : []));
  return [...own, ...differs(CRL_BUNDLE_FILE, bundle, all), ...(typeof index === 'number' ? [] : [index])];
}

function differs(file: string, found: Read<readonly string[]>, wanted: readonly string[]): readonly FileProblem[] {
  if ('problem' in found) return [found.problem];
  const same = wanted.every((sha256, index) => found.value[index] === sha256);
  return same ? [] : [{ kind: 'damaged', file, text: 'it has other CRLs' }];
}

type Read<T> = { readonly value: T } | { readonly problem: FileProblem };

/** Reads a plain file with a limit. Anything else is not opened, because opening a named pipe waits for its writer. */
function readPlain<T>(
  files: Files,
  directory: string,
  file: string,
  limit: number,
  parse: (bytes: Uint8Array) => T,
): Read<T> {
  const size = sizeOf(files, directory, file, limit);
  if (typeof size !== 'number') return { problem: size };
  return parsed(file, () => parse(files.read(join(directory, file), limit) ?? new Uint8Array()));
}

function sizeOf(files: Files, directory: string, file: string, limit: number): number | FileProblem {
  const status = files.status(join(directory, file));
  if (status === undefined) return { kind: 'missing', file, text: 'it is missing' };
  if (status.kind !== 'file') return { kind: 'damaged', file, text: 'it is not a plain file' };
  if (status.size > limit) return { kind: 'damaged', file, text: `it has ${status.size} bytes, more than ${limit}` };
  return status.size;
}

/** Returns the error of a file that cannot be read or parsed as its problem. */
function parsed<T>(file: string, parse: () => T): Read<T> {
  try {
    return { value: parse() };
  } catch (cause) {
    if (cause instanceof SvcauthError) return { problem: { kind: 'damaged', file, text: cause.oneLine } };
    if (!(cause instanceof DerError || cause instanceof PemError)) throw cause;
    return { problem: { kind: 'damaged', file, text: cause.message } };
  }
}
