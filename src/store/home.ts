// Names every path of a PKI, finds and checks its home, and makes a new home by a single rename.
// Every command that works on a PKI calls it. It reads no manifest and no key.
import { basename, dirname, join, resolve } from 'node:path';
import type { World } from '../world/world.ts';
import { failure } from '../errors/error.ts';
import { FEDERATED, federatedName, linkFederated } from './federated-directory.ts';
import { removeLeftovers } from './files/files.ts';
import { uniqueSuffix } from './files/unique-suffix.ts';
import type { Files } from '../world/files.ts';

/** The paths of a PKI, absolute; none needs to exist. */
export interface Home {
  readonly directory: string;
  readonly manifest: string;
  readonly policy: string;
  readonly lock: string;
  /** Note that names the holder of the lock, for people. */
  readonly lockNote: string;
  readonly authorities: string;
  authority(id: string): {
    readonly directory: string;
    readonly certificate: string;
    readonly key: string;
    /** Request of a CA that waits for its certificate. */
    readonly csr: string;
  };
  /** Everything a verifier needs, safe to serve or copy. */
  readonly public: {
    readonly directory: string;
    readonly bundlePem: string;
    readonly bundleJson: string;
    /** Our bundle and those of federated trust domains, each under its name. */
    readonly bundleMap: string;
    /** Directory of the federated bundles, each in its own files. */
    readonly federated: string;
    federatedJson(trustDomain: string): string;
    federatedPem(trustDomain: string): string;
    /** CA certificates that are not trust anchors. */
    readonly intermediates: string;
    readonly crls: string;
    crlPem(authorityId: string): string;
    crlDer(authorityId: string): string;
    /** The same bytes as `crlDer`. */
    crlCrl(authorityId: string): string;
    readonly crlBundle: string;
    readonly index: string;
  };
  readonly services: string;
  service(name: string): string;
}

export const PRIVATE_DIRECTORY = 0o700;

/** Names the paths of a home. `federatedIn`: the directory of federated bundles, as `federatedName` finds it. */
export function homeAt(directory: string, federatedIn = FEDERATED): Home {
  const authorities = join(directory, 'authorities');
  const publicDirectory = join(directory, 'public');
  const crls = join(publicDirectory, 'crl');
  const federated = join(publicDirectory, federatedIn);
  const services = join(directory, 'services');
  return {
    directory,
    manifest: join(directory, 'manifest.db'),
    policy: join(directory, 'svcauth.yaml'),
    lock: join(directory, 'lock.db'),
    lockNote: join(directory, 'lock.txt'),
    authorities,
    authority: id => ({
      directory: join(authorities, id),
      certificate: join(authorities, id, 'ca.crt'),
      key: join(authorities, id, 'ca.key'),
      csr: join(authorities, id, 'ca.csr'),
    }),
    public: {
      directory: publicDirectory,
      bundlePem: join(publicDirectory, 'bundle.pem'),
      bundleJson: join(publicDirectory, 'bundle.json'),
      bundleMap: join(publicDirectory, 'bundle-map.json'),
      federated,
      federatedJson: trustDomain => join(federated, `${trustDomain}.json`),
      federatedPem: trustDomain => join(federated, `${trustDomain}.pem`),
      intermediates: join(publicDirectory, 'intermediates.pem'),
      crls,
      crlPem: id => join(crls, `${id}.pem`),
      crlDer: id => join(crls, `${id}.der`),
      crlCrl: id => join(crls, `${id}.crl`),
      crlBundle: join(publicDirectory, 'crl-bundle.pem'),
      index: join(publicDirectory, 'index.json'),
    },
    services,
    service: name => join(services, name),
  };
}

type HomeWorld = Pick<World, 'cwd' | 'env' | 'files'>;

/** Chooses the home: `--home`, then $SVCAUTH_HOME, then ./.svcauth. An empty value counts as absent. */
export function locateHome(world: Pick<World, 'cwd' | 'env'>, flag?: string): Home {
  return homeAt(resolve(world.cwd, flag || world.env.SVCAUTH_HOME || '.svcauth'));
}

