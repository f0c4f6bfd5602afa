import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkAuditChain } from '../../src/record/audit-chain.ts';
import { createManifest, openManifest } from '../../src/store/manifest/sqlite-manifest.ts';
import { bundled, startChild } from '../support/bundled.ts';
import { authority, der, serial } from '../support/pki/manifest-rows.ts';
import { fakeWorld } from '../support/world/world.ts';

it('the manifest keeps every committed change and no partial one when its process is killed', async () => {
  const world = fakeWorld();
  const script = await bundled('manifest-writer.ts', world.cwd);
  for (const [round, killAfter] of [1, 20, 57, 133].entries()) {
    const path = join(world.cwd, `${round}.db`);
    const made = await createManifest(world, path);
    made.transaction(write => write.insertAuthority(authority()));
    made.close();

    const child = startChild([process.execPath, script, path]);
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split('\n').length > killAfter) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const promised = Number(text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1));
    expect(promised).toBeGreaterThanOrEqual(killAfter);

    const manifest = await openManifest(world, path);
    const certificates = [...manifest.certificatesOfService('payments')].reverse();
    const issued = certificates.filter(each => each.der !== undefined);
    expect(issued.length).toBeGreaterThanOrEqual(promised);
    expect(issued.map(each => [each.serial, each.der])).toEqual(issued.map((_, i) => [serial(i + 1), der(i + 1)]));
    // at most the certificate that was being issued
    expect(manifest.intents().length).toBeLessThanOrEqual(1);
    expect(manifest.service('payments')?.currentSerial).toBe(serial(issued.length));
    expect(issued.filter(each => each.state === 'current').map(each => each.serial)).toEqual([serial(issued.length)]);
    expect(checkAuditChain(manifest.auditRecords())).toMatchObject({ count: issued.length });
    expect(checkAuditChain(manifest.auditRecords()).broken).toBeUndefined();
    manifest.close();
  }
});
