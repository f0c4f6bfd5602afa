import { createPrivateKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeCrlEntry } from '../../src/pki/crl/entry.ts';
import { bitString, sequence } from '../../src/pki/der/writer.ts';
import type { Issuer } from '../../src/pki/certificate/issuer.ts';
import { issuerFactsOf } from '../../src/pki/certificate/issuer-facts.ts';
import { KEY_ALGORITHMS, KEY_ALGORITHM_NAMES, type KeyAlgorithm } from '../../src/pki/key/algorithm.ts';
import { generateKeyPair, type KeyPair } from '../../src/pki/key/pair.ts';
import { requireLinted } from '../../src/pki/lint/gate.ts';
import { lintCrl } from '../../src/pki/lint/lint-crl.ts';
import { decodeCertificate } from '../../src/pki/certificate/parsed.ts';
import { authoritySubject, prepareAuthority } from '../../src/pki/certificate/prepare-authority.ts';
import { prepareCrl } from '../../src/pki/crl/prepare.ts';
import { secondOpinionOnCertificate, secondOpinionOnCrl } from '../../src/pki/second-opinion.ts';
import { signerOf } from '../../src/pki/key/signature.ts';
import { startSignature } from '../../src/pki/key/signature-stream.ts';
import { signCrl, type SignedCrl } from '../../src/pki/crl/signed.ts';
import { rejectionOf } from '../support/errors.ts';

const keyObject = ({ pkcs8 }: KeyPair) => createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });

function rootWith(algorithm: KeyAlgorithm, keys: KeyPair): Uint8Array {
  const tbs = prepareAuthority(
    {
      tier: 'root',
      subjectDer: authoritySubject('Acme', 'example.org', 'root', 1),
      trustDomain: 'example.org',
      publicKeyDer: keys.publicKey,
      publicKeyBits: keys.publicKeyBits,
      serial: Uint8Array.of(0xc3, ...new Uint8Array(15).fill(7)),
      notBefore: new Date('2026-11-21T00:00:00Z'),
      notAfter: new Date('2056-11-21T00:00:00Z'),
      nameConstraints: { permitted: [{ type: 'dns', value: 'example.org' }], excluded: [] },
    },
    { algorithm },
  );
  const signature = signerOf(keyObject(keys), algorithm)(tbs);
  return sequence(tbs, algorithm.signatureAlgorithmDer, bitString(signature));
}

function issuerWith(algorithm: KeyAlgorithm, keys: KeyPair): Issuer {
  const key = keyObject(keys);
  return {
    ...issuerFactsOf(decodeCertificate(rootWith(algorithm, keys)), algorithm),
    sign: signerOf(key, algorithm),
    startSignature: () => startSignature(key, algorithm),
  };
}

function crlOf(issuer: Issuer, count: number): { crl: SignedCrl; entries: Uint8Array[] } {
  const at = new Date('2026-11-20T00:00:00Z');
  const reasons = ['unspecified', 'keyCompromise', 'superseded'] as const;
  const entries = Array.from({ length: count }, (_, i) =>
    encodeCrlEntry({
      serial: (0x8000 + i).toString(16),
      revokedAt: at,
      reason: reasons[i % 3]!,
      ...(i % 5 === 0 && { invalidityDate: at }),
    }),
  );
  const header = {
    number: 2n ** 80n,
    thisUpdate: new Date('2026-11-21T00:00:00Z'),
    nextUpdate: new Date('2026-12-05T00:00:00Z'),
  };
  const byteLength = entries.reduce((length, entry) => length + entry.length, 0);
  const prepared = prepareCrl(header, { count, byteLength }, issuer);
  const linted = requireLinted(lintCrl(prepared, { issuer, previousNumber: undefined }));
  return { crl: signCrl(linted, entries, issuer), entries };
}

const p256 = KEY_ALGORITHMS['ecdsa-p256'];
const [keys, otherKeys] = await Promise.all([generateKeyPair(p256), generateKeyPair(p256)]);

describe.each(KEY_ALGORITHM_NAMES)('the second opinion on %s', name => {
  const algorithm = KEY_ALGORITHMS[name];

  test('agrees on certificates and CRLs that svcauth makes', async () => {
    const pair = await generateKeyPair(algorithm);
    const issuer = issuerWith(algorithm, pair);
    await secondOpinionOnCertificate(rootWith(algorithm, pair), issuer);
    for (const count of [0, 1, 100]) {
      const { crl, entries } = crlOf(issuer, count);
      await secondOpinionOnCrl(crl, entries, issuer);
    }
  });
});

describe('the second opinion', () => {
  const root = rootWith(p256, keys);
  const issuer = issuerWith(p256, keys);
  const stranger = issuerWith(p256, otherKeys);

  test('refuses a certificate that the issuer did not sign', async () => {
    const error = await rejectionOf(secondOpinionOnCertificate(root, stranger, 'the certificate of root-g1'));
    expect(error).toMatchObject({ code: 'ERR_SECOND_OPINION', exitStatus: 1 });
    expect(error.message).toContain('the certificate of root-g1');
    expect(error.message).toContain(
      'nothing was released: signature: svcauth reads "verified", @peculiar/x509 reads "not verified"',
    );
  });

  test('refuses a CRL that the issuer did not sign', async () => {
    const { crl, entries } = crlOf(issuer, 3);
    await expect(secondOpinionOnCrl(crl, entries, stranger)).rejects.toMatchObject({ code: 'ERR_SECOND_OPINION' });
  });

  test('compares the fields and the first hundred entries of a long CRL', async () => {
    const { crl, entries } = crlOf(issuer, 5000);
    let read = 0;
    const counted = function* () {
      for (const entry of entries) {
        read++;
        yield entry;
      }
    };
    await secondOpinionOnCrl(crl, counted(), issuer);
    expect(read).toBe(101);
  });

  test('refuses a CRL with entries other than the signed ones', async () => {
    const { crl, entries } = crlOf(issuer, 3);
    const others = [entries[0]!, entries[1]!, entries[1]!];
    await expect(secondOpinionOnCrl(crl, others, issuer)).rejects.toThrow('signature: svcauth reads "verified"');
  });
});
