// Writes a large file in pieces under a temporary name, makes it durable, and renames it into place.
// `files.ts` hands it out, for CRLs above all. Until `commit` the previous file stays in place.
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { reading, writeFailure, writing } from './file-failure.ts';
import type { FileSteps } from './file-steps.ts';
import { openPlain } from './plain-file.ts';
import { uniqueSuffix } from './unique-suffix.ts';
import type { StagedFile } from '../../world/files.ts';

export const TEMPORARY = '.svcauth-tmp-';

/** Returns an unused name in the same directory, so the later rename is atomic. */
export const temporaryBeside = (path: string): string => join(dirname(path), `${TEMPORARY}${uniqueSuffix()}`);

export function stageFile(steps: FileSteps, path: string, mode: number): StagedFile {
  const temporary = temporaryBeside(path);
  let descriptor: number | undefined = writing(path, () => opened(steps, temporary, mode));
  let size = 0;
  let left = false;
  const close = (): void => {
    const open = descriptor;
    // forgotten even when closing fails: by a second close its number may belong to another file
    descriptor = undefined;
    if (open !== undefined) steps.close(open);
  };
  return {
    get size() {
      return size;
    },
    write: bytes =>
      writing(path, () => {
        steps.write(descriptor!, bytes);
        size += bytes.length;
      }),
    chunks: pieceSize => fileChunks(temporary, pieceSize),
    seal: async () => {
      try {
        await steps.syncAside(descriptor!);
        close();
      } catch (cause) {
        throw writeFailure(path, cause);
      }
    },
    commit: () =>
      writing(path, () => {
        steps.rename(temporary, path);
        left = true;
        steps.syncDirectory(dirname(path));
      }),
    discard: () =>
      writing(path, () => {
        close();
        if (!left) steps.remove(temporary);
        left = true;
      }),
  };
}

function opened(steps: FileSteps, path: string, mode: number): number {
  const descriptor = steps.create(path, mode);
  try {
    steps.settle(descriptor, mode);
    return descriptor;
  } catch (cause) {
    steps.close(descriptor);
    steps.remove(path);
    throw cause;
  }
}

export function* fileChunks(path: string, size: number): Generator<Uint8Array> {
  const descriptor = reading(path, () => openPlain(path, fs.constants.O_RDONLY));
  try {
    const buffer = Buffer.allocUnsafeSlow(size);
    for (;;) {
      let length = 0;
      while (length < size) {
        const count = reading(path, () => fs.readSync(descriptor, buffer, length, size - length, null));
        if (count === 0) break;
        length += count;
      }
      if (length > 0) yield buffer.subarray(0, length);
      if (length < size) return;
    }
  } finally {
    fs.closeSync(descriptor);
  }
}
