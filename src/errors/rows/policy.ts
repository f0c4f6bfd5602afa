import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

/** Faults of svcauth.yaml and of services files, and requests that the policy forbids. */
export const policyErrors = {
  ERR_POLICY_FILE: row<{ path: string; problems: readonly string[] }>(
    EXIT.usage,
    p => `the policy file ${quote(p.path)} has ${count(p.problems.length)}`,
    () => ['nothing was changed; the file that "svcauth ca init" writes describes every key'],
    p => shown(p.problems),
  ),
  ERR_POLICY_MISSING: row<{ path: string }>(
    EXIT.usage,
    p => `there is no policy file ${quote(p.path)}; svcauth signs nothing without it`,
    () => ['restore it from a backup, or write one with the two lines "version: 1" and "trustDomain: ..."'],
  ),
  ERR_POLICY_TRUST_DOMAIN: row<{ path: string; policy: string; pki: string }>(
    EXIT.usage,
    p =>
      `${quote(p.path)} is for the trust domain ${quote(p.policy)}, but this PKI has ${quote(p.pki)}; nothing was changed`,
    p => [`write in the file: trustDomain: ${p.pki}`],
  ),
  /** `lines`: the lines of svcauth.yaml that would allow the whole request, each with its section. */
  ERR_POLICY_REFUSED: row<{ problems: readonly string[]; lines: readonly { under: string; line: string }[] }>(
    EXIT.refused,
    p => `refused by policy, nothing was issued: ${count(p.problems.length)}`,
    p => p.lines.map(({ under, line }) => `to allow this, set in svcauth.yaml under "${under}:" the line: ${line}`),
    p => shown(p.problems),
  ),
  /** `places`: the places of the problems, for annotations in the file. */
  ERR_SERVICE_LIST: row<{
    what: 'list' | 'services file';
    path: string;
    problems: readonly string[];
    places: readonly object[];
  }>(
    EXIT.usage,
    p => `the ${p.what} ${quote(p.path)} has ${count(p.problems.length)}`,
    p => [
      p.what === 'list'
        ? 'nothing was issued; correct the list and run the command again'
        : `nothing was changed; correct the file and run the command again; its schema for editors: ${REMEDIES.servicesFileSchema()}`,
    ],
    p => shown(p.problems),
  ),
} as const;

const MOST = 10;

const count = (n: number): string => (n === 1 ? '1 problem' : `${n} problems`);

function shown(problems: readonly string[]): readonly string[] {
  const more = problems.length - MOST;
  return more > 0 ? [...problems.slice(0, MOST), `and ${more} more`] : problems;
}
