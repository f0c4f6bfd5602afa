// Decides whether certificate policies forbid a complete path; `find-path.ts` asks when a path reaches an anchor.
// These are the certificate policies of RFC 5280; svcauth's own issuance policy is in `src/policy`.
import type { PathCertificate } from './path-certificate.ts';
import { OID } from '../oids.ts';
import { refusal, type Refusal } from './refusal.ts';

const ANY_POLICY = OID.anyPolicy;

/** The policy inputs of RFC 5280 §6.1.1 (c), (e) to (g). */
export interface PolicyInputs {
  /** The accepted policies as dotted decimals; anyPolicy accepts every policy. */
  readonly initialPolicySet: readonly string[];
  readonly initialExplicitPolicy: boolean;
  readonly initialPolicyMappingInhibit: boolean;
  readonly initialAnyPolicyInhibit: boolean;
}

export const ANY_POLICY_INPUTS: PolicyInputs = {
  initialPolicySet: [ANY_POLICY],
  initialExplicitPolicy: false,
  initialPolicyMappingInhibit: false,
  initialAnyPolicyInhibit: false,
};

/**
 * A node of one level of the valid policy graph, the policy tree of RFC 5280 without its exponential copies (RFC 9618 §3). Levels
 * above are not kept: `roots` has the policies of the anchor's own domain from which this node descends.
 */
interface PolicyNode {
  readonly expected: ReadonlySet<string>;
  readonly roots: ReadonlySet<string>;
}

type Level = ReadonlyMap<string, PolicyNode>;

interface State {
  level: Level;
  explicitPolicy: number;
  policyMapping: number;
  inhibitAnyPolicy: number;
}

/** Processes the policies of a whole path (RFC 5280 §6.1.2 to §6.1.5). `path` leads from the target to the anchor. */
export function policyRefusal(path: readonly PathCertificate[], inputs: PolicyInputs): Refusal | undefined {
  const order = path.toReversed();
  // the anchor counts if it has policy extensions itself (RFC 5937 §3)
  if (order[0]!.policies.certificatePolicies === undefined) {
    const { policyConstraints, policyMappings, inhibitAnyPolicy } = order[0]!.policies;
    if ((policyConstraints ?? policyMappings ?? inhibitAnyPolicy) === undefined) order.shift();
  }
  if (!asksAnything(order, inputs)) return undefined;
  const never = order.length + 1;
  const state: State = {
    level: new Map([[ANY_POLICY, { expected: new Set([ANY_POLICY]), roots: new Set([ANY_POLICY]) }]]),
    explicitPolicy: inputs.initialExplicitPolicy ? 0 : never,
    policyMapping: inputs.initialPolicyMappingInhibit ? 0 : never,
    inhibitAnyPolicy: inputs.initialAnyPolicyInhibit ? 0 : never,
  };
  for (const [index, certificate] of order.entries()) {
    const last = index === order.length - 1;
    const isAnchor = certificate === path.at(-1);
    if (!isAnchor || certificate.policies.certificatePolicies !== undefined) enterLevel(state, certificate, last);
    if (state.explicitPolicy === 0 && state.level.size === 0) return none(); // §6.1.3 (f)
    if (last) break;
    const mapped = mapPolicies(state, certificate);
    if (mapped !== undefined) return mapped;
    countDown(state, certificate);
  }
  // §6.1.5 (a), (b)
  if (state.explicitPolicy > 0) state.explicitPolicy--;
  if (order.at(-1)!.policies.policyConstraints?.requireExplicitPolicy === 0) state.explicitPolicy = 0;
  return state.explicitPolicy > 0 || isAcceptable(state.level, inputs) ? undefined : none();
}

const none = (): Refusal =>
  refusal('policy-required', 'an explicit policy is required, but no policy is valid for the path');

/** The extensions that can require a policy. */
function asksAnything(order: readonly PathCertificate[], inputs: PolicyInputs): boolean {
  if (inputs.initialExplicitPolicy) return true;
  return order.some(({ policies }) => (policies.policyConstraints ?? policies.policyMappings) !== undefined);
}

