// Creates the key and the request of a successor below an external CA. It records that the successor waits for its certificate.
// `prepare` calls it after its gates; `install-certificate.ts` installs the certificate later. It signs no certificate.
import { utf8 } from '../../pki/bytes.ts';
import { KEY_ALGORITHMS } from '../../pki/key/algorithm.ts';
import { generateKeyPair } from '../../pki/key/pair.ts';
import { PRIVATE_DIRECTORY } from '../../store/home.ts';
import { createKeyFile } from '../../store/files/key-file.ts';
import { encodeKeyPem } from '../../store/input/key-pem.ts';
import { certificateRequest } from '../../ca/run/certificate-request.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { Pki } from '../../store/open-pki.ts';
import type { Successor } from '../rules/successor.ts';
import type { PrepareRequest } from './prepare.ts';
import { homePassphrase } from './keys.ts';

/** Writes the key and the request of the planned CA, then records both. Before the record the next run replaces the files. */
export async function requestSuccessor(
  pki: Pki,
  policy: Policy,
  { from, planned }: Successor,
  request: Pick<PrepareRequest, 'ask' | 'soak' | 'requiredAcks' | 'crossSigning'>,
): Promise<void> {
  const { world, home, manifest, identity } = pki;
  const keys = await generateKeyPair(KEY_ALGORITHMS[planned.keyAlgorithm]);
  const csrPem = await certificateRequest(identity, planned, keys);
  const passphrase = await homePassphrase(pki, request.ask);
  const keyPem = utf8(await encodeKeyPem(keys.pkcs8, passphrase, length => world.random(length)));
  passphrase?.fill(0);
  keys.pkcs8.fill(0);
  const paths = home.authority(planned.id);
  // files of an interrupted run, which were never in use
  world.files.remove(paths.directory);
  world.files.makeDirectory(paths.directory, PRIVATE_DIRECTORY);
  createKeyFile(world.files, paths.key, keyPem);
  world.files.createExclusive(paths.csr, utf8(csrPem), 0o644);
  const { id, tier, generation, keyAlgorithm } = planned;
  manifest.transaction(write => {
    const state = 'pending';
    write.insertAuthority({ id, tier, generation, state, keyAlgorithm, keyLocation: 'file', createdAt: world.now });
    write.audit('ca.requested', id, { tier, keyAlgorithm, keyLocation: 'file' });
    write.insertRotation({
      tier,
      fromId: from.id,
      toId: id,
      crossSigning: request.crossSigning,
      soak: request.soak ?? policy.rotation.soak,
      requiredAcks: request.requiredAcks,
      preparedAt: world.now,
    });
  });
}
