// Checks a PKI and the world around it: asks every source for findings, and sorts and joins the answers.
// `check` and `tick` call it. It takes no lock and records nothing.
import type { Policy } from '../../policy/rules/policy.ts';
import { selectServices } from '../../service/rules/selector.ts';
import type { PublishedState } from '../../publication/rules/published-state.ts';
import type { Pki } from '../../store/open-pki.ts';
import { remembering } from '../../store/remember.ts';
import { withoutConsequences } from '../rules/deployed-files.ts';
import { rotationOutlook } from '../../rotation/rules/outlook.ts';
import { TIERS } from '../../rotation/run/automatic.ts';
import { outlookFacts } from '../../rotation/run/outlook.ts';
import { sortedFindings, type Finding } from '../rules/finding.ts';
import type { MonitoredItem } from '../rules/monitored-item.ts';
import type { CheckThresholds } from '../rules/thresholds.ts';
import type { Seen } from './source.ts';
import { SOURCES } from './sources.ts';

/** The services that a check covers, and how closely it looks. */
export interface CheckScope {
  /** Names, globs, SPIFFE IDs or serial prefixes; empty: every service. */
  readonly selectors: readonly string[];
  /** Also read the services that cannot have a finding, for formats that list every item. */
  readonly everything: boolean;
  /** Read every file, instead of comparing recorded facts. */
  readonly deep?: boolean;
  /** A tick compares the files of services before its check. */
  readonly isVisited?: boolean;
}

export interface CheckedPki {
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** How many services and CAs were checked, by index or one by one. */
  readonly checked: { readonly services: number; readonly cas: number };
  /** Filled if the scope has `everything`, else empty. */
  readonly monitored: readonly MonitoredItem[];
  /** public/ and the published directories; filled if the scope has `everything`. */
  readonly directories: readonly PublishedState[];
}

/** Checks a PKI and the world around it as of `at`. Throws the error of an invalid selector. */
export async function checkPki(
  given: Pki,
  policy: Policy,
  { selectors, everything, deep = false, isVisited = false }: CheckScope,
  at: Date,
  thresholds: CheckThresholds = policy.check,
): Promise<CheckedPki> {
  const pki = remembering(given);
  const { manifest } = pki;
  const facts = outlookFacts(manifest, policy, at);
  const { authorities } = facts;
  const rotation = { facts, outlooks: TIERS.flatMap(tier => rotationOutlook(tier, facts) ?? []) };
  const selected = selectors.length > 0 ? selectServices(selectors, manifest.liveServices()) : undefined;
  const look = {
    pki,
    policy,
    thresholds,
    at,
    everything,
    deep,
    isVisited,
    authorities,
    rotation,
    ...(selected && { selected }),
  };
  const seen: Seen[] = [];
  for (const source of SOURCES) seen.push(await source(look));
  return {
    findings: sortedFindings(underClock(withoutConsequences(seen.flatMap(({ findings }) => findings)))),
    checked: { services: selected?.length ?? manifest.serviceCount(), cas: authorities.length },
    monitored: seen.flatMap(({ monitored = [] }) => monitored),
    directories: seen.flatMap(({ directories = [] }) => directories),
  };
}

/** Marks every finding if the clock is behind: until it is accepted, other remedies are refused. */
const underClock = (findings: readonly Finding[]): readonly Finding[] =>
  findings.some(({ name }) => name === 'clock-behind')
    ? findings.map(each => ({ ...each, clockBehind: true }))
    : findings;
