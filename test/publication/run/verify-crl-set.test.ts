import { appendFileSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { CrlFinding } from '../../../src/publication/run/finding.ts';
import { verifyCrls } from '../../../src/publication/run/verify-crls.ts';
import { contextTag, tlv, sequence, integer } from '../../../src/pki/der/writer.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { encodeExtension } from '../../../src/pki/extension/extension.ts';
import { OID } from '../../../src/pki/oids.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { plantCrls, plantedCrl, type PlantedCrl } from '../../support/pki/planted-crl.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { describeWith, run } from '../../support/programs.ts';

let fresh: () => PkiWorld;
beforeAll(async () => {
  fresh = await pkiTemplate(
    [],
    [
      ['issue', 'payments'],
      ['issue', 'ledger', '--profile', 'client'],
      ['issue', 'web'],
      ['revoke', 'ledger'],
    ],
  );
});

async function verify(world: PkiWorld, directory = world.home.public.directory, now = world.now) {
  const { openManifest } = await import('../../../src/store/manifest/sqlite-manifest.ts');
  const manifest = await openManifest(world, world.home.manifest);
  try {
    return await verifyCrls(world, { home: world.home, manifest }, directory, now);
  } finally {
    manifest.close();
  }
}

const findings = async (world: PkiWorld, directory?: string, now?: Date): Promise<readonly CrlFinding[]> =>
  (await verify(world, directory, now)).findings;

const ofSet = (all: readonly CrlFinding[]) =>
  all.filter(({ name }) => name === 'good-refused' || name === 'revoked-accepted');

const serialOf = (world: PkiWorld, service: string): Promise<string> =>
  world.manifest(manifest => manifest.service(service)!.currentSerial!);

/** Replaces the CRLs in public/, in every form. */
async function plant(world: PkiWorld, changes: Readonly<Record<string, PlantedCrl | 'absent'>>): Promise<void> {
  const crls: Record<string, Uint8Array> = {};
  const revoked = [await serialOf(world, 'ledger')];
  const good: Readonly<Record<string, PlantedCrl>> = { 'root-g1': {}, 'issuing-g1': { revoked } };
  rmSync(world.home.public.crls, { recursive: true });
  mkdirSync(world.home.public.crls);
  for (const [id, own] of Object.entries(good)) {
    const change = changes[id];
    if (change !== 'absent') crls[id] = await plantedCrl(world, id, { ...own, ...change });
  }
  plantCrls(world.home.public.directory, crls);
}

/** OpenSSL's own verdict on a service's certificate, with the files in public/. */
async function openssl(world: PkiWorld, service: string): Promise<'accepts' | 'refuses'> {
  const { bundlePem, crlBundle } = world.home.public;
  const [chain, leaf] = ['chain.pem', 'tls.crt'].map(name => join(world.home.service(service), 'current', name));
  const at = String(world.now.getTime() / 1000);
  const files = ['-CAfile', bundlePem, '-CRLfile', crlBundle, '-untrusted', chain!];
  const { status } = await run(['openssl', 'verify', '-crl_check_all', '-attime', at, ...files, leaf!]);
  return status === 0 ? 'accepts' : 'refuses';
}

const issuingDistributionPoint = (...content: readonly Uint8Array[]): Uint8Array =>
  encodeExtension(OID.issuingDistributionPoint, true, sequence(...content));
const fullName = tlv(
  contextTag(0, true),
  tlv(contextTag(0, true), tlv(contextTag(6, false), utf8('http://pki.example.org/crl'))),
);
const onlyContainsUserCerts = tlv(contextTag(1, false), Uint8Array.of(0xff));

test('published certificates and revocations get the right verdict in every form', async () => {
  const { findings, certificates } = await verify(fresh());
  expect(findings).toEqual([]);
  expect(certificates).toBe(3);
});

const mistakes: readonly (readonly [
  title: string,
  changes: Readonly<Record<string, PlantedCrl | 'absent'>>,
  found: string,
  wrong: 'payments refused' | 'ledger accepted' | undefined,
])[] = [
  ['T1: a CRL for both CAs', {}, '', undefined],
  ['T2: none of the root', { 'root-g1': 'absent' }, 'good-refused', 'payments refused'],
  ['T2: none of the issuing CA', { 'issuing-g1': 'absent' }, 'good-refused revoked-accepted', 'payments refused'],
  [
    'T5: one that ended',
    { 'root-g1': { thisUpdate: new Date('2026-10-01'), nextUpdate: new Date('2026-11-01') } },
    'good-refused',
    'payments refused',
  ],
  [
    'T6: one bound to a distribution point that no certificate names',
    { 'issuing-g1': { extensions: [issuingDistributionPoint(fullName)] } },
    'good-refused revoked-accepted',
    'payments refused',
  ],
  [
    'T7: one for user certificates only is fine',
    { 'issuing-g1': { extensions: [issuingDistributionPoint(onlyContainsUserCerts)] } },
    '',
    undefined,
  ],
  ['one that does not list who is revoked', { 'issuing-g1': { revoked: [] } }, 'revoked-accepted', 'ledger accepted'],
];

test.each(mistakes)('%s: what is wrong is found', async (_title, changes, found) => {
  const world = fresh();
  await plant(world, changes);
  const names = new Set(ofSet(await findings(world)).map(({ name }) => name));
  expect([...names].sort().join(' ')).toBe(found);
});

describeWith(['openssl'], 'a fault that is found also fails in OpenSSL', () => {
  test.each(mistakes)('%s', async (_title, changes, _found, wrong) => {
    const world = fresh();
    await plant(world, changes);
    expect(await openssl(world, 'payments')).toBe(wrong === 'payments refused' ? 'refuses' : 'accepts');
    expect(await openssl(world, 'ledger')).toBe(wrong === 'ledger accepted' ? 'accepts' : 'refuses');
  });
});

test('T3: a PEM file with two CRLs makes only Node reject every certificate', async () => {
  const world = fresh();
  const paths = world.home.public;
  writeFileSync(
    paths.crlPem('issuing-g1'),
    Buffer.concat([readFileSync(paths.crlPem('root-g1')), readFileSync(paths.crlPem('issuing-g1'))]),
  );
  const found = await findings(world);
  expect(found).toContainEqual(expect.objectContaining({ ca: 'issuing-g1', name: 'wrong-form' }));
  const [fault] = ofSet(found).filter(({ name }) => name === 'good-refused');
  expect(fault!.message).toMatch(/^verifiers with crl\/\*\.pem reject 2 valid certificates \(payments, web\)/);
  expect(fault).toMatchObject({ severity: 'critical', count: 2, remedy: 'svcauth crl refresh' });
});

test('T4: servers that read one file need every CRL in it', async () => {
  const world = fresh();
  copyFileSync(world.home.public.crlPem('issuing-g1'), world.home.public.crlBundle);
  const found = ofSet(await findings(world));
  expect(found.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^verifiers with crl-bundle\.pem reject 2 valid certificates .*: there is no CRL of its issuer/,
    ),
  ]);
});

