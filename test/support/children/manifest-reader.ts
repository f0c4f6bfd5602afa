// Opens the given manifest, reads it, tries to write it, and prints both results.
import { SvcauthError } from '../../../src/errors/error.ts';
import { nodeFiles } from '../../../src/store/files/files.ts';
import { openManifest } from '../../../src/store/manifest/sqlite-manifest.ts';

const world = { files: nodeFiles, now: new Date('2026-11-21T00:00:00Z'), actor: 'reader@ca.example.org' };
const manifest = await openManifest(world, process.argv[2]!);
const services = manifest.serviceNames();
let refusal: string | undefined;
try {
  manifest.transaction(write => write.audit('bundle.written', 'x', {}));
} catch (error) {
  refusal = error instanceof SvcauthError ? error.code : String(error);
}
manifest.close();
process.stdout.write(JSON.stringify({ services, refusal }));
