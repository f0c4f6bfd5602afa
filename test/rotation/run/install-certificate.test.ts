import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeCertificationRequest } from '../../../src/pki/csr/certification-request.ts';
import { encodeBasicConstraints } from '../../../src/pki/extension/basic-constraints.ts';
import { encodeAuthorityKeyIdentifier, encodeSubjectKeyIdentifier } from '../../../src/pki/extension/key-identifier.ts';
import { unsignedInteger } from '../../../src/pki/der/writer.ts';
import type { Issuer } from '../../../src/pki/certificate/issuer.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { encodeKeyUsage } from '../../../src/pki/extension/key-usage.ts';
import { decodePem, encodePem } from '../../../src/pki/pem.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import {
  distinguishedName,
  goodParts,
  issuerOf,
  planted,
  readName,
  signParts,
  validity,
  without,
  type CertificateParts,
} from '../../support/pki/planted-certificate.ts';
import { runUntil } from '../../support/world/power-failure.ts';
import { treeDigest } from '../../support/world/tree-digest.ts';
import { runSvcauth } from '../../support/world/world.ts';

let template: () => PkiWorld;
beforeAll(async () => {
  template = await pkiTemplate(['--csr-only']);
});

const signedPem = (kind: 'root' | 'issuing', changes: Partial<CertificateParts> = {}): string => {
  const good = goodParts(kind);
  const extensions = { ...good.extensions, ...changes.extensions };
  return encodePem('CERTIFICATE', signParts({ ...good, ...changes, extensions }, issuerOf(kind)));
};

/** A world that waits, with what the holder of the root made from its request. */
function waiting(changes: Partial<CertificateParts> = {}, rootChanges: Partial<CertificateParts> = {}): PkiWorld {
  const world = template();
  const [csr] = decodePem(readFileSync(world.home.authority('issuing-g1').csr, 'utf8'));
  const { subject, publicKey } = decodeCertificationRequest(csr!.der);
  const asked = { subject: subject.der, publicKey: publicKey.der };
  writeFileSync(join(world.cwd, 'issuing.crt'), signedPem('issuing', { ...asked, ...changes }));
  writeFileSync(join(world.cwd, 'root.crt'), signedPem('root', rootChanges));
  return world;
}
const INSTALL = ['ca', 'install-cert', 'issuing.crt', '--chain', 'root.crt'];

test('before it nothing can be issued, and the refusal says what is missing', async () => {
  const world = waiting();
  const { status, stderr } = await runSvcauth(world, ['issue', 'payments']);
  expect(status).toBe(7);
  expect(stderr).toContain('issuing-g1 cannot issue: its certificate has not been installed [ERR_NO_ISSUER]');
  expect(stderr).toContain('svcauth ca install-cert CERT --chain ROOT');
});

test('after it the PKI issues, publishes a CRL and trusts the root', async () => {
  const world = waiting();
  expect(await world.succeed(...INSTALL)).toMatch(/^installed +issuing-g1\n/);
  expect(readFileSync(world.home.public.bundlePem, 'utf8')).toBe(readFileSync(join(world.cwd, 'root.crt'), 'utf8'));
  expect(existsSync(world.home.public.crlDer('issuing-g1'))).toBe(true);
  await world.succeed('issue', 'payments');
  await world.manifest(manifest =>
    expect(manifest.authorities()).toMatchObject([
      { id: 'root-g1', keyLocation: 'foreign', state: 'active' },
      { id: 'issuing-g1', keyLocation: 'file', state: 'active', certificate: { issuerId: 'root-g1' } },
    ]),
  );
});

test('a second run changes nothing and reports it; another certificate is refused', async () => {
  const world = waiting();
  await world.succeed(...INSTALL);
  const before = treeDigest(world.home.directory);
  expect(await world.succeed(...INSTALL)).toMatch(/^unchanged +issuing-g1\n/);
  expect(await world.succeed(...INSTALL, '--dry-run')).toMatch(/^unchanged +issuing-g1\n/);
  writeFileSync(join(world.cwd, 'issuing.crt'), signedPem('issuing'));
  const { status, stderr } = await runSvcauth(world, INSTALL);
  expect([status, stderr]).toEqual([2, expect.stringContaining('[ERR_NOTHING_PENDING]')]);
  expect(treeDigest(world.home.directory)).toEqual(before);
});

test('a dry run checks everything and changes nothing', async () => {
  const world = waiting();
  await world.succeed('status');
  const before = treeDigest(world.cwd);
  expect(await world.succeed(...INSTALL, '--dry-run')).toMatch(/^would install +issuing-g1\n/);
  expect(treeDigest(world.cwd)).toEqual(before);
});

