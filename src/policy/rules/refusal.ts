import { failure, type SvcauthError } from '../../errors/error.ts';
import { parseDuration } from '../../time/duration.ts';
import type { Policy, PolicyRule, Violation } from './policy.ts';
import { yamlFlowList } from '../../text/yaml/text.ts';

/** Makes the error for all violations of a run, with the lines of svcauth.yaml that would allow them. */
export function policyRefusal(policy: Policy, violations: readonly Violation[]): SvcauthError {
  const problems = violations.map(({ service, rule, problem }) => `${service}: ${problem} [${rule}]`);
  return failure('ERR_POLICY_REFUSED', { problems, lines: linesToAllow(policy, violations) });
}

type Widen = (policy: Policy, wanted: readonly string[]) => string;

/** The current value of each rule with the wanted values added, so pasting it removes nothing. */
const WIDEN: Readonly<Record<PolicyRule, Widen | undefined>> = {
  // the identity of the CA: no line of the policy changes it
  trustDomain: undefined,
  'leaf.maxTtl': (_, wanted) => wanted.reduce((most, ttl) => (parseDuration(ttl) > parseDuration(most) ? ttl : most)),
  'allow.dnsSuffixes': ({ allow }, wanted) => yamlFlowList([...allow.dnsSuffixes, ...wanted]),
  'allow.ips': ({ allow }, wanted) => yamlFlowList([...allow.ips.map(range => range.text), ...wanted]),
  'allow.spiffePaths': ({ allow }, wanted) => yamlFlowList([...allow.spiffePaths, ...wanted]),
  'allow.keyAlgorithms': ({ allow }, wanted) => yamlFlowList([...allow.keyAlgorithms, ...wanted]),
};

function linesToAllow(policy: Policy, violations: readonly Violation[]): { under: string; line: string }[] {
  const wantedBy = new Map<PolicyRule, Set<string>>();
  for (const { rule, wanted } of violations) {
    if (wanted !== undefined) wantedBy.set(rule, (wantedBy.get(rule) ?? new Set()).add(wanted));
  }
  return [...wantedBy].flatMap(([rule, wanted]) => {
    const widen = WIDEN[rule];
    const [under = '', key = ''] = rule.split('.');
    return widen === undefined ? [] : [{ under, line: `${key}: ${widen(policy, [...wanted])}` }];
  });
}
