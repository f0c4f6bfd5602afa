// Reads and writes the directory of a service: its versions, and the link `current` to the version in service.
// Issuance, deployment, probe and rehearsal call it. It never rewrites the content of the version in service.
import { join } from 'node:path';
import { removeLeftovers } from './files.ts';
import type { Certificate } from '../../record/certificate.ts';
import { concatBytes, equalBytes, utf8 } from '../../pki/bytes.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { mayBeKeyOf } from '../../pki/key/fit.ts';
import type { PublicKeyInfo } from '../../pki/key/public-key-info.ts';
import { encodePem } from '../../pki/pem.ts';
import type { Ownership, Files } from '../../world/files.ts';

/**
 * The content of one version of a service's directory, under the file names that Kubernetes and cert-manager use. A version's
 * name is the serial; the same certificate with another chain or other anchors has the name `<serial>.<tag>`.
 */
export interface ServiceVersion {
  readonly serial: string;
  /** PKCS#8; absent when svcauth never had the key (a CSR). */
  readonly keyPem?: Uint8Array;
  /** Leaf, then the issuing chain: the file that servers load. */
  readonly certificatePem: Uint8Array;
  /** The chain without the leaf; empty under a single CA. */
  readonly chainPem: Uint8Array;
  /** Trust anchors. */
  readonly anchorsPem: Uint8Array;
}

/** The files of a version, with the part that each holds. */
const FILES = [
  { name: 'tls.key', part: 'keyPem' },
  { name: 'tls.crt', part: 'certificatePem' },
  { name: 'chain.pem', part: 'chainPem' },
  { name: 'ca.crt', part: 'anchorsPem' },
] as const;

const CURRENT = 'current';
const VERSIONS = 'versions';
const OURS: VersionAccess = { mode: 0o600 };
const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;
const LIMIT = 1024 * 1024;

export const currentDirectory = (directory: string): string => join(directory, CURRENT);

/**
 * Writes a version beside the others; consumers see it only after `switchToVersion`. It is durable once the caller has synced
 * the returned paths.
 */
export function writeVersion(
  files: Files,
  directory: string,
  version: ServiceVersion,
  { owner, mode: keyMode }: VersionAccess = OURS,
): readonly string[] {
  const target = join(directory, VERSIONS, version.serial);
  const gained = files.newDirectory(target, DIRECTORY_MODE);
  const written: string[] = [];
  for (const { name, part } of FILES) {
    const bytes = version[part];
    if (bytes === undefined) continue;
    const path = join(target, name);
    files.writeNew(path, bytes, part === 'keyPem' ? keyMode : FILE_MODE, owner);
    written.push(path);
  }
  // `directory` gets the link at the switch
  return [...new Set([...written, target, ...gained, directory])];
}

/** The parts of a version that a rotation changes. */
export type VersionTrust = Pick<ServiceVersion, 'certificatePem' | 'chainPem' | 'anchorsPem'>;

/** Returns the expected content of a version of this certificate, without its key. */
export const versionTrust = (
  der: Uint8Array,
  { chainPem, anchorsPem }: Pick<VersionTrust, 'chainPem' | 'anchorsPem'>,
): VersionTrust => ({ certificatePem: concatBytes([leafPem(der), chainPem]), chainPem, anchorsPem });

const leafPem = (der: Uint8Array): Uint8Array => utf8(encodePem('CERTIFICATE', der));

/**
 * Copies the version `from` to `to` with another chain and other anchors; everything else, modes and owners stay the same.
 * Consumers see it only after `switchToVersion`; it is durable once the caller has synced the returned paths. Replaces the part
 * of `to` that a crash left.
 */
export function writeRetrusted(
  files: Files,
  directory: string,
  names: { readonly from: string; readonly to: string },
  trust: VersionTrust,
): readonly string[] {
  const [source, target] = [join(directory, VERSIONS, names.from), join(directory, VERSIONS, names.to)];
  const replaced = new Map<string, Uint8Array>(
    FILES.flatMap(({ name, part }) => (part === 'keyPem' ? [] : [[name, trust[part]]])),
  );
  files.remove(target);
  const written = [directory, ...files.newDirectory(target, files.status(source)!.mode), target];
  for (const name of files.list(source)) {
    const found = files.readOwn(join(source, name), LIMIT);
    if (found?.status.kind !== 'file') continue;
    const { mode, uid, gid } = found.status;
    const path = join(target, name);
    files.writeNew(path, replaced.get(name) ?? found.bytes, mode, { uid, gid });
    found.bytes.fill(0);
    written.push(path);
  }
  return [...new Set(written)];
}

