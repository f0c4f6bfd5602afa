import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../../src/record/deployment.ts';
import type { Upkeep } from '../../../src/record/upkeep.ts';
import type { Manifest } from '../../../src/store/manifest/manifest.ts';
import { createManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { at, authority, issue, serial, spec } from '../../support/pki/manifest-rows.ts';
import { fakeWorld } from '../../support/world/world.ts';

const HOUR = 3600;

async function manifestWith(upkeep?: Upkeep): Promise<Manifest> {
  const world = fakeWorld();
  world.files.makeDirectory(world.cwd, 0o700);
  const manifest = await createManifest(world, `${world.cwd}/manifest.db`);
  manifest.transaction(write => {
    write.insertAuthority(authority());
    write.putServices([{ name: 'payments', spec: spec('payments'), ...(upkeep && { upkeep }) }]);
  });
  return manifest;
}

const deploy = (manifest: Manifest, n: number, seconds: number, state: Deployment['state'] = 'deployed') =>
  manifest.transaction(write =>
    write.setDeployments([
      { service: 'payments', serial: serial(n), directory: '/srv/payments', state, updatedAt: at(seconds) },
    ]),
  );

const past = (manifest: Manifest, hours: number, overlap?: number) =>
  manifest.certificatesPastOverlap(at(hours * HOUR), overlap).map(each => each.serial);

describe('a superseded certificate is past its overlap', () => {
  test('a superseded certificate is past its overlap from that time after the deployment of its successor', async () => {
    const manifest = await manifestWith();
    issue(manifest, 1, 'payments');
    deploy(manifest, 1, 0);
    issue(manifest, 2, 'payments');
    deploy(manifest, 2, HOUR);
    expect(past(manifest, 2.99, 2 * HOUR)).toEqual([]);
    expect(past(manifest, 3, 2 * HOUR)).toEqual([serial(1)]);
    expect(past(manifest, 1000)).toEqual([]);
    manifest.close();
  });

  test('the overlap does not end while the deployment of the successor is pending', async () => {
    const manifest = await manifestWith();
    issue(manifest, 1, 'payments');
    deploy(manifest, 1, 0);
    issue(manifest, 2, 'payments');
    deploy(manifest, 2, 0, 'pending');
    expect(past(manifest, 500, HOUR)).toEqual([]);
    deploy(manifest, 2, 500 * HOUR);
    expect(past(manifest, 500.5, HOUR)).toEqual([]);
    expect(past(manifest, 501, HOUR)).toEqual([serial(1)]);
    manifest.close();
  });

  test('the overlap begins with the first deployment of a successor, whatever follows', async () => {
    const manifest = await manifestWith();
    for (const n of [1, 2, 3]) {
      issue(manifest, n, 'payments');
      deploy(manifest, n, n * HOUR);
      deploy(manifest, n, n * HOUR + 60);
    }
    expect(past(manifest, 4, 2 * HOUR)).toEqual([serial(1)]);
    expect(past(manifest, 5, 2 * HOUR)).toEqual([serial(1), serial(2)]);
    manifest.close();
  });

  test('the overlap of a service takes precedence over the general one', async () => {
    const manifest = await manifestWith({ renewal: { overlap: 10 * HOUR } });
    for (const n of [1, 2]) {
      issue(manifest, n, 'payments');
      deploy(manifest, n, 0);
    }
    expect(past(manifest, 9, HOUR)).toEqual([]);
    expect(past(manifest, 10, HOUR)).toEqual([serial(1)]);
    expect(past(manifest, 10)).toEqual([serial(1)]);
    manifest.close();
  });

  test('an expired or revoked certificate is not past its overlap', async () => {
    const manifest = await manifestWith();
    issue(manifest, 1, 'payments', { notAfter: at(10 * HOUR) });
    issue(manifest, 2, 'payments');
    deploy(manifest, 2, 0);
    expect(past(manifest, 10, HOUR)).toEqual([serial(1)]);
    expect(past(manifest, 10.001, HOUR)).toEqual([]);
    manifest.transaction(write =>
      write.insertRevocation({
        serial: serial(1),
        authorityId: 'issuing-g1',
        revokedAt: at(0),
        reason: 'superseded',
        notAfter: at(10 * HOUR),
      }),
    );
    expect(past(manifest, 5, HOUR)).toEqual([]);
    manifest.close();
  });
});
