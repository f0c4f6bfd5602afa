import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ran, run } from '../support/programs.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { type Job, type Judge, type Verdict, verdictOf } from './judge.ts';

/** NSS as a judge. It reads certificates and CRLs only from a database, so every job gets its own. */
export const nssJudge: Judge = jobs => Promise.all(jobs.map(verify));

async function verify({ certificate, anchors, crls, purpose }: Job): Promise<Verdict> {
  const directory = tempDirectory();
  const database = ['-d', `sql:${directory}`];
  const add = async (nickname: string, trust: string, pem: string) =>
    succeed(await run(['certutil', '-A', ...database, '-n', nickname, '-t', trust], { input: pem }));
  succeed(await run(['certutil', '-N', ...database, '--empty-password']));
  const [leaf, ...issuing] = await certificatesIn(certificate);
  for (const [i, anchor] of (await certificatesIn(anchors)).entries())
    await add(`anchor ${String(i)}`, 'CT,C,C', anchor);
  for (const [i, issuer] of issuing.entries()) await add(`issuing ${String(i)}`, ',,', issuer);
  await add('leaf', ',,', leaf ?? '');
  for (const [i, crl] of crls.entries()) {
    const der = join(directory, `${String(i)}.crl`);
    await writeFile(der, derOf(await readFile(crl, 'utf8')));
    // -t 1: a CRL, not a key revocation list; -B: the signature is checked when the CRL is used
    succeed(await run(['crlutil', '-I', '-B', ...database, '-i', der, '-t', '1']));
  }
  const usage = purpose === 'server' ? 'V' : 'C';
  return verdictOf(await validate([...database, '-n', 'leaf', '-u', usage]), /Peer's Certificate has been revoked/);
}

/** Runs certutil -l, which prints the reason and exits with 0 for a revoked certificate: the output decides. */
async function validate(what: readonly string[]): Promise<Ran> {
  const ran = await run(['certutil', '-V', '-e', '-l', ...what]);
  return { ...ran, status: ran.stdout.includes('certificate is valid') ? 0 : 1 };
}

function succeed({ status, stderr }: Ran): void {
  if (status !== 0) throw new Error(stderr);
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END \1-----/g;

async function certificatesIn(file: string): Promise<string[]> {
  const blocks = (await readFile(file, 'utf8')).match(BLOCK) ?? [];
  return blocks.map(block => new X509Certificate(block).toString());
}

function derOf(pem: string): Buffer {
  return Buffer.from([...pem.matchAll(BLOCK)][0]?.[2] ?? '', 'base64');
}
