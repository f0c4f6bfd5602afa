// Reads and writes the directory of a service: its versions, and the link `current` to the version in service.
// Issuance, deployment, probe and rehearsal call it. It never rewrites the content of the version in service.
import { join } from 'node:path';
import { removeLeftovers } from './files.ts';
import { uniqueSuffix } from './unique-suffix.ts';
import { CURRENT, factOf, VERSION_FILES } from './version-facts.ts';
import type { Certificate } from '../../record/certificate.ts';
import { concatBytes, equalBytes, utf8 } from '../../pki/bytes.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { mayBeKeyOf } from '../../pki/key/fit.ts';
import type { PublicKeyInfo } from '../../pki/key/public-key-info.ts';
import { encodePem } from '../../pki/pem.ts';
import type { FileFact } from '../../record/file-facts.ts';
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

const VERSIONS = 'versions';
const OURS: VersionAccess = { mode: 0o600 };
const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;
const LIMIT = 1024 * 1024;

export const currentDirectory = (directory: string): string => join(directory, CURRENT);

/** A version that was written, and is not in service yet. */
export interface WrittenVersion {
  /** It is durable once the caller has synced these paths. */
  readonly paths: readonly string[];
  readonly facts: readonly FileFact[];
}

/** Writes a version beside the others; consumers see it only after `switchToVersion`. */
export function writeVersion(
  files: Files,
  directory: string,
  version: ServiceVersion,
  { owner, mode: keyMode }: VersionAccess = OURS,
): WrittenVersion {
  const target = join(directory, VERSIONS, version.serial);
  const gained = files.newDirectory(target, DIRECTORY_MODE);
  const written: string[] = [];
  const facts: FileFact[] = [];
  for (const { name, part } of VERSION_FILES) {
    const bytes = version[part];
    if (bytes === undefined) continue;
    const path = join(target, name);
    facts.push(factOf(name, files.writeNew(path, bytes, part === 'keyPem' ? keyMode : FILE_MODE, owner)));
    written.push(path);
  }
  // last: every new name changes the directory
  facts.push(factOf('', files.status(target)!));
  // `directory` gets the link at the switch
  return { paths: [...new Set([...written, target, ...gained, directory])], facts };
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
 * Copies the version `from` to `to` with another chain and other anchors; the owners and modes of files stay the same. Consumers see
 * it only after `switchToVersion`. Replaces the part of `to` that a crash left.
 */
export function writeRetrusted(
  files: Files,
  directory: string,
  names: { readonly from: string; readonly to: string },
  trust: VersionTrust,
): WrittenVersion {
  const [source, target] = [join(directory, VERSIONS, names.from), join(directory, VERSIONS, names.to)];
  const replaced = new Map<string, Uint8Array>(
    VERSION_FILES.flatMap(({ name, part }) => (part === 'keyPem' ? [] : [[name, trust[part]]])),
  );
  files.remove(target);
  const written = [directory, ...files.newDirectory(target, DIRECTORY_MODE), target];
  const facts: FileFact[] = [];
  for (const name of files.list(source)) {
    const found = files.readOwn(join(source, name), LIMIT);
    if (found?.status.kind !== 'file') continue;
    const { mode, uid, gid } = found.status;
    const path = join(target, name);
    const status = files.writeNew(path, replaced.get(name) ?? found.bytes, mode, { uid, gid });
    found.bytes.fill(0);
    written.push(path);
    if (VERSION_FILES.some(file => file.name === name)) facts.push(factOf(name, status));
  }
  facts.push(factOf('', files.status(target)!));
  return { paths: [...new Set(written)], facts };
}

/**
 * Rewrites the given parts of the newest version of a certificate, each in one step and durable. A missing version gets its directory.
 * The key is never written: only a new certificate can replace it.
 */
export function mendVersion(files: Files, directory: string, serial: string, parts: Partial<VersionTrust>): void {
  const target = join(directory, VERSIONS, versionName(files, directory, serial));
  files.makeDirectory(target, DIRECTORY_MODE);
  removeLeftovers(files, target);
  for (const { name, part } of VERSION_FILES) {
    const bytes = part === 'keyPem' ? undefined : parts[part];
    if (bytes === undefined) continue;
    const path = join(target, name);
    if (files.linkStatus(path)?.kind === 'directory') files.rename(path, `${path}.replaced-${uniqueSuffix()}`);
    files.replace(path, bytes, FILE_MODE);
  }
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

/** Renames a `current` that svcauth did not make, and keeps its content. */
export function moveForeignAside(files: Files, directory: string): void {
  files.rename(join(directory, CURRENT), join(directory, `${CURRENT}.replaced-${uniqueSuffix()}`));
}

/** Returns the serial that the `current` link names, or undefined. */
export function currentVersion(files: Files, directory: string): string | undefined {
  const entry = currentEntry(files, directory);
  return entry === 'foreign' ? undefined : entry?.serial;
}

/**
 * Returns the name of the newest version of a certificate: the version in service, if it has that serial. If the link was lost, the
 * version that was written last.
 */
export function versionName(files: Files, directory: string, serial: string): string {
  const entry = currentEntry(files, directory);
  if (entry !== undefined && entry !== 'foreign' && entry.serial === serial) return entry.name;
  const versions = join(directory, VERSIONS);
  if (files.status(versions)?.kind !== 'directory') return serial;
  const found = files.list(versions).filter(name => serialIn(name) === serial);
  const made = (name: string): number => files.linkStatus(join(versions, name))?.changed ?? 0;
  return found.sort((a, b) => made(b) - made(a))[0] ?? serial;
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
  for (const { name, part } of VERSION_FILES) {
    if (wanted !== 'all' && part === 'keyPem') continue;
    const path = join(target, name);
    const kind = files.status(path)?.kind;
    // a pipe or a directory in the place of a file is wrong content
    const bytes = kind === undefined || kind === 'file' ? files.read(path, LIMIT) : new Uint8Array();
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

/** Lists the files of a version that have another owner or mode, and its directories that consumers cannot enter. */
export function wrongAccess(
  files: Files,
  directory: string,
  serial: string,
  access: VersionAccess,
): readonly { readonly path: string; readonly isKey: boolean; readonly isExposed: boolean }[] {
  const wrong = versionFiles(files, directory, serial, access).filter(
    ({ path, mode }) => !isOwned(files, path, mode, access.owner),
  );
  return [
    ...closedDirectories(files, directory, serial).map(path => ({ path, isKey: false, isExposed: false })),
    ...wrong.map(({ path, mode, isKey }) => {
      const found = files.linkStatus(path)?.mode ?? 0;
      return { path, isKey, isExposed: isKey && (found & 0o077 & ~mode) !== 0 };
    }),
  ];
}

/** Gives the files of a version the given owner and mode, and opens its directories. */
export function setAccess(files: Files, directory: string, serial: string, access: VersionAccess): void {
  for (const path of closedDirectories(files, directory, serial)) files.setAccess(path, DIRECTORY_MODE);
  for (const { path, mode } of versionFiles(files, directory, serial, access)) {
    if (!isOwned(files, path, mode, access.owner)) files.setAccess(path, mode, access.owner);
  }
}

/** Lists our directories above the files of a version that lack a permission, or that every account may write to. */
function closedDirectories(files: Files, directory: string, serial: string): readonly string[] {
  const versions = join(directory, VERSIONS);
  return [versions, join(versions, versionName(files, directory, serial))].filter(path => {
    const status = files.linkStatus(path);
    return status?.kind === 'directory' && (status.mode & (DIRECTORY_MODE | 0o002)) !== DIRECTORY_MODE;
  });
}

function versionFiles(files: Files, directory: string, serial: string, { mode }: VersionAccess) {
  const version = join(directory, VERSIONS, versionName(files, directory, serial));
  return VERSION_FILES.map(({ name, part }) => ({
    path: join(version, name),
    mode: part === 'keyPem' ? mode : FILE_MODE,
    isKey: part === 'keyPem',
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
