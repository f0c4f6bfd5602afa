import type { Command } from 'commander';
import type { RenewalRequest } from '../run/renew.ts';
import { failure } from '../../errors/error.ts';
import { parseDuration, parseThreshold } from '../../time/duration.ts';
import { parseTags } from '../../service/rules/tag.ts';
import { repeatable } from '../../cli/command.ts';

/** Flags that `renew` and `due` share. */
export interface RenewalFlags {
  readonly tag: readonly string[];
  readonly threshold?: string;
  readonly allowExpired?: string;
  readonly max?: string;
}

export const renewalOptions = (command: Command): Command =>
  command
    .argument(
      '[service...]',
      "names, globs ('payments-*'), SPIFFE IDs or serial prefixes (default: all services that are due)",
    )
    .addOption(repeatable('--tag <name=value>', 'only services with this tag'))
    .option('--threshold <due>', 'renew when this much of the lifetime is used (66%) or left (10d)')
    .option('--allow-expired <span>', 'skip certificates that expired longer ago than this (default: skip none)')
    .option('--max <n>', 'renew at most this many certificates, the most urgent first');

export function renewalRequest(selectors: readonly string[], flags: RenewalFlags): RenewalRequest {
  const { threshold, allowExpired, max } = flags;
  return {
    selectors,
    tags: parseTags(flags.tag),
    force: false,
    reuseKey: false,
    ...(threshold !== undefined && { threshold: parseThreshold(threshold) }),
    ...(allowExpired !== undefined && { allowExpired: parseDuration(allowExpired) }),
    ...(max !== undefined && { max: parseMax(max) }),
  };
}

function parseMax(value: string): number {
  if (/^[1-9][0-9]{0,6}$/.test(value)) return Number(value);
  throw failure('ERR_FLAG_VALUE', { flag: '--max', value, expected: 'a whole number, 1 or more' });
}
