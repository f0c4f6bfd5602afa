import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { applyCrlRefresh, planCrlRefresh, refreshCrls } from '../../../src/crl/run/refresh.ts';
import { failure } from '../../../src/errors/error.ts';
import { equalBytes } from '../../../src/pki/bytes.ts';
import { crlEntries, crlNumber, decodeCrl } from '../../../src/pki/crl/parsed.ts';
import { decodePem } from '../../../src/pki/pem.ts';
import { serialToHex } from '../../../src/pki/certificate/serial-number.ts';
import { nodeFiles } from '../../../src/store/files/files.ts';
import { crlPki, SCHEDULE, type CrlTestPki } from '../../support/pki/crl-pki.ts';
import { errorOf, rejectionOf } from '../../support/errors.ts';
import { faultyFiles } from '../../support/world/faulty-files.ts';

const refresh = (pki: CrlTestPki) => refreshCrls(pki, { issuers: pki.issuers, schedule: SCHEDULE });
const plan = (pki: CrlTestPki, more: { only?: readonly string[]; force?: boolean } = {}) =>
  planCrlRefresh(pki, { schedule: SCHEDULE, ...more });
const derOf = (pki: CrlTestPki, id: string) => new Uint8Array(readFileSync(pki.home.public.crlDer(id)));
const listed = (pki: CrlTestPki, id: string) =>
  [...crlEntries(decodeCrl(derOf(pki, id)))].map(entry => serialToHex(entry.serial));
const pass = (pki: CrlTestPki, days: number) => {
  pki.world.now = new Date(pki.world.now.getTime() + days * 86_400_000);
};
const index = (pki: CrlTestPki) =>
  JSON.parse(readFileSync(pki.home.public.index, 'utf8')) as {
    crls: { ca: string; number: string; sha256: string; entryCount: number }[];
  };

test('the first refresh gives every CA an empty CRL, as DER, PEM, bundle and index', async () => {
  const pki = await crlPki();
  const result = await refresh(pki);
  expect(result.signed.map(({ authorityId, reasons }) => [authorityId, reasons])).toEqual([
    ['root-g1', ['first']],
    ['issuing-g1', ['first']],
  ]);
  const ders = ['root-g1', 'issuing-g1'].map(id => derOf(pki, id));
  for (const [position, id] of ['root-g1', 'issuing-g1'].entries()) {
    const der = ders[position]!;
    expect(decodePem(readFileSync(pki.home.public.crlPem(id), 'utf8'))).toEqual([{ label: 'X509 CRL', der }]);
    const recorded = pki.manifest.latestCrl(id)!;
    expect(recorded).toMatchObject({ entryCount: 0, sha256: createHash('sha256').update(der).digest('hex') });
    expect(crlNumber(decodeCrl(der))).toBe(recorded.number);
    expect(index(pki).crls[position]).toMatchObject({ ca: id, sha256: recorded.sha256, entryCount: 0 });
  }
  const bundle = decodePem(readFileSync(pki.home.public.crlBundle, 'utf8'));
  expect(bundle.map(block => block.der)).toEqual(ders);
});

test('a second refresh changes nothing', async () => {
  const pki = await crlPki();
  await refresh(pki);
  const before = derOf(pki, 'root-g1');
  const audited = [...pki.manifest.auditRecords()].length;
  expect(await refresh(pki)).toEqual({ signed: [], failed: [], changed: false });
  expect(derOf(pki, 'root-g1')).toEqual(before);
  expect([...pki.manifest.auditRecords()]).toHaveLength(audited);
});

test('a revocation is on the next CRL of its CA, and other CRLs are kept', async () => {
  const pki = await crlPki();
  await refresh(pki);
  pki.revoke('4a');
  const result = await refresh(pki);
  expect(result.signed).toMatchObject([{ authorityId: 'issuing-g1', entryCount: 1, reasons: ['revoked'] }]);
  expect(listed(pki, 'issuing-g1')).toEqual(['4a']);
  expect(index(pki).crls.map(crl => crl.entryCount)).toEqual([0, 1]);
});

test('an old CRL is replaced by a CRL with a higher number', async () => {
  const pki = await crlPki();
  await refresh(pki);
  const before = pki.manifest.latestCrl('issuing-g1')!.number;
  pass(pki, 4);
  const { signed } = await refresh(pki);
  expect(signed).toMatchObject([{ authorityId: 'issuing-g1', reasons: ['age'] }]);
  expect(signed[0]!.number).toBeGreaterThan(before);
});

test('an entry is on one more CRL after its certificate has expired', async () => {
  const pki = await crlPki(['issuing-g1']);
  pki.revoke('4a', { notAfter: new Date(pki.world.now.getTime() + 86_400_000) });
  await refresh(pki);
  pass(pki, 4);
  await refresh(pki);
  expect(listed(pki, 'issuing-g1')).toEqual(['4a']);
  pass(pki, 4);
  await refresh(pki);
  expect(listed(pki, 'issuing-g1')).toEqual([]);
  // the clock was wrong: the certificate is still valid, and the entry is listed again
  pass(pki, -8);
  await refresh(pki);
  expect(listed(pki, 'issuing-g1')).toEqual(['4a']);
});

