import { run } from '../support/programs.ts';
import { type Job, type Judge, type Verdict, verdictOf } from './judge.ts';

const PURPOSE = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

export const gnutlsJudge: Judge = jobs => Promise.all(jobs.map(verify));

async function verify({ certificate, anchors, crlBundle, purpose }: Job): Promise<Verdict> {
  const ran = await run([
    'certtool',
    '--verify',
    ...['--infile', certificate, '--load-ca-certificate', anchors, '--load-crl', crlBundle],
    ...['--verify-purpose', PURPOSE[purpose], '--verify-profile', 'medium'],
  ]);
  return verdictOf(ran, /^Chain verification output: .*The certificate chain is revoked\./m);
}

/** Returns true when the holder of the certificate in `issuer` signed the CRL. */
export async function gnutlsVerifiesCrl(crl: string, issuer: string): Promise<boolean> {
  const ran = await run(['certtool', '--verify-crl', '--infile', crl, '--load-ca-certificate', issuer]);
  return ran.status === 0;
}
