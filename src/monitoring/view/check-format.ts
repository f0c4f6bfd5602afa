/**
 * The output formats of `check`. `lists`: also lists items without findings, so every service is read; the other formats read only
 * the services that may have a finding.
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
