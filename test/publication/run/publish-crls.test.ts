import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyCrlPublication, planCrlPublication } from '../../../src/publication/run/publish-crls.ts';
import { refreshCrls } from '../../../src/crl/run/refresh.ts';
import { decodeCrl } from '../../../src/pki/crl/parsed.ts';
import { nodeFiles } from '../../../src/store/files/files.ts';
import { crlPki, SCHEDULE, type CrlTestPki } from '../../support/pki/crl-pki.ts';
import { rejectionOf } from '../../support/errors.ts';
import { faultyFiles } from '../../support/world/faulty-files.ts';
import { issue, serial } from '../../support/pki/manifest-rows.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';

const refresh = (pki: CrlTestPki) => refreshCrls(pki, { issuers: pki.issuers, schedule: SCHEDULE });
const publish = async (pki: CrlTestPki, directory: string) =>
  applyCrlPublication(pki, await planCrlPublication(pki, directory));
const pass = (pki: CrlTestPki, days: number) => {
  pki.world.now = new Date(pki.world.now.getTime() + days * 86_400_000);
};

async function withTarget(): Promise<{ pki: CrlTestPki; target: string }> {
  const pki = await crlPki();
  pki.revoke('4a');
  await refresh(pki);
  const target = join(tempDirectory(), 'served');
  await publish(pki, target);
  return { pki, target };
}

test('publishes every CRL, the bundle and the index to a directory that need not exist', async () => {
  const { pki, target } = await withTarget();
  expect(readdirSync(target).sort()).toEqual(['crl', 'crl-bundle.pem', 'index.json']);
  expect(readdirSync(join(target, 'crl'))).toEqual(
    ['issuing-g1', 'root-g1'].flatMap(id => ['crl', 'der', 'pem'].map(form => `${id}.${form}`)),
  );
  expect(readFileSync(join(target, 'index.json'))).toEqual(readFileSync(pki.home.public.index));
  expect([...pki.manifest.auditRecords()].at(-1)).toMatchObject({ action: 'crl.published', subject: target });
});

test('a second identical run changes nothing', async () => {
  const { pki, target } = await withTarget();
  const audited = [...pki.manifest.auditRecords()].length;
  expect(await publish(pki, target)).toBe(false);
  expect([...pki.manifest.auditRecords()]).toHaveLength(audited);
});

test('replaces older files and no others', async () => {
  const { pki, target } = await withTarget();
  pki.revoke('4b');
  await refresh(pki);
  const plan = await planCrlPublication(pki, target);
  const replaced = plan.files.filter(file => file.action === 'replace').map(file => file.name);
  expect(replaced).toEqual([
    ...['crl/issuing-g1.der', 'crl/issuing-g1.crl', 'crl/issuing-g1.pem'],
    ...['crl-bundle.pem', 'index.json'],
  ]);
  expect(plan.files.at(-1)!.name).toBe('index.json');
});

/** Restores a manifest from a backup made before the first revocation: the numbers grow, and a revocation is lost. */
async function restored(): Promise<{ pki: CrlTestPki; target: string }> {
  const { pki, target } = await withTarget();
  const other = { ...(await crlPki([])), issuers: pki.issuers };
  other.manifest.transaction(write => {
    for (const authority of pki.manifest.authorities()) write.insertAuthority(authority);
    write.audit('ca.created', 'all', {});
  });
  return { pki: other, target };
}

test('refuses to forget a certificate that is still valid, and writes nothing', async () => {
  const { pki, target } = await restored();
  pass(pki, 1);
  await refresh(pki);
  const before = readFileSync(join(target, 'crl/issuing-g1.der'));
  const error = await rejectionOf(publish(pki, target));
  expect(error).toMatchObject({ code: 'ERR_CRL_BACKWARDS', exitStatus: 7 });
  expect(error.message).toContain('issuing-g1: 4a would no longer be revoked');
  expect(readFileSync(join(target, 'crl/issuing-g1.der'))).toEqual(before);
});

test('refuses a number that is smaller or belongs to a different published CRL', async () => {
  const same = await restored();
  await refresh(same.pki);
  expect((await rejectionOf(publish(same.pki, same.target))).message).toContain('has the same number');
  const { pki, target } = await withTarget();
  const old = join(tempDirectory(), 'old');
  cpSync(pki.home.public.directory, old, { recursive: true });
  pass(pki, 30);
  await refresh(pki);
  await publish(pki, target);
  cpSync(old, pki.home.public.directory, { recursive: true });
  const error = await rejectionOf(publish(pki, target));
  // the home itself is behind its manifest, which is reported first
  expect(error).toMatchObject({ code: 'ERR_CRL_UNFINISHED', exitStatus: 9 });
});

test('an entry may be removed once a CRL made after its expiry has listed it', async () => {
  const pki = await crlPki(['issuing-g1']);
  const target = join(tempDirectory(), 'served');
  const notAfter = new Date(pki.world.now.getTime() + 86_400_000);
  issue(pki.manifest, 1, 'payments', { notAfter });
  pki.revoke(serial(1), { notAfter });
  for (const entries of [1, 1, 0]) {
    await refresh(pki);
    await publish(pki, target);
    expect(decodeCrl(new Uint8Array(readFileSync(join(target, 'crl/issuing-g1.der')))).entryCount).toBe(entries);
    pass(pki, 4);
  }
});

test('refuses a directory that serves a CRL of an unknown CA', async () => {
  const pki = await crlPki(['issuing-g1']);
  await refresh(pki);
  const { target } = await withTarget();
  expect((await rejectionOf(publish(pki, target))).message).toContain('root-g1: the directory has a CRL of this CA');
});

test('replaces a published CRL that cannot be parsed', async () => {
  const { pki, target } = await withTarget();
  writeFileSync(join(target, 'crl/root-g1.der'), 'garbage');
  expect(await publish(pki, target)).toBe(true);
  expect(readFileSync(join(target, 'crl/root-g1.der'))).toEqual(readFileSync(pki.home.public.crlDer('root-g1')));
});

test('refuses to publish the unfinished files of an interrupted run', async () => {
  const pki = await crlPki();
  await refresh(pki);
  writeFileSync(pki.home.public.index, '{}');
  expect(await rejectionOf(publish(pki, join(tempDirectory(), 'x')))).toMatchObject({ code: 'ERR_CRL_UNFINISHED' });
});

test('after a power failure at any step the index lists no missing CRL, and the next run finishes', async () => {
  const { pki, target } = await withTarget();
  pki.revoke('4b');
  await refresh(pki);
  const old = join(tempDirectory(), 'old');
  cpSync(target, old, { recursive: true });
  for (let step = 1, finished = false; !finished; step++) {
    rmSync(target, { recursive: true });
    cpSync(old, target, { recursive: true });
    pki.world.files = faultyFiles(step);
    finished = await publish(pki, target).then(
      () => true,
      () => false,
    );
    pki.world.files = nodeFiles;
    const isNew = readFileSync(join(target, 'index.json')).equals(readFileSync(pki.home.public.index));
    const der = readFileSync(join(target, 'crl/issuing-g1.der'));
    if (isNew) expect(der).toEqual(readFileSync(pki.home.public.crlDer('issuing-g1')));
    await publish(pki, target);
    expect(readdirSync(join(target, 'crl'))).toEqual(readdirSync(join(old, 'crl')));
    expect((await planCrlPublication(pki, target)).files.every(file => file.action === 'same')).toBe(true);
  }
});
