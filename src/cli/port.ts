import { failure } from '../errors/error.ts';

/** Reads a port from 1 to 65535. Throws ERR_FLAG_VALUE. */
export function readPort(flag: string, text: string): number {
  const port = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw failure('ERR_FLAG_VALUE', { flag, value: text, expected: 'a port: a number from 1 to 65535' });
}
