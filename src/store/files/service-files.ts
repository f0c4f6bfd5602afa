// Reads and writes the directory of a service: the versions beside each other, and the link `current` to the version that serves.
// Issuance, deployment, probe and rehearsal call it. It never rewrites the content of a version that serves.
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
 * Which files does a service's directory hold, and do they hold what they should? Issuance, deployment, rotation and renewal write,
 * read and compare them here. What follows from a difference is for them to say.
 */

/**
 * What one version of a service's directory holds, by the names Kubernetes and cert-manager made familiar. Its name is the serial; the
 * same certificate with another chain or other anchors lies in `<serial>.<tag>`.
 */
export interface ServiceVersion {
  readonly serial: string;
  /** PKCS#8; absent when the key never left its host (a CSR). */
  readonly keyPem?: Uint8Array;
  /** Leaf, then the issuing chain: what servers want. */
  readonly certificatePem: Uint8Array;
  /** The chain without the leaf; empty under a single CA. */
  readonly chainPem: Uint8Array;
  /** The trust anchors. */
  readonly anchorsPem: Uint8Array;
}

/** The files of a version, and what each holds of it. */
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
 * Writes a version beside the ones that serve; nobody sees it before `switchToVersion`. Not durable before the caller has synced
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
  // `directory` gains the link at the switch
  return [...new Set([...written, target, ...gained, directory])];
}

/** What follows the certificate in a version: the part that a rotation changes. */
export type VersionTrust = Pick<ServiceVersion, 'certificatePem' | 'chainPem' | 'anchorsPem'>;

/** What a version of this certificate should hold, its key apart. */
export const versionTrust = (
  der: Uint8Array,
  { chainPem, anchorsPem }: Pick<VersionTrust, 'chainPem' | 'anchorsPem'>,
): VersionTrust => ({ certificatePem: concatBytes([leafPem(der), chainPem]), chainPem, anchorsPem });

const leafPem = (der: Uint8Array): Uint8Array => utf8(encodePem('CERTIFICATE', der));

/**
 * The version `from` once more as `to`, with another chain and other anchors: everything else, modes and owners as they are. Seen by
 * nobody before `switchToVersion`, and not durable before the caller has synced the returned paths. What a crash left of `to` goes.
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

/** What a directory serves, once more in a new one: the version of now, and nothing where there is none. Not durable. */
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

/** One rename: no reader ever sees a new key with an old certificate. When batched it is durable once `directory` is synced. */
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
  /** Of its directory: the serial, or the serial and a tag. */
  readonly name: string;
}

/** What stands where the `current` link belongs: a link to a version, or something that svcauth did not put there. */
export function currentEntry(files: Files, directory: string): CurrentVersion | 'foreign' | undefined {
  const path = join(directory, CURRENT);
  const target = files.readLink(path);
  if (target === undefined) return files.linkStatus(path) === undefined ? undefined : 'foreign';
  const name = target.startsWith(`${VERSIONS}/`) ? target.slice(VERSIONS.length + 1) : '';
  const serial = serialIn(name);
  return serial === undefined ? 'foreign' : { serial, name };
}

/** The serial the `current` link names, or undefined. */
export function currentVersion(files: Files, directory: string): string | undefined {
  const entry = currentEntry(files, directory);
  return entry === 'foreign' ? undefined : entry?.serial;
}

/** The name of the newest version of a certificate: the one that serves, if that is of it. */
export function versionName(files: Files, directory: string, serial: string): string {
  const entry = currentEntry(files, directory);
  return entry !== undefined && entry !== 'foreign' && entry.serial === serial ? entry.name : serial;
}

const serialIn = (name: string): string | undefined => /^((?:[0-9a-f]{2})+)(?:\.[0-9a-f]{8})?$/.exec(name)?.[1];

/** What lies in a version; a part is absent where its file is. */
export type HeldVersion = Partial<Omit<ServiceVersion, 'serial'>>;

/** Reads what lies in the newest version of a certificate; the key only where it is wanted. */
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

/** What a version should hold: the certificate to the byte, and its key where one was made. */
export interface ExpectedVersion {
  readonly leafPem: Uint8Array;
  /** Absent when the key never left its host, or nobody asks. */
  readonly publicKey?: PublicKeyInfo;
  /** Absent: whatever they are, and they are there. */
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

/** The chain stands in two files: behind the leaf, and alone. */
export type VersionState = Readonly<Record<'key' | 'leaf' | 'chain' | 'anchors', PartState>>;

/** Compares what lies there with what should. */
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

/** Whether a service can be served from it, its key apart; another chain and other anchors serve until they are replaced. */
export const isWhole = ({ leaf, chain, anchors }: VersionState): boolean =>
  leaf === 'right' && chain !== 'missing' && anchors !== 'missing';

/** Who may read a version's files; a key is for its owner, the rest for everybody. */
export interface VersionAccess {
  readonly owner?: Ownership;
  /** Of the key. */
  readonly mode: number;
}

/** Whether the files of a version are whose they shall be. */
export const hasAccess = (files: Files, directory: string, serial: string, access: VersionAccess): boolean =>
  versionFiles(files, directory, serial, access).every(({ path, mode }) => isOwned(files, path, mode, access.owner));

/** Gives the files of a version to whom they shall belong. */
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

/** Whether a file belongs to whom it should, and nobody else may read it. */
export function isOwned(files: Files, path: string, mode: number, owner: Ownership | undefined): boolean {
  const status = files.linkStatus(path);
  const is = (wanted: number | undefined, found: number | undefined) => (wanted ?? -1) === -1 || wanted === found;
  return status?.mode === mode && is(owner?.uid, status.uid) && is(owner?.gid, status.gid);
}

/** Of one that nobody was told of. */
export function removeVersion(files: Files, directory: string, serial: string): void {
  files.remove(join(directory, VERSIONS, serial));
}

/**
 * Removes what a crash left half-made, and versions whose names are neither in `keep` nor strangers': a key nobody serves any more
 * should not lie about, and what svcauth did not put there is not its to remove.
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
