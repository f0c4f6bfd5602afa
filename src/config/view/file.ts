import type { Holes } from './template.ts';

/** A file for another program: a template, and the values of its holes. */
export interface ConfigFile {
  /** Usual file name. */
  readonly name: string;
  /** File name in templates/. */
  readonly template: string;
  readonly holes: Holes;
}
