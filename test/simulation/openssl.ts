import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../support/programs.ts';

interface Question {
  readonly chain: string;
  readonly bundle: string;
  readonly crls: string;
  readonly now: Date;
}

/** Asks OpenSSL about a chain at a time, with a CRL for every certificate of it; true when it accepts. */
export async function opensslAccepts({ chain, bundle, crls, now }: Question, directory: string): Promise<boolean> {
  const path = (name: string, pem: string) => {
    const file = join(directory, name);
    writeFileSync(file, pem);
    return file;
  };
  const presented = path('presented.pem', chain);
  const { status, stderr } = await run([
    'openssl',
    'verify',
    '-x509_strict',
    '-crl_check_all',
    ...['-attime', String(now.getTime() / 1000)],
    ...['-no-CApath', '-no-CAstore', '-CAfile', path('anchors.pem', bundle)],
    ...['-CRLfile', path('crls.pem', crls), '-untrusted', presented, presented],
  ]);
  if (status !== 0 && !/^error \d+ at \d depth lookup: /m.test(stderr)) throw new Error(stderr);
  return status === 0;
}