describe('refuses, and changes nothing,', () => {
  const faults: readonly (readonly [title: string, world: () => PkiWorld, code: string, reason: string])[] = [
    [
      'a certificate for another key',
      () => waiting({ publicKey: goodParts('issuing').publicKey }),
      'ERR_CERT_UNSUITABLE',
      'it does not match the key of issuing-g1',
    ],
    [
      'one that another root signed',
      () => waiting({ issuer: distinguishedName('Another Root') }),
      'ERR_CERT_UNSUITABLE',
      'its issuer is not the subject of the root',
    ],
    [
      'one that is no CA',
      () => waiting({ extensions: planted('basicConstraints', true, encodeBasicConstraints({ ca: false })) }),
      'ERR_CERT_UNSUITABLE',
      'it is not a CA',
    ],
    [
      'one that may sign no CRL',
      () => waiting({ extensions: planted('keyUsage', true, encodeKeyUsage(['keyCertSign'])) }),
      'ERR_CERT_UNSUITABLE',
      'its keyUsage has no cRLSign',
    ],
    [
      'one without a key identifier',
      () => waiting({ extensions: without('subjectKeyIdentifier') }),
      'ERR_CERT_UNSUITABLE',
      'it has no subjectKeyIdentifier',
    ],
    [
      'one with a broken extension',
      () => waiting({ extensions: planted('keyUsage', true, Uint8Array.of(0x03, 0x01)) }),
      'ERR_CERT_UNSUITABLE',
      'keyUsage',
    ],
    [
      'an expired one',
      () => waiting({ validity: validity('2026-01-01', '2026-11-01') }),
      'ERR_CERT_UNSUITABLE',
      'it expired at 2026-11-01T00:00:00Z',
    ],
    [
      'an expired root',
      () => waiting({}, { validity: validity('2026-01-01', '2026-11-01') }),
      'ERR_ROOT_UNSUITABLE',
      'it expired at 2026-11-01T00:00:00Z',
    ],
    [
      'a root that nothing may stand below',
      () =>
        waiting(
          {},
          { extensions: planted('basicConstraints', true, encodeBasicConstraints({ ca: true, pathLength: 0 })) },
        ),
      'ERR_ROOT_UNSUITABLE',
      'its pathLen is 0',
    ],
  ];
  test.each(faults)('%s', async (_, make, code, reason) => {
    const world = make();
    await world.succeed('status');
    const before = treeDigest(world.cwd);
    const { status, stderr } = await runSvcauth(world, INSTALL);
    expect(status).toBe(2);
    expect(stderr).toContain(`[${code}]`);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('nothing was changed');
    expect(treeDigest(world.cwd)).toEqual(before);
  });

  test('everything, when the policy file is gone', async () => {
    const world = waiting();
    await world.succeed('status');
    writeFileSync(world.home.policy, 'version: 1\n');
    const before = treeDigest(world.cwd);
    const { status, stderr } = await runSvcauth(world, INSTALL);
    expect([status, stderr]).toEqual([2, expect.stringContaining('[ERR_POLICY_FILE]')]);
    expect(treeDigest(world.cwd)).toEqual(before);
  });
});

test('a power failure leaves the CA waiting or installed, and the next run completes it', async () => {
  for (let moment = 1, ended = false; !ended; moment++) {
    const world = waiting();
    const { status, moments } = await runUntil(world, moment, INSTALL);
    ended = moments < moment;
    expect(status, `moment ${moment}`).toBe(ended ? 0 : 1);
    await world.succeed(...INSTALL);
    const whole = waiting();
    await whole.succeed(...INSTALL);
    const names = (each: PkiWorld) => Object.keys(treeDigest(each.home.directory));
    expect(names(world)).toEqual(names(whole));
    await world.succeed('issue', 'payments');
  }
});

