// Reads the policy extensions of certificates of other CAs: policies, mappings, constraints and inhibitAnyPolicy.
// Path validation and lint call it. It writes none, because svcauth issues none. `path/policy.ts` evaluates them.
import { DerError, DerReader } from '../der/reader.ts';
import { contextTag, TAG } from '../der/writer.ts';

/** A policy of certificatePolicies (RFC 5280 §4.2.1.4) with the types of its qualifiers. */
export interface PolicyInformation {
  /** Dotted decimal. */
  readonly policy: string;
  readonly qualifiers: readonly string[];
}

/** A pair of policies in policyMappings (RFC 5280 §4.2.1.5). */
export interface PolicyMapping {
  readonly issuerDomainPolicy: string;
  readonly subjectDomainPolicy: string;
}

/**
 * The value of policyConstraints: numbers of certificates that may follow before each constraint applies (RFC 5280 §4.2.1.11).
 */
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined;
  readonly inhibitPolicyMapping: number | undefined;
}

export function decodeCertificatePolicies(value: Uint8Array): readonly PolicyInformation[] {
  const policies: PolicyInformation[] = [];
  readSequence(value, 'certificatePolicies', reader => {
    const item = reader.enter(TAG.sequence, 'a policy');
    const policy = item.oid('a policy identifier');
    if (policies.some(other => other.policy === policy)) throw new DerError(`policy ${policy} occurs twice`, 0);
    policies.push({ policy, qualifiers: item.done ? [] : readQualifiers(item) });
    item.finish('a policy');
  });
  return policies;
}

function readQualifiers(item: DerReader): string[] {
  const list = item.enter(TAG.sequence, 'policy qualifiers');
  const qualifiers: string[] = [];
  while (!list.done) {
    const qualifier = list.enter(TAG.sequence, 'a policy qualifier');
    qualifiers.push(qualifier.oid('a policy qualifier identifier'));
    qualifier.any('a policy qualifier');
    qualifier.finish('a policy qualifier');
  }
  if (qualifiers.length === 0) throw new DerError('policy qualifiers are empty', list.position);
  return qualifiers;
}

export function decodePolicyMappings(value: Uint8Array): readonly PolicyMapping[] {
  const mappings: PolicyMapping[] = [];
  readSequence(value, 'policyMappings', reader => {
    const item = reader.enter(TAG.sequence, 'a policy mapping');
    const issuerDomainPolicy = item.oid('an issuer domain policy');
    const subjectDomainPolicy = item.oid('a subject domain policy');
    item.finish('a policy mapping');
    mappings.push({ issuerDomainPolicy, subjectDomainPolicy });
  });
  return mappings;
}

export function decodePolicyConstraints(value: Uint8Array): PolicyConstraints {
  const outer = new DerReader(value);
  const reader = outer.enter(TAG.sequence, 'policyConstraints');
  outer.finish('policyConstraints');
  const skip = (number: number, what: string) =>
    reader.peek() === contextTag(number, false) ? reader.smallInteger(what, contextTag(number, false)) : undefined;
  const requireExplicitPolicy = skip(0, 'requireExplicitPolicy');
  const inhibitPolicyMapping = skip(1, 'inhibitPolicyMapping');
  reader.finish('policyConstraints');
  if (requireExplicitPolicy === undefined && inhibitPolicyMapping === undefined) {
    throw new DerError('policyConstraints is empty', 0);
  }
  return { requireExplicitPolicy, inhibitPolicyMapping };
}

/** Reads an inhibitAnyPolicy: the number of certificates that may follow before it applies (RFC 5280 §4.2.1.14). */
export function decodeInhibitAnyPolicy(value: Uint8Array): number {
  const reader = new DerReader(value);
  const skip = reader.smallInteger('inhibitAnyPolicy');
  reader.finish('inhibitAnyPolicy');
  return skip;
}

function readSequence(value: Uint8Array, what: string, readItem: (reader: DerReader) => void): void {
  const outer = new DerReader(value);
  const reader = outer.enter(TAG.sequence, what);
  outer.finish(what);
  if (reader.done) throw new DerError(`${what} is empty`, 0);
  while (!reader.done) readItem(reader);
}
