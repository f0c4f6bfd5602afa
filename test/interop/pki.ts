/** PKIs made by svcauth, with the paths of their files. */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyAlgorithmName } from '../../src/pki/key/algorithm.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';
import { type FakeWorld, fakeWorld, runSvcauth } from '../support/world/world.ts';
import { realNow } from '../support/real-clock.ts';
import type { Job } from './judge.ts';
import type { Peer } from './tls.ts';

export interface Pki {
  readonly home: string;
  readonly world: FakeWorld;
}

export type ServiceFile = 'tls.key' | 'tls.crt' | 'chain.pem' | 'ca.crt';

/** Makes an empty PKI at the real time, because other programs read the real clock. */
export const initPki = (...flags: readonly string[]): Promise<Pki> => initPkiAt(realNow(), ...flags);

export async function initPkiAt(now: Date, ...flags: readonly string[]): Promise<Pki> {
  const cwd = tempDirectory();
  const pki = {
    home: join(cwd, 'home'),
    world: fakeWorld({ cwd, now, random: randomBytes }),
  };
  await svcauth(pki, 'ca', 'init', '--trust-domain', 'example.org', '--name', 'Example', ...flags);
  return pki;
}

/** Makes an SVID, a certificate for each purpose, and an SVID that is revoked. */
export async function makePki(algorithm: KeyAlgorithmName): Promise<Pki> {
  const pki = await initPki('--key-protection', 'none', '--key-alg', algorithm);
  const issue = (service: string, profile: string) => {
    const names = ['--dns', `${service}.example.org`, '--dns', 'localhost', '--ip', '127.0.0.1'];
    return svcauth(pki, 'issue', service, '--profile', profile, '--key-alg', algorithm, ...names);
  };
  await issue('api', 'svid');
  await issue('web', 'server');
  await issue('batch', 'client');
  await issue('stolen', 'svid');
  await svcauth(pki, 'revoke', 'stolen', '--reason', 'keyCompromise');
  return pki;
}

/** Runs a command and returns its output; a failed command fails the test with its message. */
export async function svcauth({ home, world }: Pki, ...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runSvcauth(world, ['--home', home, ...argv]);
  if (status !== 0) throw new Error(`svcauth ${argv.join(' ')}: exit status ${status}\n${stderr}`);
  return stdout;
}

export const anchorsOf = ({ home }: Pki) => join(home, 'public', 'bundle.pem');
export const crlOf = ({ home }: Pki, authority: string) => join(home, 'public', 'crl', `${authority}.pem`);
/** Lists one file for each CA. */
export const crlsOf = (pki: Pki) => {
  const authorities = readdirSync(join(pki.home, 'authorities'));
  return authorities.map(authority => crlOf(pki, authority));
};
export const crlBundleOf = ({ home }: Pki) => join(home, 'public', 'crl-bundle.pem');
export const authorityOf = ({ home }: Pki, authority: string) => join(home, 'authorities', authority, 'ca.crt');
export const fileOf = ({ home }: Pki, service: string, file: ServiceFile) =>
  join(home, 'services', service, 'current', file);

/** Makes the service a TLS peer that trusts its own PKI and has every CRL of it. */
export function peerOf(pki: Pki, service: string): Peer {
  return {
    key: fileOf(pki, service, 'tls.key'),
    certificate: fileOf(pki, service, 'tls.crt'),
    anchors: fileOf(pki, service, 'ca.crt'),
    crls: crlsOf(pki),
  };
}

/** Makes a peer that trusts us, and has a certificate of another CA. */
export function foreignPeerOf(pki: Pki, foreign: Pki, service: string): Peer {
  const { key, certificate } = peerOf(foreign, service);
  return { ...peerOf(pki, service), key, certificate };
}

/** Makes the job that asks the verifiers of `pki` about this certificate. */
export function jobFor(pki: Pki, certificate: string, purpose: Job['purpose']): Job {
  return { certificate, anchors: anchorsOf(pki), crls: crlsOf(pki), crlBundle: crlBundleOf(pki), purpose };
}
