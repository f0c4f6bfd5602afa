import { join } from 'node:path';
import { run } from '../support/programs.ts';
import { decodeVerdicts, encodeJobs, type Judge } from './judge.ts';

/** The JDK as a judge: CertPath for path and revocation, its TLS trust manager for the purpose. Started from source. */
export const javaJudge: Judge = async jobs => {
  const program = join(import.meta.dirname, 'java', 'Judge.java');
  return decodeVerdicts(await run(['java', program], { input: encodeJobs(jobs), timeout: 60_000 }), jobs);
};
