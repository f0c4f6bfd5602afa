// Copies a PKI for a rehearsal: the manifest, CAs, published files, policy, and the current files of each service.
// `sandbox.ts` calls it, with a world that can write below the copy only. It never changes the source.
import { dirname, join } from 'node:path';
import type { World } from '../../world/world.ts';
import { SvcauthError } from '../../errors/error.ts';
import { deploymentSettings } from '../../deployment/rules/settings.ts';
import type { Upkeep } from '../../record/upkeep.ts';
import type { Service } from '../../record/service.ts';
import { utf8 } from '../../pki/bytes.ts';
import { PRIVATE_DIRECTORY, type Home } from '../../store/home.ts';
import { copyManifest } from '../../store/manifest/connection.ts';
import { copyCurrentVersion } from '../../store/files/service-files.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki } from '../../store/open-pki.ts';

export interface CopiedHome {
  /** The number of hooks of all services; the copy has none. */
  readonly hooks: number;
  /** Services whose own directories cannot be read; the copy has no files for them. */
  readonly unread: readonly string[];
}

/** The largest file in bytes: a CRL with millions of entries. */
const LIMIT = 512 * 1024 * 1024;

/**
 * Copies a PKI with the current files of its services. Paths outside the home move below `outside`, and hooks are removed, so the copy
 * cannot write outside itself. The caller holds the lock of `from`.
 */
export async function copyHome(world: World, from: Home, to: Home, outside: string): Promise<CopiedHome> {
  const { files } = world;
  files.newDirectory(to.directory, PRIVATE_DIRECTORY);
  await copyManifest(files, from.manifest, to.manifest);
  for (const part of [from.authorities, from.public.directory, from.policy]) {
    copyTree(world, part, join(to.directory, part.slice(from.directory.length)));
  }
  const within = (path: string): string => join(outside, path);
  return changePki(world, to.directory, 'drill ca-compromise', async pki => {
    const policy = await loadPolicy(pki);
    const services = pki.manifest.liveServices().map(({ service }) => service);
    const hooks = services.reduce((sum, each) => sum + deploymentSettings(each, policy.deployment).hooks.length, 0);
    const publishTo = (policy.crl.publishTo ?? ['/published']).map(within);
    const { policyElsewhere } = await import('../../policy/rules/elsewhere.ts');
    const text = Buffer.from(files.read(to.policy, LIMIT)!).toString('utf8');
    files.replace(to.policy, utf8(policyElsewhere(text, publishTo)), 0o600);
    const unread = services.flatMap(({ name, spec }) => {
      const copied = copyVersion(world, spec.out ?? from.service(name), spec.out ? within(spec.out) : to.service(name));
      return copied ? [] : [name];
    });
    pki.manifest.transaction(write => write.putServices(services.map(each => elsewhere(each, within))));
    return { hooks, unread };
  });
}

/** Copies a directory tree and follows links. */
function copyTree(world: World, from: string, to: string): void {
  const { files } = world;
  const status = files.status(from);
  if (status?.kind === 'directory') {
    files.newDirectory(to, status.mode);
    for (const name of files.list(from)) copyTree(world, join(from, name), join(to, name));
  } else if (status?.kind === 'file') {
    files.newDirectory(dirname(to), PRIVATE_DIRECTORY);
    files.writeNew(to, files.read(from, LIMIT)!, status.mode);
  }
}

function copyVersion({ files }: World, from: string, to: string): boolean {
  try {
    copyCurrentVersion(files, from, to);
    return true;
  } catch (cause) {
    if (cause instanceof SvcauthError && cause.code === 'ERR_FILE_READ') return false;
    throw cause;
  }
}

/** Returns the service with its files below the copy, and without hooks and addresses. */
function elsewhere({ name, spec, upkeep }: Service, within: (path: string) => string): Service {
  const deployment = upkeep?.deployment && {
    ...upkeep.deployment,
    outputs: upkeep.deployment.outputs.map(output => ({ ...output, path: within(output.path) })),
    hooks: [],
  };
  return {
    name,
    spec: spec.out === undefined ? spec : { ...spec, out: within(spec.out) },
    ...(upkeep && { upkeep: { ...withoutAddresses(upkeep), ...(deployment && { deployment }) } }),
  };
}

const withoutAddresses = ({ listen: _, ...upkeep }: Upkeep): Upkeep => upkeep;