describe('below a policy CA', () => {
  const POLICY_KEY = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const POLICY: Issuer = {
    subject: readName(distinguishedName('Example Policy')),
    keyIdentifier: new Uint8Array(20).fill(0xcc),
    algorithm: KEY_ALGORITHMS['ecdsa-p256'],
    publicKeyDer: new Uint8Array(POLICY_KEY.publicKey.export({ type: 'spki', format: 'der' })),
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2031-01-01T00:00:00Z'),
    sign: bytes => new Uint8Array(sign('sha256', bytes, POLICY_KEY.privateKey)),
    startSignature: () => {
      throw new Error('certificates are signed in one piece');
    },
  };

  /** The certificate of the policy CA by the root. */
  function policyPem(pathLength: number): string {
    const good = goodParts('issuing');
    const extensions = {
      ...good.extensions,
      ...planted('basicConstraints', true, encodeBasicConstraints({ ca: true, pathLength })),
      ...planted('subjectKeyIdentifier', false, encodeSubjectKeyIdentifier(POLICY.keyIdentifier)),
    };
    const changes = { subject: POLICY.subject.der, publicKey: POLICY.publicKeyDer, extensions };
    const dates = { validity: validity('2026-01-01', '2031-01-01') };
    return encodePem('CERTIFICATE', signParts({ ...good, ...changes, ...dates }, issuerOf('issuing')));
  }

  /** The certificate that the policy CA makes of a request, with another serial number each. */
  function fromRequest(world: PkiWorld, id: string, from: string, until: string, octet: number): string {
    const [csr] = decodePem(readFileSync(world.home.authority(id).csr, 'utf8'));
    const { subject, publicKey } = decodeCertificationRequest(csr!.der);
    const good = goodParts('issuing');
    const identifier = createHash('sha1').update(publicKey.der).digest();
    const extensions = {
      ...good.extensions,
      ...planted('authorityKeyIdentifier', false, encodeAuthorityKeyIdentifier(POLICY.keyIdentifier)),
      ...planted('subjectKeyIdentifier', false, encodeSubjectKeyIdentifier(new Uint8Array(identifier))),
    };
    const parts = {
      ...good,
      ...{ subject: subject.der, publicKey: publicKey.der, issuer: POLICY.subject.der, extensions },
      serial: unsignedInteger(new Uint8Array(16).fill(octet)),
      validity: validity(from, until),
    };
    return encodePem('CERTIFICATE', signParts(parts, POLICY));
  }

  const INSTALL_CHAIN = ['ca', 'install-cert', 'issuing.crt', '--chain', 'chain.pem'];

  function waitingBelowPolicy(pathLength: number): PkiWorld {
    const world = template();
    writeFileSync(join(world.cwd, 'issuing.crt'), fromRequest(world, 'issuing-g1', '2026-01-01', '2027-11-21', 1));
    writeFileSync(join(world.cwd, 'root.crt'), signedPem('root'));
    writeFileSync(join(world.cwd, 'chain.pem'), policyPem(pathLength) + signedPem('root'));
    return world;
  }

  test('a pathLen of 0 of the policy CA is refused, because our issuing CA is below it', async () => {
    const world = waitingBelowPolicy(0);
    const { status, stderr } = await runSvcauth(world, INSTALL_CHAIN);
    expect([status, stderr]).toEqual([2, expect.stringContaining('the pathLen of CN=Example Policy is 0')]);
  });

  test('the policy CA and the root are recorded, and the served chain has our CA and the policy CA', async () => {
    const world = waitingBelowPolicy(1);
    expect(await world.succeed(...INSTALL_CHAIN, '--dry-run')).toContain('would install');
    await world.succeed(...INSTALL_CHAIN);
    await world.manifest(manifest =>
      expect(manifest.authorities()).toMatchObject([
        { id: 'root-g1', tier: 'root', keyLocation: 'foreign', state: 'active' },
        {
          id: 'policy-g1',
          tier: 'policy',
          keyLocation: 'foreign',
          state: 'active',
          certificate: { issuerId: 'root-g1' },
        },
        { id: 'issuing-g1', tier: 'issuing', state: 'active', certificate: { issuerId: 'policy-g1' } },
      ]),
    );
    await world.succeed('issue', 'payments');
    const chain = decodePem(readFileSync(join(world.home.service('payments'), 'current', 'chain.pem'), 'utf8'));
    const [issuing, policy] = ['issuing.crt', 'chain.pem'].map(
      name => decodePem(readFileSync(join(world.cwd, name), 'utf8'))[0]!,
    );
    expect(chain.map(({ der }) => der)).toEqual([issuing!.der, policy!.der]);
    expect(decodePem(readFileSync(world.home.public.bundlePem, 'utf8'))).toHaveLength(1);
    expect(await world.succeed(...INSTALL_CHAIN)).toMatch(/^unchanged +issuing-g1\n/);
  });

  test('another certificate for the known key is refused where it expires no later', async () => {
    const world = waitingBelowPolicy(1);
    await world.succeed(...INSTALL_CHAIN);
    writeFileSync(join(world.cwd, 'again.crt'), fromRequest(world, 'issuing-g1', '2026-01-01', '2027-11-21', 2));
    const { status, stderr } = await runSvcauth(world, ['ca', 'install-cert', 'again.crt']);
    const reason =
      'it expires 2027-11-21T00:00:00Z, not later than the certificate of issuing-g1 (2027-11-21T00:00:00Z)';
    expect([status, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });

  test('another certificate for the known key is refused while slow clocks reject it', async () => {
    const world = waitingBelowPolicy(1);
    await world.succeed(...INSTALL_CHAIN);
    writeFileSync(join(world.cwd, 'new.crt'), fromRequest(world, 'issuing-g1', '2026-11-21', '2029-11-21', 2));
    const { status, stderr } = await runSvcauth(world, ['ca', 'install-cert', 'new.crt']);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining('reject it until 2026-11-21T00:01:00Z; install it then'),
    ]);
  });

  test.each([
    ['the root alone', 'root.crt', 'its issuer is not the subject of the root'],
    ['a certificate too many', 'extra.pem', 'CN=Example Issuing g1 is not above the certificate'],
  ])('a chain with %s is refused, and nothing is changed', async (_, chain, reason) => {
    const world = waitingBelowPolicy(1);
    writeFileSync(join(world.cwd, 'extra.pem'), policyPem(1) + signedPem('root') + signedPem('issuing'));
    await world.succeed('status');
    const before = treeDigest(world.home.directory);
    const { status, stderr } = await runSvcauth(world, ['ca', 'install-cert', 'issuing.crt', '--chain', chain]);
    expect([status, stderr]).toEqual([2, expect.stringContaining(reason)]);
    expect(treeDigest(world.home.directory)).toEqual(before);
  });
});
