import type { World } from '../../world/world.ts';
import { SvcauthError } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import type { Policy } from '../rules/policy.ts';
import { warn } from '../../view/message.ts';
import type { Home } from '../../store/home.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';

const LIMIT = 1024 * 1024;

/** Reads the policy for commands that only monitor: without svcauth.yaml they use the defaults. */
export async function watchingPolicy(world: World, home: Home, manifest: Manifest): Promise<Policy> {
  const policy = await readPolicy(world, home);
  if (policy !== undefined) return policy;
  warn(world, `no policy file ${quote(home.policy)}; the defaults apply, and nothing can be signed`);
  return defaultsOf(manifest);
}

/** Reads the policy for commands that only show its consequences: without a valid one they use the defaults. */
export async function shownPolicy(world: World, home: Home, manifest: Manifest): Promise<Policy> {
  try {
    const policy = await readPolicy(world, home);
    if (policy !== undefined) return policy;
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    warn(world, `the policy file ${quote(home.policy)} cannot be used; renewal times and hooks follow the defaults`);
  }
  return defaultsOf(manifest);
}

async function defaultsOf(manifest: Manifest): Promise<Policy> {
  const { defaultPolicy } = await import('../rules/policy.ts');
  const { parseTrustDomain } = await import('../../pki/name/spiffe-id.ts');
  return defaultPolicy(parseTrustDomain(manifest.identity()!.trustDomain));
}

async function readPolicy(world: World, home: Home): Promise<Policy | undefined> {
  const bytes = world.files.read(home.policy, LIMIT);
  if (bytes === undefined) return undefined;
  const { parsePolicy } = await import('../rules/file.ts');
  return parsePolicy(new TextDecoder().decode(bytes), home.policy);
}