/** Opens a home that exists and that no other user can write to. */
export function openHome(world: HomeWorld, flag?: string): Home {
  const home = locateHome(world, flag);
  const status = world.files.status(home.directory);
  const anything = status?.kind === 'directory' && [home.manifest, home.authorities].some(p => world.files.status(p));
  if (!anything) {
    throw failure('ERR_HOME_MISSING', { home: home.directory, ...(flag ? { given: flag } : {}) });
  }
  if (status.mode & 0o022) throw failure('ERR_HOME_WRITABLE', { home: home.directory, mode: status.mode });
  return homeAsItIs(world.files, home);
}

/** Returns the home with the actual name of the directory of federated bundles, which an earlier version named otherwise. */
const homeAsItIs = (files: Files, { directory, public: { directory: publicDirectory } }: Home): Home =>
  homeAt(directory, federatedName(files, publicDirectory));

/**
 * Removes the half-written files of an interrupted run, and links `public/federated` to the directory of an earlier version. Returns
 * the home with the paths that are valid from then on. The caller holds the home's lock.
 */
export function sweepHome(files: Files, home: Home): Home {
  const authorities = files
    .list(home.authorities)
    .map(id => home.authority(id).directory)
    // a desktop or a backup program leaves files of its own
    .filter(directory => files.linkStatus(directory)?.kind === 'directory');
  for (const directory of [
    home.directory,
    home.public.directory,
    home.public.crls,
    home.public.federated,
    ...authorities,
  ]) {
    removeLeftovers(files, directory);
  }
  if (basename(home.public.federated) === FEDERATED) return home;
  linkFederated(files, home.public.directory);
  return homeAt(home.directory);
}

/**
 * Makes a home completely or not at all. `build` fills a directory beside it, and one rename at the end makes that the home.
 * When `build` throws, the directory is removed and the error is thrown again. `build` must have closed every file it opened.
 */
export async function createHome<T>(
  world: Pick<World, 'files'>,
  home: Home,
  build: (draft: Home) => Promise<T>,
): Promise<T> {
  const { files } = world;
  const parent = dirname(home.directory);
  const prefix = `${basename(home.directory)}.svcauth-tmp-`;
  refuseOccupied(files, home);
  files.makeDirectory(parent, PRIVATE_DIRECTORY);
  // left by an interrupted `ca init`; it may contain a key
  for (const name of files.list(parent)) if (name.startsWith(prefix)) files.remove(join(parent, name));
  const draft = homeAt(join(parent, `${prefix}${uniqueSuffix()}`));
  try {
    files.makeDirectory(draft.directory, PRIVATE_DIRECTORY);
    const result = await build(draft);
    await files.syncAll([draft.directory], tree(files, draft.directory));
    refuseOccupied(files, home);
    files.rename(draft.directory, home.directory);
    return result;
  } catch (cause) {
    files.remove(draft.directory);
    throw cause;
  }
}

/** Throws ERR_HOME_EXISTS when the directory is not empty, or the path is not a directory. */
export function refuseOccupied(files: Files, home: Home): void {
  const status = files.status(home.directory);
  if (status === undefined) return;
  const entries = status.kind === 'directory' ? files.list(home.directory) : [basename(home.directory)];
  const entry = entries.find(name => name === 'manifest.db') ?? entries[0];
  if (entry !== undefined) throw failure('ERR_HOME_EXISTS', { home: home.directory, entry });
}

/** Lists a directory and every file and directory in it; a link is only a name in its directory. */
function tree(files: Files, path: string): string[] {
  const kind = files.linkStatus(path)?.kind;
  if (kind !== 'directory') return kind === 'file' ? [path] : [];
  return [path, ...files.list(path).flatMap(name => tree(files, join(path, name)))];
}
export const PUBLIC_FILE = 0o644;