test('deleted or damaged files in public/ are restored, without a key if the DER file is whole', async () => {
  const pki = await crlPki();
  await refresh(pki);
  const bundle = readFileSync(pki.home.public.crlBundle);
  rmSync(pki.home.public.crlPem('root-g1'));
  rmSync(pki.home.public.crlBundle);
  expect(await refresh(pki)).toMatchObject({ signed: [], changed: true });
  expect(readFileSync(pki.home.public.crlBundle)).toEqual(bundle);
  writeFileSync(pki.home.public.crlDer('root-g1'), 'damaged');
  expect((await refresh(pki)).signed).toMatchObject([{ authorityId: 'root-g1', reasons: ['unpublished'] }]);
});

test('a published number is not used again after the manifest is restored', async () => {
  const pki = await crlPki(['issuing-g1']);
  await refresh(pki);
  const other = { ...(await crlPki([])), issuers: pki.issuers };
  other.manifest.transaction(write => {
    write.insertAuthority(pki.manifest.authority('issuing-g1')!);
    write.audit('ca.created', 'issuing-g1', {});
  });
  other.world.files.makeDirectory(other.home.public.crls, 0o755);
  writeFileSync(other.home.public.crlDer('issuing-g1'), derOf(pki, 'issuing-g1'));
  const { signed } = await refresh(other);
  expect(signed[0]!.number).toBe(pki.manifest.latestCrl('issuing-g1')!.number + 1n);
});

test('a CA whose key is offline is reported, and the others are refreshed', async () => {
  const pki = await crlPki(['root-g1', 'issuing-g1'], undefined, { keyLocation: 'offline' });
  expect(plan(pki).crls.map(crl => crl.action)).toEqual(['key-away', 'key-away']);
  const withKey = planCrlRefresh(pki, { schedule: SCHEDULE, keysAtHand: new Set(['root-g1']) });
  expect(withKey.crls.map(crl => crl.action)).toEqual(['sign', 'key-away']);
});

test('a failure for one CA does not stop the refresh of the others', async () => {
  const pki = await crlPki();
  const result = await applyCrlRefresh(pki, plan(pki), ({ id }) => {
    if (id === 'root-g1') throw failure('ERR_KEY_AWAY', { id, keyLocation: 'offline' });
    return pki.issuers.get(id)!;
  });
  expect(result.failed).toMatchObject([{ authorityId: 'root-g1', error: { code: 'ERR_KEY_AWAY' } }]);
  expect(index(pki).crls.map(crl => crl.ca)).toEqual(['issuing-g1']);
});

test('the first error is thrown and nothing changes if no CRL could be signed', async () => {
  const pki = await crlPki();
  const error = await rejectionOf(
    applyCrlRefresh(pki, plan(pki), ({ id }) => {
      throw failure('ERR_KEY_AWAY', { id, keyLocation: 'offline' });
    }),
  );
  expect(error).toMatchObject({ code: 'ERR_KEY_AWAY' });
  expect(existsSync(pki.home.public.index)).toBe(false);
  expect(pki.manifest.latestCrl('root-g1')).toBeUndefined();
});

test('--force signs a CRL that is not due, and an unknown CA is refused', async () => {
  const pki = await crlPki();
  await refresh(pki);
  expect(plan(pki, { force: true, only: ['root-g1'] }).crls).toMatchObject([{ action: 'sign', reasons: ['forced'] }]);
  expect(errorOf(() => plan(pki, { only: ['root-g9'] }))).toMatchObject({ code: 'ERR_AUTHORITY_UNKNOWN' });
});

test('an expired CA no longer needs a CRL', async () => {
  const pki = await crlPki(['issuing-g1']);
  await refresh(pki);
  pass(pki, 400);
  expect(plan(pki).crls).toEqual([]);
  expect(errorOf(() => plan(pki, { only: ['issuing-g1'] }))).toMatchObject({ code: 'ERR_CRL_NOT_NEEDED' });
});

test('after a crash at any step a whole CRL is in place, and the next run finishes without repeating a number', async () => {
  for (let step = 1, finished = false; !finished; step++) {
    const pki = await crlPki(['issuing-g1']);
    await refresh(pki);
    const old = derOf(pki, 'issuing-g1');
    pki.revoke('4a');
    pki.world.files = faultyFiles(step);
    finished = await refresh(pki).then(
      () => true,
      () => false,
    );
    pki.world.files = nodeFiles;
    const visible = derOf(pki, 'issuing-g1');
    if (!equalBytes(visible, old)) {
      // a new one that is seen is one that the manifest knows
      expect(crlNumber(decodeCrl(visible))).toBe(pki.manifest.latestCrl('issuing-g1')!.number);
    }
    await refresh(pki);
    expect(listed(pki, 'issuing-g1')).toEqual(['4a']);
    const der = derOf(pki, 'issuing-g1');
    expect(crlNumber(decodeCrl(der))).toBe(pki.manifest.latestCrl('issuing-g1')!.number);
    expect(decodePem(readFileSync(pki.home.public.crlBundle, 'utf8'))).toEqual([{ label: 'X509 CRL', der }]);
    expect(index(pki).crls).toMatchObject([{ entryCount: 1, number: String(crlNumber(decodeCrl(der))) }]);
    expect(readdirSync(pki.home.public.crls)).toEqual(['issuing-g1.crl', 'issuing-g1.der', 'issuing-g1.pem']);
    expect(readFileSync(pki.home.public.crlCrl('issuing-g1'))).toEqual(Buffer.from(der));
    const signed = [...pki.manifest.auditRecords()].filter(record => record.action === 'crl.signed');
    const numbers = signed.map(record => record.detail['number']);
    expect(new Set(numbers).size).toBe(numbers.length);
    pki.manifest.close();
  }
});
