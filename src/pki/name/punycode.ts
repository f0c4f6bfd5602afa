/**
 * Punycode (RFC 3492): Unicode text as letters, digits and hyphens. The implementation is our own, because `node:url` also maps
 * and checks the decoded text, differently in each version of Node.
 */

/** Parameters of RFC 3492 §5. */
const BASE = 36;
const TMIN = 1;
const TMAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const INITIAL_N = 0x80;
const DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';

const MAX_CODE_POINT = 0x10ffff;
/** A limit above the needs of every label; all arithmetic below it is exact. */
const MAX_DELTA = 2 ** 31 - 1;

const isSurrogate = (codePoint: number): boolean => codePoint >= 0xd800 && codePoint <= 0xdfff;

/**
 * Decodes lower-case Punycode without `xn--` (RFC 3492 §6.2). Returns undefined for a character that is not a digit, an end
 * inside a number, or a code point that Unicode does not have.
 */
export function decodePunycode(text: string): string | undefined {
  const delimiter = text.lastIndexOf('-');
  const output = [...text.slice(0, Math.max(delimiter, 0))].map(character => character.codePointAt(0)!);
  if (output.some(codePoint => codePoint >= INITIAL_N)) return undefined;
  let n = INITIAL_N;
  let i = 0;
  let bias = INITIAL_BIAS;
  for (let at = delimiter > 0 ? delimiter + 1 : 0; at < text.length;) {
    const before = i;
    for (let weight = 1, k = BASE; ; k += BASE) {
      const digit = at < text.length ? DIGITS.indexOf(text[at++]!) : -1;
      if (digit < 0) return undefined;
      i += digit * weight;
      if (i > MAX_DELTA) return undefined;
      const t = threshold(k, bias);
      if (digit < t) break;
      weight *= BASE - t;
    }
    const length = output.length + 1;
    bias = adapt(i - before, length, before === 0);
    n += Math.floor(i / length);
    i %= length;
    if (n > MAX_CODE_POINT || isSurrogate(n)) return undefined;
    output.splice(i++, 0, n);
  }
  return String.fromCodePoint(...output);
}

/**
 * Encodes text as Punycode without `xn--` (RFC 3492 §6.3). The text has no unpaired surrogates; ASCII characters keep their case.
 */
export function encodePunycode(text: string): string {
  const input = [...text].map(character => character.codePointAt(0)!);
  const basic = input.filter(codePoint => codePoint < INITIAL_N);
  let output = basic.length === 0 ? '' : `${String.fromCodePoint(...basic)}-`;
  let n = INITIAL_N;
  let delta = 0;
  let bias = INITIAL_BIAS;
  for (let handled = basic.length; handled < input.length;) {
    const next = Math.min(...input.filter(codePoint => codePoint >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const codePoint of input) {
      if (codePoint < n) delta++;
      if (codePoint !== n) continue;
      output += variableLength(delta, bias);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled++;
    }
    delta++;
    n++;
  }
  return output;
}

/** Encodes a number as digits; the last is below its threshold (RFC 3492 §3.3). */
function variableLength(value: number, bias: number): string {
  let written = '';
  let left = value;
  for (let k = BASE; ; k += BASE) {
    const t = threshold(k, bias);
    if (left < t) return written + DIGITS[left]!;
    written += DIGITS[t + ((left - t) % (BASE - t))]!;
    left = Math.floor((left - t) / (BASE - t));
  }
}

const threshold = (k: number, bias: number): number => Math.min(Math.max(k - bias, TMIN), TMAX);

/** Adapts the bias (RFC 3492 §6.1). */
function adapt(delta: number, length: number, isFirst: boolean): number {
  let left = Math.floor(delta / (isFirst ? DAMP : 2));
  left += Math.floor(left / length);
  let k = 0;
  for (; left > ((BASE - TMIN) * TMAX) / 2; k += BASE) left = Math.floor(left / (BASE - TMIN));
  return k + Math.floor(((BASE - TMIN + 1) * left) / (left + SKEW));
}
