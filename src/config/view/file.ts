import type { Holes } from './template.ts';

/** A file for another program: a template, and what goes into it. */
export interface ConfigFile {
  /** What it is called where it belongs. */
  readonly name: string;
  /** Its name in templates/. */
  readonly template: string;
  readonly holes: Holes;
}
