import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refreshCrls } from '../../../src/crl/run/refresh.ts';
import { writeTrustBundle } from '../../../src/bundle/run/write.ts';
import { verifyCrls } from '../../../src/publication/run/verify-crls.ts';
import { crlPki, SCHEDULE, type CrlTestPki } from '../../support/pki/crl-pki.ts';

async function published(): Promise<CrlTestPki> {
  const pki = await crlPki();
  pki.revoke('4a');
  await refreshCrls(pki, { issuers: pki.issuers, schedule: SCHEDULE });
  writeTrustBundle(pki.world, pki.home, pki.manifest);
  return pki;
}

const later = ({ world }: CrlTestPki, days: number): Date => new Date(world.now.getTime() + days * 86_400_000);

const findings = async (pki: CrlTestPki, now = pki.world.now) => {
  const { findings } = await verifyCrls(pki.world, pki, pki.home.public.directory, now);
  return findings.map(({ ca, name, severity }) => `${severity} ${ca} ${name}`);
};

test('the files of a refresh have no findings', async () => {
  expect(await findings(await published())).toEqual([]);
});

test('an expired CRL and a CRL that is not valid yet are critical', async () => {
  const pki = await published();
  expect(await findings(pki, later(pki, 14))).toEqual(['critical issuing-g1 stale']);
  expect(await findings(pki, later(pki, -1))).toEqual([
    'critical root-g1 not-yet-valid',
    'critical issuing-g1 not-yet-valid',
  ]);
});

test('a CA without a CRL is critical', async () => {
  const pki = await published();
  rmSync(pki.home.public.crlDer('root-g1'));
  expect(await findings(pki)).toContain('critical root-g1 missing');
});

test('a revocation that no CRL lists yet is critical', async () => {
  const pki = await published();
  pki.revoke('4b');
  expect(await findings(pki)).toEqual(['critical issuing-g1 revoked-not-listed']);
});

test('an entry may stay on the CRL after its certificate has expired and left the manifest', async () => {
  const pki = await published();
  expect(await findings(pki, later(pki, 13))).toEqual([]);
});

test('a CRL of another CA under this name contradicts the manifest', async () => {
  const pki = await published();
  copyFileSync(pki.home.public.crlDer('root-g1'), pki.home.public.crlDer('issuing-g1'));
  expect(await findings(pki)).toContain('integrity issuing-g1 not-of-this-ca');
});

test('an older CRL is not the newest', async () => {
  const pki = await published();
  const old = readFileSync(pki.home.public.crlDer('root-g1'));
  pki.world.now = later(pki, 40);
  await refreshCrls(pki, { issuers: pki.issuers, schedule: SCHEDULE });
  writeFileSync(pki.home.public.crlDer('root-g1'), old);
  expect(await findings(pki)).toContain('warning root-g1 not-the-newest');
});

test('DER, PEM, bundle and index must agree', async () => {
  const pki = await published();
  const paths = pki.home.public;
  copyFileSync(paths.crlPem('root-g1'), paths.crlPem('issuing-g1'));
  expect(await findings(pki)).toEqual(['integrity issuing-g1 pem-differs']);
  copyFileSync(paths.crlPem('root-g1'), paths.crlBundle);
  writeFileSync(paths.index, '{}');
  expect(await findings(pki)).toEqual([
    'integrity issuing-g1 pem-differs',
    'integrity all bundle-differs',
    'warning root-g1 index-differs',
    'warning issuing-g1 index-differs',
  ]);
});

test('bytes that are not a CRL are a finding and not an error', async () => {
  const pki = await published();
  writeFileSync(pki.home.public.crlDer('root-g1'), 'garbage');
  expect(await findings(pki)).toContain('integrity root-g1 unreadable');
});
