// Decides whether the names of a certificate are within the name constraints of a CA above it.
// Path validation and `verifiers` call it. It rejects names and constraints that it cannot compare.
// `name/constraint-violation.ts` checks names that svcauth is about to issue.
import type { GeneralName } from '../extension/general-name.ts';
import type { NameConstraints } from '../extension/name-constraints.ts';
import { carriedNames } from '../name/carried-names.ts';
import { compareNames } from '../name/constraint-violation.ts';
import { spend, type Budget } from './budget.ts';
import type { PathCertificate } from './path-certificate.ts';
import { refusal, type Refusal } from './refusal.ts';

/** Returns the first name that the constraints reject, or a fault of the constraints. It counts the work in the budget first. */
export function nameRefusal(
  constraints: NameConstraints,
  names: readonly GeneralName[],
  budget: Budget,
): Refusal | undefined {
  const { faults, cost, violations } = compareNames(constraints, names);
  const [fault] = faults;
  if (fault !== undefined) return refusal(fault.rule, fault.problem);
  const over = spend(budget, 'nameComparisons', cost);
  if (over !== undefined) return over;
  const [violation] = violations();
  return violation && refusal(violation.rule, violation.problem);
}

/** Returns the names that constraints apply to. */
export const constrainedNames = ({ tbs, extensions }: PathCertificate): readonly GeneralName[] =>
  carriedNames(tbs.subject, extensions.subjectAltName?.value ?? []);
