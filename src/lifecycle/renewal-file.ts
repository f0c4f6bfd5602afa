import { parseDuration, parseThreshold } from './duration.ts';
import type { RenewalSpec, RenewalWindow } from './model.ts';
import { openingTimes } from './renewal-window.ts';
import { attempt, objectOf, plainText, textOf, type Read } from './yaml-value.ts';

const duration = textOf(parseDuration);

const readParts = objectOf<RenewalWindow>({ cron: plainText, timezone: plainText, duration });

/** Without a time zone it is UTC. */
const readWindow: Read<RenewalWindow> = (node, report) => {
  const parts = readParts(node, report);
  if (parts === undefined) return undefined;
  const { cron, timezone = 'UTC', duration: open } = parts;
  if (cron === undefined || open === undefined) {
    report({ at: node.at, text: `the key "${cron === undefined ? 'cron' : 'duration'}" is missing` });
    return undefined;
  }
  const window = { cron, timezone, duration: open };
  return attempt(() => openingTimes(window), node.at, report) && window;
};

/** The section \`renewal\` of svcauth.yaml. */
export const readRenewal: Read<RenewalSpec> = objectOf<RenewalSpec>({
  threshold: textOf(parseThreshold),
  window: readWindow,
  overlap: duration,
});
