import { failure } from '../../errors/error.ts';

/** Parses the sequence of a trust bundle (`spiffe_sequence`): a whole number. Throws ERR_SEQUENCE. */
export function parseSequence(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw failure('ERR_SEQUENCE', { text, reason: 'it is not a whole number' });
  return Number(text);
}
