import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPrivateKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createCaCsr } from '../../../src/pki/csr/ca-csr.ts';
import { decodeCertificationRequest } from '../../../src/pki/csr/certification-request.ts';
import { parseCsr } from '../../../src/pki/csr/csr.ts';
import { KEY_ALGORITHMS, KEY_ALGORITHM_NAMES, type KeyAlgorithm } from '../../../src/pki/key/algorithm.ts';
import { generateKeyPair } from '../../../src/pki/key/pair.ts';
import { OID } from '../../../src/pki/oids.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { authoritySubject } from '../../../src/pki/certificate/prepare-authority.ts';
import { signerOf } from '../../../src/pki/key/signature.ts';
import { describeWith, run } from '../../support/programs.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';

const requests = new Map<KeyAlgorithm, Promise<Uint8Array>>();

/** One key for each algorithm, because RSA keys take long to generate. */
function requestWith(algorithm: KeyAlgorithm): Promise<Uint8Array> {
  const request = requests.get(algorithm) ?? makeRequest(algorithm);
  requests.set(algorithm, request);
  return request;
}

async function makeRequest(algorithm: KeyAlgorithm): Promise<Uint8Array> {
  const { pkcs8, publicKey } = await generateKeyPair(algorithm);
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return createCaCsr({
    subjectDer: authoritySubject('Acme', 'example.org', 'issuing', 1),
    algorithm,
    publicKeyDer: publicKey,
    sign: signerOf(key, algorithm),
  });
}

describe('a request for an issuing CA', () => {
  test.each(KEY_ALGORITHM_NAMES)('with %s proves possession of its key', async name => {
    const der = await requestWith(KEY_ALGORITHMS[name]);
    const { keyAlgorithm, names, otherExtensions } = await parseCsr(der);
    expect(keyAlgorithm?.name).toBe(name);
    expect(names.commonName).toBe('Acme Issuing g1');
    expect(otherExtensions.map(({ oid, critical }) => [oid, critical])).toEqual([
      [OID.basicConstraints, true],
      [OID.keyUsage, true],
    ]);
  });

  test('is strict DER for our own reader', async () => {
    const der = await requestWith(KEY_ALGORITHMS['ecdsa-p256']);
    expect(decodeCertificationRequest(der).attributes).toEqual([OID.extensionRequest]);
  });
});

describeWith(['openssl'], 'OpenSSL and a request for an issuing CA', () => {
  test.each(KEY_ALGORITHM_NAMES)('verifies and shows it with %s', async name => {
    const file = join(tempDirectory(), 'ca.csr');
    writeFileSync(file, encodePem('CERTIFICATE REQUEST', await requestWith(KEY_ALGORITHMS[name])));
    const { status, stdout, stderr } = await run(['openssl', 'req', '-in', file, '-verify', '-noout', '-text']);
    expect({ status, verdict: /verify OK/.test(stdout + stderr) }).toEqual({ status: 0, verdict: true });
    expect(stdout).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(stdout).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
  });
});