/** Copies the version in service to another directory; does nothing where there is none. Not durable. */
export function copyCurrentVersion(files: Files, from: string, to: string): void {
  const entry = currentEntry(files, from);
  if (entry === undefined || entry === 'foreign') return;
  const [source, target] = [from, to].map(directory => join(directory, VERSIONS, entry.name));
  files.newDirectory(target!, DIRECTORY_MODE);
  for (const name of files.list(source!)) {
    const found = files.readOwn(join(source!, name), LIMIT);
    if (found?.status.kind !== 'file') continue;
    files.writeNew(join(target!, name), found.bytes, found.status.mode);
    found.bytes.fill(0);
  }
  files.switchLink(join(to, CURRENT), `${VERSIONS}/${entry.name}`, 'batched');
}

/** Switches by one rename: no consumer sees a new key with an old certificate. If batched, durable once `directory` is synced. */
export function switchToVersion(
  files: Files,
  directory: string,
  name: string,
  durability: 'durable' | 'batched' = 'batched',
): void {
  files.switchLink(join(directory, CURRENT), join(VERSIONS, name), durability);
}

interface CurrentVersion {
  readonly serial: string;
  /** Name of its directory: the serial, or the serial and a tag. */
  readonly name: string;
}

/** Reads the `current` link; `foreign` is a link or file that svcauth did not make. */
export function currentEntry(files: Files, directory: string): CurrentVersion | 'foreign' | undefined {
  const path = join(directory, CURRENT);
  const target = files.readLink(path);
  if (target === undefined) return files.linkStatus(path) === undefined ? undefined : 'foreign';
  const name = target.startsWith(`${VERSIONS}/`) ? target.slice(VERSIONS.length + 1) : '';
  const serial = serialIn(name);
  return serial === undefined ? 'foreign' : { serial, name };
}

/** Returns the serial that the `current` link names, or undefined. */
export function currentVersion(files: Files, directory: string): string | undefined {
  const entry = currentEntry(files, directory);
  return entry === 'foreign' ? undefined : entry?.serial;
}

/** Returns the name of the newest version of a certificate: the version in service, if it has that serial. */
export function versionName(files: Files, directory: string, serial: string): string {
  const entry = currentEntry(files, directory);
  return entry !== undefined && entry !== 'foreign' && entry.serial === serial ? entry.name : serial;
}

const serialIn = (name: string): string | undefined => /^((?:[0-9a-f]{2})+)(?:\.[0-9a-f]{8})?$/.exec(name)?.[1];

/** The parts found in a version; a part is absent where its file is missing. */
export type HeldVersion = Partial<Omit<ServiceVersion, 'serial'>>;

/** Reads the newest version of a certificate; the key only for `all`. */
export function readVersion(
  files: Files,
  directory: string,
  serial: string,
  wanted: 'all' | 'trust' = 'all',
): HeldVersion {
  const target = join(directory, VERSIONS, versionName(files, directory, serial));
  const held: { -readonly [part in keyof HeldVersion]: Uint8Array } = {};
  for (const { name, part } of FILES) {
    const bytes = wanted === 'all' || part !== 'keyPem' ? files.read(join(target, name), LIMIT) : undefined;
    if (bytes !== undefined) held[part] = bytes;
  }
  return held;
}

/** The expected content of a version: the certificate byte for byte, and the public key of its key file. */
export interface ExpectedVersion {
  readonly leafPem: Uint8Array;
  /** Absent when svcauth never had the key, or the caller does not compare it. */
  readonly publicKey?: PublicKeyInfo;
  /** Absent, like `anchorsPem`: the file must exist, with any content. */
  readonly chainPem?: Uint8Array;
  readonly anchorsPem?: Uint8Array;
}

export const expectedLeaf = (der: Uint8Array): ExpectedVersion => ({ leafPem: leafPem(der) });

