import type { Pki } from '../../store/open-pki.ts';

/**
 * Overwrites and removes the keys of retired CAs, then says so. A journal, a snapshot or a flash disk may keep a copy: what protects
 * that one is its passphrase. Returns whether there was anything to destroy.
 */
export function destroyRetiredKeys({ world, home, manifest }: Pki): boolean {
  const retired = manifest.authorities().filter(({ state, keyLocation }) => {
    return state === 'retired' && keyLocation === 'file';
  });
  for (const { id } of retired) {
    const { key } = home.authority(id);
    world.files.destroy(key, length => world.random(length));
    manifest.transaction(write => {
      write.setKeyLocation(id, 'destroyed');
      write.audit('ca.key-destroyed', id, { file: key });
    });
  }
  return retired.length > 0;
}
