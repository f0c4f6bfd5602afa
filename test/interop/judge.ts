/** Jobs for an outside verifier, and its answers. */
import type { Ran } from '../support/programs.ts';

export interface Job {
  /** PEM file: the leaf, then its issuing chain. */
  readonly certificate: string;
  /** PEM file: the trust anchors. */
  readonly anchors: string;
  /** PEM files with one CRL each. */
  readonly crls: readonly string[];
  /** PEM file: the same CRLs together. */
  readonly crlBundle: string;
  readonly purpose: 'server' | 'client';
}

export interface Verdict {
  readonly outcome: 'accepted' | 'revoked' | 'refused';
  /** The verifier's own words. */
  readonly words: string;
}

/** Answers jobs in their order. */
export type Judge = (jobs: readonly Job[]) => Promise<readonly Verdict[]>;

/** Returns the verdict of a program that exits with 0 when it accepts, and prints `revoked` for a revoked certificate. */
export function verdictOf({ status, stdout, stderr }: Ran, revoked: RegExp): Verdict {
  const words = `${stdout}${stderr}`.trim();
  if (status === 0) return { outcome: 'accepted', words };
  return { outcome: revoked.test(words) ? 'revoked' : 'refused', words };
}

/** Makes a judge that takes all jobs at once: a line of fields in, a line `outcome TAB words` out. */
export function encodeJobs(jobs: readonly Job[]): string {
  return jobs.map(job => `${[job.purpose, job.certificate, job.anchors, job.crls.join(',')].join('\t')}\n`).join('');
}

export function decodeVerdicts({ status, stdout, stderr }: Ran, jobs: readonly Job[]): readonly Verdict[] {
  const lines = stdout.split('\n').filter(line => line !== '');
  if (status !== 0 || lines.length !== jobs.length)
    throw new Error(`the judge broke off (${String(status)}): ${stderr}`);
  return lines.map(line => {
    const [outcome, words] = line.split('\t');
    if (outcome !== 'accepted' && outcome !== 'revoked' && outcome !== 'refused')
      throw new Error(`no verdict: ${line}`);
    return { outcome, words: words ?? '' };
  });
}
