import { failure } from '../errors/error.ts';

/** Reads one of a few words. `noun` has its article. Throws ERR_CHOICE, with the nearest word as a hint. */
export function parseChoice<T extends string>(text: string, noun: string, known: readonly T[]): T {
  const found = known.find(word => word === text);
  if (found === undefined) throw failure('ERR_CHOICE', { text, noun, known });
  return found;
}
