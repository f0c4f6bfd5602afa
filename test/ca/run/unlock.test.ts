import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { cpSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openKey, unlockAuthority } from '../../../src/ca/run/unlock.ts';
import { isCertified } from '../../../src/ca/rules/active-issuer.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { encryptPrivateKey } from '../../../src/pki/key/encryption.ts';
import { PBES2_RANDOM_LENGTH } from '../../../src/pki/key/pbes2.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import type { Cleared } from '../../../src/pki/certificate/issuer.ts';
import { rejectionOf } from '../../support/errors.ts';
import { crlPki } from '../../support/pki/crl-pki.ts';
import { pkiTemplate } from '../../support/pki/pki.ts';
import { fakeWorld } from '../../support/world/world.ts';

const pkcs8 = new Uint8Array(
  generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'pkcs8', format: 'der' }),
);
const locked = async () =>
  utf8(
    encodePem(
      'ENCRYPTED PRIVATE KEY',
      await encryptPrivateKey(pkcs8, utf8('correct horse'), fakeWorld().random(PBES2_RANDOM_LENGTH)),
    ),
  );
const neverAsk = () => Promise.reject(new Error('the test asked for a passphrase'));

test('an unencrypted key needs no passphrase', async () => {
  expect((await openKey(pkcs8, 'the key', neverAsk)).pkcs8).toEqual(pkcs8);
});

test('a passphrase is wiped after use, right or wrong', async () => {
  for (const text of ['correct horse', 'incorrect horse']) {
    const passphrase = utf8(text);
    const asked: string[] = [];
    const opening = openKey(await locked(), 'the key of issuing-g1', async what => {
      asked.push(what);
      return passphrase;
    });
    await opening.catch(() => undefined);
    expect(asked).toEqual(['the key of issuing-g1']);
    expect(passphrase.every(octet => octet === 0)).toBe(true);
  }
});

test('the error of a wrong passphrase does not repeat it', async () => {
  const error = await rejectionOf(openKey(await locked(), 'the key of issuing-g1', async () => utf8('hunter2hunter2')));
  expect(error).toMatchObject({ code: 'ERR_PASSPHRASE_WRONG', exitStatus: 8 });
  expect(JSON.stringify([error.message, error.hints, error.params])).not.toContain('hunter2');
});

test('a CA whose key is not in the home cannot be unlocked', async () => {
  for (const keyLocation of ['offline', 'foreign'] as const) {
    const pki = await crlPki(['root-g1'], undefined, { keyLocation });
    const authority = pki.manifest.authority('root-g1')!;
    const opening = unlockAuthority(pki, { ...authority, certificate: authority.certificate! }, neverAsk);
    expect(await rejectionOf(opening)).toMatchObject({ code: 'ERR_KEY_AWAY', exitStatus: 8 });
  }
});

test('an unlocked CA signs with the key of its certificate and no other', async () => {
  const world = (await pkiTemplate())();
  const [root, issuing] = await world.manifest(manifest => manifest.authorities().filter(isCertified));
  const issuer = await unlockAuthority({ world, home: world.home }, issuing!, neverAsk);
  const bytes = utf8('to be signed') as Cleared;
  const key = createPublicKey({ key: Buffer.from(issuer.publicKeyDer), type: 'spki', format: 'der' });
  expect(verify('sha256', bytes, key, issuer.sign(bytes))).toBe(true);
  cpSync(world.home.authority(root!.id).key, world.home.authority(issuing!.id).key);
  expect(await rejectionOf(unlockAuthority({ world, home: world.home }, issuing!, neverAsk))).toMatchObject({
    code: 'ERR_KEY_MISMATCH',
    exitStatus: 9,
    hints: ['restore the ca.key of issuing-g1 from a backup'],
  });
});
