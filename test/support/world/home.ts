import { isCertified } from '../../../src/ca/rules/active-issuer.ts';
import { writeCertificateFile } from '../../../src/ca/run/certificate-file.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { digestOf } from '../../../src/store/files/file-digest.ts';
import { homeAt } from '../../../src/store/home.ts';
import { createManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import type { Certificate } from '../../../src/record/certificate.ts';
import { at } from '../pki/rows.ts';
import type { FakeWorld } from './world.ts';
import type { ServiceRow } from '../../../src/record/service.ts';
import type { AuthorityRow } from '../../../src/ca/rules/status.ts';

/** Content of the key files: nothing can be signed with it. */
const NO_KEY = utf8('no key\n');

export interface HomeContent {
  readonly authorities?: readonly AuthorityRow[];
  readonly services?: readonly ServiceRow[];
  readonly intents?: readonly Certificate[];
}

/** Makes a home with these rows in its manifest and the files of its CAs. Its keys cannot be used. */
export async function makeHome(
  world: FakeWorld,
  { authorities = [], services = [], intents = [] }: HomeContent,
): Promise<void> {
  const home = homeAt(`${world.cwd}/.svcauth`);
  world.files.makeDirectory(home.directory, 0o700);
  world.files.replace(home.policy, utf8('version: 1\ntrustDomain: example.org\n'), 0o644);
  for (const { authority } of authorities) {
    const paths = home.authority(authority.id);
    world.files.makeDirectory(paths.directory, 0o700);
    if (authority.keyLocation === 'file') world.files.replace(paths.key, NO_KEY, 0o600);
    if (isCertified(authority)) writeCertificateFile({ world, home }, authority);
  }
  const manifest = await createManifest(world, home.manifest);
  manifest.transaction(write => {
    write.setIdentity({ trustDomain: 'example.org', name: 'example.org', createdAt: at('2026-11-01') });
    for (const { authority, crl } of authorities) {
      write.insertAuthority(authority);
      write.putKeyFileDigest(authority.id, digestOf(NO_KEY));
      if (crl) write.recordCrl({ ...crl, authorityId: authority.id });
    }
    write.putServices(services.map(({ service }) => service));
    const certificates = services.flatMap(({ certificate }) => certificate ?? []);
    write.insertIntents(certificates.map(({ der: _, ...certificate }) => ({ ...certificate, state: 'intent' })));
    write.completeCertificates(certificates.map(({ serial, der }) => ({ serial, der: der! })));
    certificates.filter(({ state }) => state === 'revoked').forEach(revoke);
    write.insertIntents(intents);
    write.setDeployments(services.flatMap(({ deployment }) => deployment ?? []));

    function revoke({ serial, authorityId, notAfter }: Certificate): void {
      write.insertRevocation({ serial, authorityId, notAfter, revokedAt: at('2026-11-02'), reason: 'superseded' });
    }
  });
  manifest.close();
}
