import type { Pki } from '../../store/open-pki.ts';

/**
 * Overwrites and removes the keys of retired CAs, then records it. A journal, a snapshot or a flash disk may keep a copy, which only its
 * passphrase protects. `only`: the key of this CA. Returns true if a key was destroyed.
 */
export function destroyRetiredKeys({ world, home, manifest }: Pki, only?: string): boolean {
  const retired = manifest.authorities().filter(({ id, state, keyLocation }) => {
    return state === 'retired' && keyLocation === 'file' && (only === undefined || id === only);
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
