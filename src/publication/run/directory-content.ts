// Reads what a published directory holds: its trust anchors, the sequence of its bundle, and its CRLs.
// The record of publications, the gates of a rotation and `check` ask it. It takes no lock, changes nothing, follows no named pipe, and
// never throws for a file: an unreadable file is a problem in its answer.
import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { SvcauthError } from '../../errors/error.ts';
import { isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { crlDerFile } from '../../crl/rules/index.ts';
import { offersCrl } from '../../crl/rules/last.ts';
import { streamedCrlOwnerProblem } from '../../crl/rules/verdict.ts';
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

/** The parts of an opened PKI that reading a directory needs. */
export interface DirectoryReader {
  readonly world: Pick<World, 'files' | 'now'>;
  readonly manifest: Manifest;
}

export interface DirectoryContent {
  /** Why nothing can be read; then the rest is empty. */
  readonly obstacle?: string;
  readonly bundle: HeldBundle;
  /** The CRL of each CA that verifiers may need one of. */
  readonly crls: ReadonlyMap<string, HeldCrl>;
}

export interface HeldBundle {
  /** Anchors of bundle.pem in their order. */
  readonly anchors: readonly HeldAnchor[];
  /** `spiffe_sequence` of bundle.json. */
  readonly sequence?: number;
  /** The first problem of bundle.pem, else of bundle.json. */
  readonly problem?: FileProblem;
}

export interface HeldAnchor {
  /** SHA-256 of the DER, lower-case hex. */
  readonly sha256: string;
  readonly der: Uint8Array;
}

export interface FileProblem {
  /** `stranger`: a CRL that another key signed. */
  readonly kind: 'missing' | 'damaged' | 'stranger';
  /** Name of the file below the directory. */
  readonly file: string;
  readonly text: string;
}

/** A CRL in a directory; without a number it cannot be used. */
export type HeldCrl = { readonly authority: CertifiedAuthority } & (
  | {
      readonly problem?: undefined;
      readonly number: bigint;
      readonly thisUpdate: Date;
      readonly nextUpdate: Date;
      readonly entryCount: number;
      readonly sha256: string;
    }
  | { readonly problem: FileProblem }
);

const EMPTY: HeldBundle = { anchors: [] };

/** Reads a directory. A CRL that is as the index says, and the newest of its CA, is not read again: see `readSeal`. */
export function readDirectory(
  { world: { files, now }, manifest }: DirectoryReader,
  directory: string,
): DirectoryContent {
  try {
    const kind = files.status(directory)?.kind;
    if (kind !== 'directory') {
      return {
        obstacle: kind === undefined ? 'it does not exist' : 'it is not a directory',
        bundle: EMPTY,
        crls: new Map(),
      };
    }
    // an unreadable directory fails here, as a whole
    files.list(directory);
    const digests = readSeal({ files }, directory)?.digests;
    const owners = manifest.authorities().filter(isCertified);
    const crls = owners.flatMap((authority): [string, HeldCrl][] => {
      const latest = manifest.latestCrl(authority.id);
      if (!offersCrl(authority, latest, now)) return [];
      if (latest !== undefined && digests?.get(authority.id) === latest.sha256) {
        return [[authority.id, { authority, ...latest }]];
      }
      return [[authority.id, { authority, ...readHeldCrl(files, directory, authority) }]];
    });
    return { bundle: readBundleOf(files, directory), crls: new Map(crls) };
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    return { obstacle: cause.oneLine, bundle: EMPTY, crls: new Map() };
  }
}

export const sha256Of = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');

function readBundleOf(files: Files, directory: string): HeldBundle {
  const pem = readPlain(files, directory, 'bundle.pem', INPUT_CAPS.bundle);
  const json = readPlain(files, directory, 'bundle.json', INPUT_CAPS.bundle);
  const anchors = 'problem' in pem ? pem : parsed('bundle.pem', () => anchorsIn(pem.value));
  const sequence =
    'problem' in json ? json : parsed('bundle.json', () => parseSpiffeBundle(textOf(json.value)).sequence);
  const problem = 'problem' in anchors ? anchors.problem : 'problem' in sequence ? sequence.problem : undefined;
  return {
    anchors: 'value' in anchors ? anchors.value : [],
    ...('value' in sequence && sequence.value !== undefined && { sequence: sequence.value }),
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

function readHeldCrl(files: Files, directory: string, authority: CertifiedAuthority) {
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
  if (wrong !== undefined) return { problem: { kind: 'stranger', file, text: wrong } as const };
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

type Read<T> = { readonly value: T } | { readonly problem: FileProblem };

/** Reads a plain file with a limit; anything else is not opened, because opening a named pipe waits for its writer. */
function readPlain(files: Files, directory: string, file: string, limit: number): Read<Uint8Array> {
  const size = sizeOf(files, directory, file, limit);
  if (typeof size !== 'number') return { problem: size };
  return parsed(file, () => files.read(join(directory, file), limit) ?? new Uint8Array());
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
