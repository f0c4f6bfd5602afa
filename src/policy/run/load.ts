import { failure } from '../../errors/error.ts';
import { parsePolicy } from '../rules/file.ts';
import type { Policy } from '../rules/policy.ts';
import type { Pki } from '../../store/open-pki.ts';

const LIMIT = 1024 * 1024;

/** Reads the policy from svcauth.yaml. A missing or invalid file is an error, because signing requires a policy. */
export async function loadPolicy({ world, home, identity }: Pick<Pki, 'world' | 'home' | 'identity'>): Promise<Policy> {
  const bytes = world.files.read(home.policy, LIMIT);
  if (bytes === undefined) throw failure('ERR_POLICY_MISSING', { path: home.policy });
  const policy = await parsePolicy(Buffer.from(bytes).toString('utf8'), home.policy);
  if (policy.trustDomain !== identity.trustDomain) {
    throw failure('ERR_POLICY_TRUST_DOMAIN', {
      path: home.policy,
      policy: policy.trustDomain,
      pki: identity.trustDomain,
    });
  }
  return policy;
}
