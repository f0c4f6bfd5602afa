// Compares one output with the credential it should hold, writes it, and reads the passphrase for it.
// Planning and deploying in this folder call it, `rules/output-content.ts` makes the bytes. It looks at no manifest.
import { dirname } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import type { Output } from '../rules/settings.ts';
import { encodeOutput, holdsOutput, type Credential } from '../rules/output-content.ts';
import { PKCS12_RANDOM_LENGTH } from '../../pki/pkcs12/write.ts';
import { removeLeftovers } from '../../store/files/files.ts';
import { isOwned } from '../../store/files/service-files.ts';
import type { Ownership } from '../../world/files.ts';

export type OutputState = 'right' | 'missing' | 'differs';

const LIMIT = 1024 * 1024;
const DIRECTORY_MODE = 0o755;

/** Compares an output file with its settings; another owner or mode is a difference, too. */
export async function outputState(
  world: Pick<World, 'files'>,
  output: Output,
  owner: Ownership | undefined,
  credential: Credential,
): Promise<OutputState> {
  const { files } = world;
  const status = files.linkStatus(output.path);
  if (status === undefined) return 'missing';
  if (status.kind !== 'file' || status.size > LIMIT || !isOwned(files, output.path, output.mode, owner))
    return 'differs';
  const file = files.read(output.path, LIMIT);
  if (file === undefined) return 'missing';
  const holds = await holdsOutput(file, output, credential, () => readOutputPassphrase(world, output));
  return holds ? 'right' : 'differs';
}

/** Replaces an output in one step; owner and mode are set before it gets its name. The caller holds the lock. */
export async function replaceOutput(
  world: Pick<World, 'files' | 'random'>,
  output: Output,
  owner: Ownership | undefined,
  credential: Credential,
): Promise<void> {
  const content = await encodeOutput(output, credential, () => ({
    passphrase: readOutputPassphrase(world, output),
    random: world.random(PKCS12_RANDOM_LENGTH),
  }));
  const directory = dirname(output.path);
  world.files.makeDirectory(directory, DIRECTORY_MODE);
  // a file left by an interrupted run may hold a key
  removeLeftovers(world.files, directory);
  world.files.replace(output.path, content, output.mode, owner);
}

/** Reads the passphrase file, which has one line. Throws ERR_PASSPHRASE_UNREADABLE, _EMPTY and _LINES. */
export function readOutputPassphrase({ files }: Pick<World, 'files'>, { path, passphraseFile }: Output): Uint8Array {
  if (passphraseFile === undefined) {
    throw failure('ERR_PASSPHRASE_UNREADABLE', {
      source: `the output ${quote(path)}`,
      reason: 'it has no passphrase-file',
    });
  }
  const source = `the passphrase file ${quote(passphraseFile)}`;
  const bytes = files.read(passphraseFile, LIMIT);
  if (bytes === undefined) throw failure('ERR_PASSPHRASE_UNREADABLE', { source, reason: 'the file does not exist' });
  const line = Buffer.from(bytes)
    .toString('latin1')
    .replace(/\r?\n$/, '');
  if (line === '') throw failure('ERR_PASSPHRASE_EMPTY', { source });
  if (line.includes('\n')) throw failure('ERR_PASSPHRASE_LINES', { source });
  return new Uint8Array(Buffer.from(line, 'latin1'));
}
