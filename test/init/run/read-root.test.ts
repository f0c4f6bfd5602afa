import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCertificates, rootFault } from '../../../src/init/run/read-root.ts';
import { encodeBasicConstraints } from '../../../src/pki/extension/basic-constraints.ts';
import { encodeKeyUsage } from '../../../src/pki/extension/key-usage.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { pkiWorld } from '../../support/pki/pki.ts';
import {
  distinguishedName,
  goodParts,
  issuerOf,
  planted,
  ROOT,
  rootKeyPem,
  signParts,
  validity,
  without,
  type CertificateParts,
} from '../../support/pki/planted-certificate.ts';
import { runSvcauth, START } from '../../support/world/world.ts';

const good = goodParts('root');
const rootPem = (changes: Partial<CertificateParts> = {}): string => {
  const extensions = { ...good.extensions, ...changes.extensions };
  return encodePem('CERTIFICATE', signParts({ ...good, ...changes, extensions }, ROOT));
};
const extensions = (changes: Record<string, Uint8Array>): Partial<CertificateParts> => ({ extensions: changes });

/** Runs `ca init --import-root` with two files, and expects an unchanged home unless it succeeds. */
async function importing(root: string, key: string = rootKeyPem(), flags: readonly string[] = []) {
  const world = pkiWorld();
  writeFileSync(join(world.cwd, 'root.crt'), root);
  writeFileSync(join(world.cwd, 'root.key'), key);
  const argv = ['ca', 'init', '--trust-domain', 'example.org', '--key-protection', 'none', ...flags];
  const outcome = await runSvcauth(world, [...argv, '--import-root', 'root.crt', '--import-key', 'root.key']);
  if (outcome.status !== 0) expect(readdirSync(world.cwd).sort()).toEqual(['root.crt', 'root.key']);
  return { world, ...outcome };
}

describe('a root is imported', () => {
  test('with its key, and the issuing CA does not outlive it', async () => {
    const { world, status } = await importing(rootPem({ validity: validity('2026-01-01', '2026-12-31') }));
    expect(status).toBe(0);
    const [root, issuing] = await world.manifest(manifest => manifest.authorities());
    expect(root).toMatchObject({ keyLocation: 'file', certificate: { notAfter: new Date('2026-12-31') } });
    expect(issuing!.certificate).toMatchObject({ issuerId: 'root-g1', notAfter: new Date('2026-12-31') });
    await world.succeed('issue', 'payments', '--ttl', '1d');
  });

  test('as the only CA even with a path length of 0', async () => {
    const pathLengthZero = planted('basicConstraints', true, encodeBasicConstraints({ ca: true, pathLength: 0 }));
    const { world, status } = await importing(rootPem(extensions(pathLengthZero)), rootKeyPem(), ['--single-tier']);
    expect(status).toBe(0);
    await world.succeed('issue', 'payments');
  });
});

const FAULTS: readonly (readonly [title: string, changes: Partial<CertificateParts>, reason: string])[] = [
  ['no CA', extensions(planted('basicConstraints', true, encodeBasicConstraints({ ca: false }))), 'it is not a CA'],
  ['no CA, not even by name', extensions(without('basicConstraints')), 'it is not a CA'],
  [
    'one with a path length of 0',
    extensions(planted('basicConstraints', true, encodeBasicConstraints({ ca: true, pathLength: 0 }))),
    'its pathLen is 0, so it cannot certify an issuing CA',
  ],
  [
    'one that may sign no CRL',
    extensions(planted('keyUsage', true, encodeKeyUsage(['keyCertSign']))),
    'its keyUsage has no cRLSign',
  ],
  ['an expired one', { validity: validity('2020-01-01', '2026-11-20') }, 'it expired at 2026-11-20T00:00:00Z'],
  ['one of the future', { validity: validity('2026-11-22', '2030-01-01') }, 'not valid before 2026-11-22T00:00:00Z'],
  ['one that another CA signed', { issuer: distinguishedName('Somebody Else') }, 'it is not self-signed'],
  ['one that names itself and was signed by another key', { publicKey: newPublicKey() }, 'does not verify'],
  [
    'one with a broken extension',
    extensions(planted('basicConstraints', true, Uint8Array.of(0x30, 0x03, 0x01, 0x01, 0x02))),
    'cA is not a DER BOOLEAN',
  ],
];

describe('refuses as a root, and creates nothing,', () => {
  test.each(FAULTS)('%s', async (_, changes, reason) => {
    const { status, stderr } = await importing(rootPem(changes));
    expect(status).toBe(2);
    expect(stderr).toContain('[ERR_ROOT_UNSUITABLE]');
    expect(stderr).toContain('"root.crt" cannot be used as the root: ');
    expect(stderr).toContain(reason);
    expect(stderr).toContain('nothing was changed');
  });

  test('a file of two certificates, of none, and of no PEM', async () => {
    for (const [text, reason] of [
      [rootPem() + rootPem(), 'it contains 2 certificates'],
      [rootKeyPem(), 'it contains no certificate'],
      ['hello', ''],
    ] as const) {
      const { status, stderr } = await importing(text);
      expect([status, stderr]).toEqual([2, expect.stringContaining('[ERR_ROOT_UNSUITABLE]')]);
      expect(stderr).toContain(reason);
    }
  });

  test('a key of another CA', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const { status, stderr } = await importing(
      rootPem(),
      privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    );
    expect(status).toBe(2);
    expect(stderr).toContain('the key "root.key" cannot be used: it does not match the certificate "root.crt"');
  });

  test('no key at all', async () => {
    const { status, stderr } = await importing(rootPem(), rootPem());
    expect([status, stderr]).toEqual([2, expect.stringContaining('[ERR_KEY_FORMAT]')]);
  });
});

test('a certificate with any changed byte is judged without a crash', () => {
  const der = signParts(good, issuerOf('root'));
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Uint8Array.from(der);
      changed[at]! ^= change;
      const fault = () =>
        readCertificates(changed, reason => new Error(reason)).map(each => rootFault(each, START, true));
      // a signature holds over every byte: a fault, or no certificate at all
      try {
        expect(fault()).toEqual([expect.any(String)]);
      } catch (error) {
        expect((error as Error).constructor).toBe(Error);
      }
    }),
    { numRuns: 500 },
  );
});

function newPublicKey(): Uint8Array {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
}