/** Computes the next level of the policy graph (§6.1.3 (d), (e)). */
function enterLevel(state: State, certificate: PathCertificate, last: boolean): void {
  const above = state.level;
  const next = new Map<string, PolicyNode>();
  const stated = certificate.policies.certificatePolicies ?? [];
  for (const { policy } of stated) {
    if (policy === ANY_POLICY) continue;
    const node = child(policy, above) ?? (above.has(ANY_POLICY) ? rootedNode(policy) : undefined);
    if (node !== undefined) next.set(policy, node);
  }
  const mayBeAny = state.inhibitAnyPolicy > 0 || (!last && certificate.selfIssued);
  if (mayBeAny && stated.some(({ policy }) => policy === ANY_POLICY)) {
    for (const { expected } of above.values()) {
      for (const policy of expected) {
        if (!next.has(policy)) next.set(policy, child(policy, above)!);
      }
    }
  }
  state.level = next;
}

/** Makes the node of a policy that the level above expects. Its roots are those of every node that expects it. */
function child(policy: string, above: Level): PolicyNode | undefined {
  const roots = new Set<string>();
  for (const [parent, node] of above) {
    if (!node.expected.has(policy)) continue;
    if (parent === ANY_POLICY) roots.add(policy);
    else for (const root of node.roots) roots.add(root);
  }
  return roots.size === 0 ? undefined : { expected: new Set([policy]), roots };
}

const rootedNode = (policy: string, expected: Iterable<string> = [policy]): PolicyNode => ({
  expected: new Set(expected),
  roots: new Set([policy]),
});

/** Applies the policy mappings (§6.1.4 (a), (b)). */
function mapPolicies(state: State, { policies }: PathCertificate): Refusal | undefined {
  const mappings = policies.policyMappings ?? [];
  if (mappings.some(m => m.issuerDomainPolicy === ANY_POLICY || m.subjectDomainPolicy === ANY_POLICY)) {
    return refusal('policy-mapped-any', 'a policy mapping uses anyPolicy');
  }
  const level = new Map(state.level);
  for (const policy of new Set(mappings.map(m => m.issuerDomainPolicy))) {
    const expected = mappings.filter(m => m.issuerDomainPolicy === policy).map(m => m.subjectDomainPolicy);
    const node = level.get(policy);
    if (state.policyMapping === 0) level.delete(policy);
    else if (node !== undefined) level.set(policy, { ...node, expected: new Set(expected) });
    else if (level.has(ANY_POLICY)) level.set(policy, rootedNode(policy, expected));
  }
  state.level = level;
  return undefined;
}

/** Updates the counters (§6.1.4 (h) to (j)). */
function countDown(state: State, { selfIssued, policies }: PathCertificate): void {
  if (!selfIssued) {
    state.explicitPolicy = Math.max(0, state.explicitPolicy - 1);
    state.policyMapping = Math.max(0, state.policyMapping - 1);
    state.inhibitAnyPolicy = Math.max(0, state.inhibitAnyPolicy - 1);
  }
  const { policyConstraints, inhibitAnyPolicy } = policies;
  state.explicitPolicy = Math.min(state.explicitPolicy, policyConstraints?.requireExplicitPolicy ?? Infinity);
  state.policyMapping = Math.min(state.policyMapping, policyConstraints?.inhibitPolicyMapping ?? Infinity);
  state.inhibitAnyPolicy = Math.min(state.inhibitAnyPolicy, inhibitAnyPolicy ?? Infinity);
}

/** Decides that a valid policy leads back to one that the user accepts (§6.1.5 (g)). */
function isAcceptable(level: Level, { initialPolicySet }: PolicyInputs): boolean {
  if (level.size === 0) return false;
  if (initialPolicySet.includes(ANY_POLICY) || level.has(ANY_POLICY)) return true;
  return [...level.values()].some(({ roots }) => initialPolicySet.some(policy => roots.has(policy)));
}
