/**
 * How `check` tells what it found. `lists`: also what is well, so every service is read; the others ask only for those that
 * something may be wrong with.
 */
export const CHECK_FORMATS = {
  table: { lists: false },
  json: { lists: false },
  jsonl: { lists: false },
  prometheus: { lists: true },
  nagios: { lists: false },
  junit: { lists: true },
  github: { lists: false },
  ics: { lists: true },
} as const;

export type CheckFormat = keyof typeof CHECK_FORMATS;
