import { readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runSvcauth } from '../support/world/world.ts';
import { realNow } from '../support/real-clock.ts';
import { make, SOAK, type Move, type Tier } from './live/rotation.ts';
import { startSite, type LiveSite } from './live/site.ts';
import { startTraffic } from './live/traffic.ts';
import { stepWithoutGates } from './live/without-gates.ts';
import { crlBundleOf, crlOf, initPkiAt, peerOf, svcauth, type Pki } from './pki.ts';
import { handshake } from './tls.ts';

let site: LiveSite | undefined;

afterEach(() => site?.stop());

async function siteAfter(tier: Tier, ...moves: readonly Move[]): Promise<LiveSite> {
  site = await startSite({ withPrograms: false });
  for (const move of moves) await make(site, tier, move);
  return site;
}

/** Lists the names of the closed gates of a step. */
async function closedGates({ home, world }: Pki, tier: Tier, step: string): Promise<readonly string[]> {
  const { status, stderr } = await runSvcauth(world, ['--home', home, 'ca', 'rotate', step, '--tier', tier]);
  expect(status, stderr).toBe(7);
  return [...stderr.matchAll(/^ {2}([a-z-]+): /gm)].map(([, name]) => name!);
}

/** Connects every client to every server once, and lists the failures. */
async function refused(site: LiveSite): Promise<readonly string[]> {
  const { servers, clients } = site.peers();
  const traffic = startTraffic(() => site.peers(), 1);
  const { failures } = await traffic.during('now', servers.length * clients.length, async () => undefined);
  return [...failures].sort();
}

/** The reason of svcauth/node for a missing CRL. */
const eachOther = (a: string, b: string): readonly string[] =>
  [`${a} to ${b}`, `${b} to ${a}`].map(pair => `${pair}: crl-missing`);

/** The rejected pairs without the reasons: with an unknown root, OpenSSL of one side is first. */
const pairsOf = (refusals: readonly string[]) => refusals.map(each => each.replace(/: .*/, ''));

function letTimePass({ pki: { world } }: LiveSite, seconds: number): void {
  world.now = new Date(world.now.getTime() + seconds * 1000);
}

