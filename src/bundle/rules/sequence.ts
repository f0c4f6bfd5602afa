import { failure } from '../../errors/error.ts';

/** Of a trust bundle: a whole number, as `spiffe_sequence` is. Throws ERR_SEQUENCE. */
export function parseSequence(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw failure('ERR_SEQUENCE', { text, reason: 'it is no whole number' });
  return Number(text);
}
