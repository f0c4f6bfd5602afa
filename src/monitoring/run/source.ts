// Declares a source of findings: one value that looks at one part of the PKI or of its surroundings. Types only.
// `sources.ts` lists them, `check-pki.ts` asks each. A source takes no lock, records nothing and changes nothing.
import type { Finding } from '../rules/finding.ts';
import type { MonitoredItem } from '../rules/monitored-item.ts';
import type { CheckThresholds } from '../rules/thresholds.ts';
import type { OutlookFacts, RotationOutlook } from '../../rotation/rules/outlook.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { PublishedState } from '../../publication/rules/published-state.ts';
import type { Authority } from '../../record/authority.ts';
import type { LiveService } from '../../store/manifest/manifest.ts';
import type { Pki } from '../../store/open-pki.ts';

/** The inputs of a source. */
export interface CheckLook {
  readonly pki: Pki;
  readonly policy: Policy;
  /** Thresholds of the policy, or of the flags. */
  readonly thresholds: CheckThresholds;
  /** Time for which the findings hold. */
  readonly at: Date;
  /** The selected services; absent: every service. A source that is not about services answers in both cases. */
  readonly selected?: readonly LiveService[];
  /** Also list items without findings. */
  readonly everything: boolean;
  /** Read every file, instead of comparing recorded facts. */
  readonly deep: boolean;
  /** Every service was compared with its files in this run or in the last day. */
  readonly isVisited: boolean;
  /** Every CA, by tier and generation. */
  readonly authorities: readonly Authority[];
  /** The rotation of each tier that has a CA, and the records that it follows from. */
  readonly rotation: { readonly facts: OutlookFacts; readonly outlooks: readonly RotationOutlook[] };
}

/** The answer of a source. */
export interface Seen {
  readonly findings: readonly Finding[];
  /** Items with and without findings; empty unless `everything`. */
  readonly monitored?: readonly MonitoredItem[];
  /** public/ and the published directories; absent unless `everything`. */
  readonly directories?: readonly PublishedState[];
}

export type CheckSource = (look: CheckLook) => Seen | Promise<Seen>;
