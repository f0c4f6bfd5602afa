import { randomBytes } from 'node:crypto';
import { serialFromRandom, SERIAL_LENGTH, serialToHex } from '../../src/pki/certificate/serial-number.ts';
import { nodeFiles } from '../../src/store/files/files.ts';
import { openManifest } from '../../src/store/manifest/sqlite-manifest.ts';

const REASONS = ['unspecified', 'keyCompromise', 'superseded', 'cessationOfOperation'] as const;

/** Revokes certificates that were never issued, as only the list is measured. Returns their serials. */
export async function fillRevocations(path: string, count: number, now: Date): Promise<readonly string[]> {
  const serials = Array.from({ length: count }, () => serialToHex(serialFromRandom(randomBytes(SERIAL_LENGTH))));
  const manifest = await openManifest({ files: nodeFiles, now, actor: 'bench' }, path);
  manifest.transaction(write => {
    for (const [index, serial] of serials.entries()) {
      write.insertRevocation({
        serial,
        authorityId: 'issuing-g1',
        revokedAt: new Date(now.getTime() - index * 1000),
        reason: REASONS[index % REASONS.length]!,
        notAfter: new Date(now.getTime() + 90 * 86_400_000),
      });
    }
    write.audit('certificate.revoked', 'bench', { certificates: String(count) });
  });
  manifest.close();
  return serials;
}
