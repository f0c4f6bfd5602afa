// Issues certificates to one service without end, and prints each durable serial, until it is killed.
import { nodeFiles } from '../../../src/store/files/files.ts';
import { openManifest } from '../../../src/store/manifest/sqlite-manifest.ts';
import { der, intent, newService, serial } from '../pki/manifest-rows.ts';

const world = { files: nodeFiles, now: new Date('2026-11-21T00:00:00Z'), actor: 'cron@ca.example.org' };
const manifest = await openManifest(world, process.argv[2]!);
for (let n = 1; ; n++) {
  manifest.transaction(write => {
    write.putServices([newService('payments')]);
    write.insertIntents([intent(n, 'payments')]);
  });
  manifest.transaction(write => {
    write.completeCertificates([{ serial: serial(n), der: der(n) }]);
    write.audit('certificate.issued', 'payments', { serial: serial(n) });
  });
  process.stdout.write(`${n}\n`);
}
