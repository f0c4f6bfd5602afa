// Declares a row of the table of planted faults. Each area has a file in `rows/`, and `planted.test.ts` runs every row.
import type { FindingName, Severity } from '../../src/monitoring/rules/finding.ts';
import type { PkiWorld } from '../support/pki/pki.ts';

export interface PlantedFault {
  /** Sentence that names the fault, unique in the table. */
  readonly fault: string;
  /** Commands after those of the site, each as its arguments, before the fault is planted. */
  readonly before?: readonly (readonly string[])[];
  /** Does the damage from outside: to files, to the clock, to a directory. */
  readonly plant: (world: PkiWorld) => Promise<void> | void;
  /** The flags of the check that must see it; by default none. */
  readonly flags?: readonly string[];
  readonly finding: FindingName;
  readonly severity: Severity;
  /** Name of the service, id of the CA, path of the directory … that the finding is about, when it matters. */
  readonly subject?: (world: PkiWorld) => string;
  /** Values for the words in capitals in the remedy. */
  readonly fill?: (world: PkiWorld) => Readonly<Record<string, string>>;
  /** Done before the remedy, by the operator or by others, such as mounting a disk again. */
  readonly outside?: (world: PkiWorld) => Promise<void> | void;
  /** Exit status of the remedy; 0 when absent. */
  readonly exit?: number;
  /** Findings that may remain after the remedy, each with a reason in a comment. By default none: the check is green. */
  readonly remaining?: readonly FindingName[];
}