export const expectedCredential = ({
  der,
  keySource,
}: Pick<Certificate, 'keySource'> & { readonly der: Uint8Array }): ExpectedVersion => ({
  ...expectedLeaf(der),
  ...(keySource !== 'csr' && { publicKey: decodeCertificate(der).tbs.publicKey }),
});

type PartState = 'right' | 'differs' | 'missing';

/** State of each part of a version. The chain is in two files: behind the leaf, and alone. */
export type VersionState = Readonly<Record<'key' | 'leaf' | 'chain' | 'anchors', PartState>>;

/** Compares the files of a version with the expected content. */
export function compareVersion(held: HeldVersion, expected: ExpectedVersion): VersionState {
  const state = (bytes: Uint8Array | undefined, isRight: (bytes: Uint8Array) => boolean): PartState =>
    bytes === undefined ? 'missing' : isRight(bytes) ? 'right' : 'differs';
  const { leafPem: leaf, publicKey, chainPem: chain, anchorsPem: anchors } = expected;
  const isChain = (bytes: Uint8Array) => chain === undefined || equalBytes(bytes, chain);
  const served = held.certificatePem;
  return {
    key: publicKey === undefined ? 'right' : state(held.keyPem, pem => mayBeKeyOf(pem, publicKey)),
    leaf: state(served, pem => equalBytes(pem.subarray(0, leaf.length), leaf)),
    chain: state(held.chainPem, pem => isChain(pem) && (served === undefined || isChain(served.subarray(leaf.length)))),
    anchors: state(held.anchorsPem, pem => anchors === undefined || equalBytes(pem, anchors)),
  };
}

/** Returns true when servers can load the version; ignores its key, and accepts an outdated chain or outdated anchors. */
export const isWhole = ({ leaf, chain, anchors }: VersionState): boolean =>
  leaf === 'right' && chain !== 'missing' && anchors !== 'missing';

/** Owner of a version's files and mode of its key; the other files are world-readable. */
export interface VersionAccess {
  readonly owner?: Ownership;
  /** Permission bits of the key. */
  readonly mode: number;
}

/** Returns true when the files of a version have the given owner and mode. */
export const hasAccess = (files: Files, directory: string, serial: string, access: VersionAccess): boolean =>
  versionFiles(files, directory, serial, access).every(({ path, mode }) => isOwned(files, path, mode, access.owner));

/** Gives the files of a version the given owner and mode. */
export function setAccess(files: Files, directory: string, serial: string, access: VersionAccess): void {
  for (const { path, mode } of versionFiles(files, directory, serial, access)) {
    if (!isOwned(files, path, mode, access.owner)) files.setAccess(path, mode, access.owner);
  }
}

function versionFiles(files: Files, directory: string, serial: string, { mode }: VersionAccess) {
  const version = join(directory, VERSIONS, versionName(files, directory, serial));
  return FILES.map(({ name, part }) => ({
    path: join(version, name),
    mode: part === 'keyPem' ? mode : FILE_MODE,
  })).filter(({ path }) => files.linkStatus(path) !== undefined);
}

/** Returns true when a file has exactly this mode and this owner; without `owner` any owner will do. */
export function isOwned(files: Files, path: string, mode: number, owner: Ownership | undefined): boolean {
  const status = files.linkStatus(path);
  const is = (wanted: number | undefined, found: number | undefined) => (wanted ?? -1) === -1 || wanted === found;
  return status?.mode === mode && is(owner?.uid, status.uid) && is(owner?.gid, status.gid);
}

/** Removes a version that no report has mentioned yet. */
export function removeVersion(files: Files, directory: string, serial: string): void {
  files.remove(join(directory, VERSIONS, serial));
}

/**
 * Removes the leftovers of a crash, and our versions that `keep` does not name, so no unused key stays on disk. It keeps what
 * svcauth did not put there.
 */
export function tidyVersions(
  files: Files,
  directory: string,
  { keep, isOurs }: { readonly keep: readonly (string | undefined)[]; readonly isOurs: (serial: string) => boolean },
): void {
  removeLeftovers(files, directory);
  for (const name of files.list(join(directory, VERSIONS))) {
    const serial = serialIn(name);
    if (!keep.includes(name) && serial !== undefined && isOurs(serial)) files.remove(join(directory, VERSIONS, name));
  }
}
