import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importCrl } from '../../../src/crl/run/import.ts';
import { refreshCrls } from '../../../src/crl/run/refresh.ts';
import { decodePem } from '../../../src/pki/pem.ts';
import { crlPki, SCHEDULE, type CrlTestPki } from '../../support/pki/crl-pki.ts';
import { rejectionOf } from '../../support/errors.ts';

/** Two machines with one root: `away` holds its key, `home` does not. */
async function machines(): Promise<{ away: CrlTestPki; home: CrlTestPki; file: string }> {
  const away = await crlPki(['root-g1']);
  const home = await crlPki([]);
  home.manifest.transaction(write => {
    write.insertAuthority({ ...away.manifest.authority('root-g1')!, keyLocation: 'offline' });
    write.audit('ca.created', 'root-g1', {});
  });
  const file = join(home.world.cwd, 'root.crl');
  await sign(away, file);
  return { away, home, file };
}

async function sign(away: CrlTestPki, file: string): Promise<void> {
  await refreshCrls(away, { issuers: away.issuers, schedule: SCHEDULE });
  copyFileSync(away.home.public.crlPem('root-g1'), file);
}

const refusal = async (home: CrlTestPki, file: string): Promise<string> => {
  const error = await rejectionOf(importCrl(home, file, false));
  expect(error).toMatchObject({ code: 'ERR_CRL_REFUSED', exitStatus: 7 });
  return error.message;
};

test('a CRL signed by an offline root is put into public/ with all derived files', async () => {
  const { away, home, file } = await machines();
  const { crl, changed } = await importCrl(home, file, false);
  expect(changed).toBe(true);
  expect(home.manifest.latestCrl('root-g1')).toEqual(crl);
  expect(readFileSync(home.home.public.crlDer('root-g1'))).toEqual(readFileSync(away.home.public.crlDer('root-g1')));
  expect(decodePem(readFileSync(home.home.public.crlBundle, 'utf8'))).toHaveLength(1);
  expect(readFileSync(home.home.public.index, 'utf8')).toContain(crl.sha256);
  expect([...home.manifest.auditRecords()].at(-1)).toMatchObject({ action: 'crl.imported', subject: 'root-g1' });
});

test('importing the same CRL again changes nothing', async () => {
  const { home, file } = await machines();
  await importCrl(home, file, false);
  const audited = [...home.manifest.auditRecords()].length;
  expect(await importCrl(home, file, false)).toMatchObject({ changed: false });
  expect([...home.manifest.auditRecords()]).toHaveLength(audited);
});

test('a dry run of an import checks the CRL and changes nothing', async () => {
  const { home, file } = await machines();
  expect(await importCrl(home, file, true)).toMatchObject({ changed: true });
  expect(home.manifest.latestCrl('root-g1')).toBeUndefined();
  expect(existsSync(home.home.public.crls)).toBe(false);
});

test('an older CRL is refused', async () => {
  const { away, home, file } = await machines();
  const newer = join(home.world.cwd, 'newer.crl');
  away.world.now = new Date(away.world.now.getTime() + 40 * 86_400_000);
  home.world.now = away.world.now;
  await sign(away, newer);
  await importCrl(home, newer, false);
  expect(await refusal(home, file)).toContain('is not higher than');
});

test('a CRL is refused if it expired, or its CA is unknown, or the key of its CA is in the home', async () => {
  const { home, file } = await machines();
  home.world.now = new Date(home.world.now.getTime() + 90 * 86_400_000);
  expect(await refusal(home, file)).toContain('it expired');
  const stranger = await crlPki(['issuing-g7']);
  expect(await refusal(stranger, file)).toContain('is not a CA of this PKI');
  const { away } = await machines();
  expect(await refusal(away, away.home.public.crlDer('root-g1'))).toContain('"svcauth crl refresh" signs its CRLs');
});

test('a CRL of a CA with the same name and another key is refused', async () => {
  const { file } = await machines();
  const { home } = await machines();
  expect(await refusal(home, file)).toContain('it was not signed with the key of root-g1');
});

test('a CRL that lacks a recorded revocation is refused', async () => {
  const { home, file } = await machines();
  home.revoke('4a', { authorityId: 'root-g1' });
  expect(await refusal(home, file)).toContain('it does not list 4a, which is revoked in the manifest');
});

test('an import reports the CAs that the CRL revokes', async () => {
  const { away, home, file } = await machines();
  const { serial } = home.manifest.authority('root-g1')!.certificate!;
  away.revoke(serial, { authorityId: 'root-g1' });
  await sign(away, file);
  expect(await importCrl(home, file, false)).toMatchObject({ revokedCas: ['root-g1'] });
});