describe('a skipped gate', () => {
  test('without the soak gate a verifier lacks the CRL of the next issuing CA', async () => {
    const site = await siteAfter('issuing', 'prepare', 'publish');
    expect(await closedGates(site.pki, 'issuing', 'activate')).toContain('soak');
    await stepWithoutGates(site.pki, 'issuing', 'activate');
    await site.follow('quick');
    await make(site, 'issuing', 'issue');
    expect(await refused(site)).toEqual(eachOther('ledger', 'newcomer-1'));
  });

  test('without the acknowledgements gate a verifier lacks the next root', async () => {
    const site = await siteAfter('root', 'prepare', 'publish');
    letTimePass(site, SOAK);
    expect(await closedGates(site.pki, 'root', 'activate')).toContain('acknowledgements');
    await stepWithoutGates(site.pki, 'root', 'activate');
    await make(site, 'root', 'issue');
    expect(pairsOf(await refused(site))).toEqual(pairsOf(eachOther('ledger', 'newcomer-1')));
  });

  test('without the crls-fresh gate a new verifier lacks the CRL of the old root', async () => {
    const site = await siteAfter('root', 'prepare', 'publish', 'soak', 'ack');
    withdrawCrl(site.pki, 'root-g1');
    expect(await closedGates(site.pki, 'root', 'activate')).toContain('crls-fresh');
    await stepWithoutGates(site.pki, 'root', 'activate');
    await make(site, 'root', 'issue');
    expect(await refused(site)).toEqual([...eachOther('ledger', 'newcomer-1'), ...eachOther('newcomer-1', 'payments')]);
  });

  test('without the services-current gate a service trusts an old ca.crt', async () => {
    const pki = await pkiOfTwo(realNow());
    const before = servedVersion(pki, 'ledger');
    await rotateOf(pki, 'root', ['prepare', '--soak', '1m'], ['publish']);
    serveVersion(pki, 'ledger', before);
    pki.world.now = new Date(pki.world.now.getTime() + 60_000);
    expect(await closedGates(pki, 'root', 'activate')).toContain('services-current');
    await stepWithoutGates(pki, 'root', 'activate');
    serveVersion(pki, 'ledger', before);
    await svcauth(pki, 'issue', 'payments', '--force');
    expect(await greetings(pki)).toMatchObject({ clientSaw: 'UNABLE_TO_GET_CRL' });
  });

  test('without the soak gate of retire a service still sends the chain of the old root', async () => {
    const site = await siteAfter('root', 'prepare', 'publish', 'soak', 'ack', 'activate', 'drain');
    expect(await closedGates(site.pki, 'root', 'retire')).toContain('soak');
    await stepWithoutGates(site.pki, 'root', 'retire');
    await site.follow('quick');
    // a source keeps a CRL that is gone from the files, so Node services accept each other
    expect(await refused(site)).toEqual([]);
  });

  test('without the chains-gone gate the only chain of the issuing CA ends at a removed anchor', async () => {
    const pki = await pkiOfTwo(realNow());
    await rotateOf(pki, 'root', ['prepare', '--cross-sign', 'none', '--soak', '1m'], ['publish']);
    pki.world.now = new Date(pki.world.now.getTime() + 60_000);
    await rotateOf(pki, 'root', ['activate'], ['drain']);
    expect(await closedGates(pki, 'root', 'retire')).toContain('chains-gone');
    expect(await greetings(pki)).toMatchObject({ serverSaw: 'spiffe://example.org/ledger' });
    await stepWithoutGates(pki, 'root', 'retire');
    expect(await greetings(pki)).toMatchObject({ clientSaw: 'UNABLE_TO_GET_CRL' });
  });

  test.each([
    ['retire without its last CRL', 'CRL_HAS_EXPIRED'],
    // with the last CRL, certificates of the old CA stay valid, but can no longer be revoked
    ['retire', 'spiffe://example.org/ledger'],
  ] as const)('without the leaves-gone gate, after %s, a peer with an old certificate gets %s', async (step, seen) => {
    const now = realNow();
    const pki = await pkiOfTwo(new Date(now.getTime() - 15 * DAY));
    await rotateOf(pki, 'issuing', ['prepare', '--soak', '1m'], ['publish']);
    pki.world.now = new Date(pki.world.now.getTime() + 60_000);
    await rotateOf(pki, 'issuing', ['activate'], ['drain']);
    const before = servedVersion(pki, 'ledger');
    await svcauth(pki, 'renew');
    expect(await closedGates(pki, 'issuing', 'retire')).toContain('leaves-gone');
    await stepWithoutGates(pki, 'issuing', step);
    pki.world.now = now;
    await svcauth(pki, 'crl', 'refresh');
    expect(await greetings(pki)).toMatchObject({ serverSaw: 'spiffe://example.org/ledger' });
    serveVersion(pki, 'ledger', before);
    expect(await greetings(pki)).toMatchObject({ serverSaw: seen });
  });
});

/** A day in milliseconds. */
const DAY = 86_400_000;

async function pkiOfTwo(now: Date): Promise<Pki> {
  const pki = await initPkiAt(now, '--key-protection', 'none');
  for (const name of ['payments', 'ledger']) await svcauth(pki, 'issue', name, '--ip', '127.0.0.1');
  return pki;
}

async function rotateOf(pki: Pki, tier: Tier, ...steps: readonly (readonly string[])[]): Promise<void> {
  for (const step of steps) await svcauth(pki, 'ca', 'rotate', ...step, '--tier', tier);
}

const currentOf = ({ home }: Pki, service: string) => join(home, 'services', service, 'current');
const servedVersion = (pki: Pki, service: string) => readlinkSync(currentOf(pki, service));

/** Points `current` at a version, as if a deployment had not arrived. */
function serveVersion(pki: Pki, service: string, version: string): void {
  const current = currentOf(pki, service);
  symlinkSync(version, `${current}.other`);
  renameSync(`${current}.other`, current);
}

/** Connects new processes of payments and ledger, and returns both results. */
const greetings = async (pki: Pki) => handshake(peerOf(pki, 'payments'), peerOf(pki, 'ledger'));

/** Removes a CRL from the published files, as if it had never been published. */
function withdrawCrl(pki: Pki, authority: string): void {
  const gone = readFileSync(crlOf(pki, authority), 'utf8');
  const bundle = readFileSync(crlBundleOf(pki), 'utf8');
  expect(bundle).toContain(gone);
  writeFileSync(crlBundleOf(pki), bundle.replace(gone, ''));
  for (const form of ['pem', 'der']) rmSync(crlOf(pki, authority).replace(/pem$/, form));
}