test('T8: a revocation that is only on a delta CRL is not seen by verifiers', async () => {
  const world = fresh();
  const delta = await plantedCrl(world, 'issuing-g1', {
    revoked: [await serialOf(world, 'ledger')],
    number: 2 ** 41,
    extensions: [encodeExtension(OID.deltaCRLIndicator, true, integer(1))],
  });
  await plant(world, { 'issuing-g1': { revoked: [] } });
  appendFileSync(world.home.public.crlBundle, encodePem('X509 CRL', delta));
  const accepted = ofSet(await findings(world)).filter(({ name }) => name === 'revoked-accepted');
  expect(accepted.flatMap(({ leaves }) => leaves!.map(({ service }) => service))).toContain('ledger');
});

test('T9: DER where Node reads PEM, and PEM where DER is fetched', async () => {
  const world = fresh();
  const paths = world.home.public;
  const pem = readFileSync(paths.crlPem('root-g1'));
  copyFileSync(paths.crlDer('root-g1'), paths.crlPem('root-g1'));
  writeFileSync(paths.crlDer('root-g1'), pem);
  const found = await findings(world);
  expect(found.filter(({ name }) => name === 'wrong-form').map(({ message }) => message)).toEqual([
    expect.stringContaining('root-g1.der is PEM'),
    expect.stringContaining('root-g1.pem is not PEM; Node throws'),
  ]);
  expect(ofSet(found)[0]!.message).toContain('verifiers with crl/*.pem and crl/*.der reject');
});

