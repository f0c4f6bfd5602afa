/** curl and `openssl s_client` as clients: each start reads the files that are on disk. */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, type ProgramName, type Ran } from '../../support/programs.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import { anchorsOf, crlBundleOf, fileOf, type Pki } from '../pki.ts';
import type { LiveClient } from './traffic.ts';

/** Reads key, certificate and chain through one resolution of `current`, which may switch between two reads. */
function credentials(pki: Pki, service: string) {
  const directory = dirname(realpathSync(fileOf(pki, service, 'tls.crt')));
  const file = (name: string) => join(directory, name);
  return { key: file('tls.key'), certificate: file('tls.crt'), chain: file('chain.pem') };
}

function askWithCurl(pki: Pki, service: string, port: number): Promise<Ran> {
  const { key, certificate } = credentials(pki, service);
  const trust = ['--cacert', anchorsOf(pki), '--crlfile', crlBundleOf(pki)];
  const own = ['--key', key, '--cert', certificate];
  return run(['curl', '-sS', '--no-sessionid', '--noproxy', '*', ...trust, ...own, `https://127.0.0.1:${port}/`]);
}

function askWithOpenssl(pki: Pki, service: string, port: number): Promise<Ran> {
  const { key, certificate, chain } = credentials(pki, service);
  // it reads only the first CRL of a file, and every anchor of a file
  const trusted = join(tempDirectory(), 'trusted.pem');
  writeFileSync(trusted, [anchorsOf(pki), crlBundleOf(pki)].map(path => readFileSync(path, 'utf8')).join(''));
  const trust = ['-no-CApath', '-no-CAstore', '-CAfile', trusted, '-crl_check_all', '-x509_strict'];
  const own = ['-key', key, '-cert', certificate, '-cert_chain', chain];
  const connection = ['-connect', `127.0.0.1:${port}`, '-verify_return_error', '-verify_ip', '127.0.0.1', '-quiet'];
  const input = 'GET / HTTP/1.0\r\n\r\n';
  return run(['openssl', 's_client', ...connection, ...trust, ...own, '-no_ticket', '-ign_eof'], { input });
}

const PROGRAMS = { curl: askWithCurl, openssl: askWithOpenssl } as const satisfies Partial<
  Record<ProgramName, unknown>
>;

export type ClientName = keyof typeof PROGRAMS;

/** Runs the program with the files of a service. */
export const programClient = (pki: Pki, program: ClientName, service: string): LiveClient => ({
  name: program,
  ask: async ({ port }) => {
    const { stdout, stderr } = await PROGRAMS[program](pki, service, port);
    return stdout.includes(service) ? undefined : stderr.trim() || stdout;
  },
});
