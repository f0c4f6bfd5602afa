import { join } from 'node:path';
import { run } from '../support/programs.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { realNow } from '../support/real-clock.ts';
import { decodeVerdicts, encodeJobs, type Judge } from './judge.ts';

/** Go's crypto/x509 as a judge. The program uses the standard library only, is built without a network, and gets the time. */
export const goJudge: Judge = async jobs => {
  const judge = join(tempDirectory(), 'judge');
  const built = await run(['go', 'build', '-o', judge, '.'], {
    cwd: join(import.meta.dirname, 'go'),
    env: { GO111MODULE: 'on', GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local' },
    timeout: 120_000,
  });
  if (built.status !== 0) throw new Error(`go build: ${built.stderr}`);
  return decodeVerdicts(await run([judge, realNow().toISOString()], { input: encodeJobs(jobs) }), jobs);
};