test('a block with a label that OpenSSL skips does not count as a CRL', async () => {
  const world = fresh();
  const path = world.home.public.crlPem('root-g1');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('X509 CRL', 'CRL'));
  const names = (await findings(world)).map(({ name }) => name);
  expect(names).toContain('wrong-form');
  expect(names).toContain('good-refused');
});

test('a listed valid certificate is rejected: the finding has its service and a remedy', async () => {
  const world = fresh();
  const serial = await serialOf(world, 'web');
  await plant(world, { 'issuing-g1': { revoked: [await serialOf(world, 'ledger'), serial].sort() } });
  expect(ofSet(await findings(world))).toEqual([
    expect.objectContaining({
      name: 'good-refused',
      leaves: [{ service: 'web', serial }],
      remedy: 'svcauth crl refresh',
    }),
  ]);
});

test('a replaced certificate that is still valid is verified like its successor', async () => {
  const world = fresh();
  await world.succeed('issue', 'web', '--force');
  const { certificates, findings } = await verify(world);
  expect([certificates, findings]).toEqual([4, []]);
});

test('a revocation counts only once it is published', async () => {
  const world = fresh();
  const www = join(world.cwd, 'www');
  await world.succeed('crl', 'publish', '--to', www);
  await world.succeed('revoke', 'web');
  const found = ofSet(await findings(world, www));
  expect(found).toEqual([
    expect.objectContaining({
      name: 'revoked-accepted',
      message: 'verifiers accept 1 revoked certificate (web): no CRL lists it',
      remedy: `svcauth crl publish --to ${www}`,
    }),
  ]);
  expect(ofSet(await findings(world))).toEqual([]);
});

const TAINT = ['ca', 'taint', 'issuing-g1', '--reason', 'its key is out'];

test('every certificate of a revoked CA must be rejected, and a directory without that revocation has a finding', async () => {
  const world = fresh();
  const www = join(world.cwd, 'www');
  await world.succeed('crl', 'publish', '--to', www);
  await world.succeed(...TAINT, '--revoke');
  expect(await findings(world)).toEqual([]);
  expect(ofSet(await findings(world, www))).toEqual([
    expect.objectContaining({ name: 'revoked-accepted', ca: 'issuing-g1', count: 2 }),
  ]);
});

test('of a tainted CA only the revoked certificates are verified', async () => {
  const world = fresh();
  await world.succeed(...TAINT);
  expect(await verify(world)).toMatchObject({ findings: [], certificates: 1 });
  const revoked = [await serialOf(world, 'ledger'), await serialOf(world, 'payments')].sort();
  await plant(world, { 'issuing-g1': { revoked } });
  expect(ofSet(await findings(world))).toEqual([]);
  await plant(world, { 'issuing-g1': { revoked: [] } });
  expect(ofSet(await findings(world)).map(({ name, count }) => `${name} ${count}`)).toEqual(['revoked-accepted 1']);
});

test('a missing anchor is critical like a missing CRL', async () => {
  const world = fresh();
  const www = join(world.cwd, 'www');
  await world.succeed('crl', 'publish', '--to', www);
  const other = fresh();
  await other.succeed('ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', '--home', 'second');
  cpSync(join(other.cwd, 'second/public/bundle.pem'), join(www, 'bundle.pem'));
  const found = await findings(world, www);
  expect(found.map(({ name }) => name)).toEqual(['anchors-differ', 'good-refused']);
  expect(found[0]!.message).toContain('lacks the anchor of root-g1');
  rmSync(join(www, 'bundle.pem'));
  expect((await findings(world, www)).map(({ name }) => name)).toEqual(['no-trust-bundle']);
});

test('an index that does not match the CRLs is a finding', async () => {
  const world = fresh();
  const path = world.home.public.index;
  writeFileSync(path, readFileSync(path, 'utf8').replace('"entryCount": 1', '"entryCount": 2'));
  expect((await findings(world)).map(({ message }) => message)).toEqual(['index.json does not match the CRL']);
});
