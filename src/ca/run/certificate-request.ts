import { createCaCsr } from '../../pki/csr/ca-csr.ts';
import { authoritySubject } from '../../pki/certificate/prepare-authority.ts';
import type { KeyPair } from '../../pki/key/pair.ts';
import { parsePrivateKey } from '../../pki/key/private-key.ts';
import { signerOf } from '../../pki/key/signature.ts';
import { encodePem } from '../../pki/pem.ts';
import type { PlannedAuthority } from '../rules/planned-authority.ts';

/** Creates the request of a planned CA for the holder of an external CA, as PEM. Nothing is written. */
export async function certificateRequest(
  { name, trustDomain }: { readonly name: string; readonly trustDomain: string },
  planned: PlannedAuthority,
  keys: KeyPair,
): Promise<string> {
  const subjectDer = authoritySubject(name, trustDomain, planned.tier, planned.generation);
  const { algorithm, publicKey: publicKeyDer } = keys;
  const { keyObject } = await parsePrivateKey(keys.pkcs8, undefined, `the key of ${planned.id}`);
  const sign = signerOf(keyObject, algorithm);
  return encodePem('CERTIFICATE REQUEST', createCaCsr({ subjectDer, algorithm, publicKeyDer, sign }));
}
