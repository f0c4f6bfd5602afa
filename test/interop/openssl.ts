import { run } from '../support/programs.ts';
import { type Job, type Judge, type Verdict, verdictOf } from './judge.ts';

export const opensslJudge: Judge = jobs => Promise.all(jobs.map(verify));

/** OpenSSL as a judge, with its strictest options: RFC 5280 form, and a CRL for every certificate of the chain. */
async function verify({ certificate, anchors, crls, purpose }: Job): Promise<Verdict> {
  const ran = await run([
    'openssl',
    'verify',
    '-x509_strict',
    '-crl_check_all',
    ...['-no-CApath', '-no-CAstore', '-CAfile', anchors],
    ...crls.flatMap(crl => ['-CRLfile', crl]),
    ...['-untrusted', certificate, '-purpose', purpose === 'server' ? 'sslserver' : 'sslclient'],
    certificate,
  ]);
  return verdictOf(ran, /^error 23 at 0 depth lookup: certificate revoked$/m);
}

/** Returns true when the holder of the certificate in `issuer` signed the CRL. */
export async function opensslVerifiesCrl(crl: string, issuer: string): Promise<boolean> {
  const ran = await run(['openssl', 'crl', '-in', crl, '-CAfile', issuer, '-no-CApath', '-no-CAstore', '-noout']);
  return ran.stderr.trim() === 'verify OK';
}
