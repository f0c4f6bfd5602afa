/** The file system as this program uses it. Handed in, so that a test can fail or interrupt any single step. */
export interface Files {
  /** The whole file; a missing one is undefined. `limit` in bytes: more than that is refused before it is read. */
  read(path: string, limit: number): Uint8Array | undefined;
}
export const nodeFiles: Files = { read: () => undefined };
