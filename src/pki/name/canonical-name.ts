import { toHex } from '../bytes.ts';
import type { Name, NameAttribute } from './name.ts';

/**
 * Converts the relative names of a name to strings that are equal exactly if RFC 5280 §7.1 calls the names equal. String types
 * are compared as text, ignoring case, compatibility forms and insignificant space (RFC 4518 §2), and all other values byte for
 * byte. The attributes of one relative name are a set.
 */
export function canonicalRdns(name: Name): readonly string[] {
  return name.rdns.map(rdn => (rdn.length === 1 ? attribute(rdn[0]!) : rdn.map(attribute).sort().join('')));
}

/** Converts a complete name to a string in the same way. */
export const canonicalName = (name: Name): string => canonicalRdns(name).map(measured).join('');

/** Decides that `name` is equal to `base` or below it, so its relative names begin with those of the base. */
export function isBelowName(name: readonly string[], base: readonly string[]): boolean {
  return base.length <= name.length && base.every((rdn, index) => rdn === name[index]);
}

function attribute({ type, value, der }: NameAttribute): string {
  return value === undefined ? `${type}#${toHex(der)};` : `${type}=${measured(foldedText(value))}`;
}

/** Puts the length before a text. Joined texts are then equal only if every text is equal. */
const measured = (text: string): string => `${text.length}:${text}`;

/**
 * Characters that RFC 4518 §2.2 removes: soft hyphens, joiners, direction marks, variation selectors, other control characters.
 */
const NOTHING =
  /[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u06dd\u070f\u1806\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2063\u206a-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/gu;

function foldedText(value: string): string {
  const text = /^[\x20-\x7e]*$/.test(value) ? value : value.replace(NOTHING, '').normalize('NFKC');
  return text.toLowerCase().trim().replace(/\s+/g, ' ');
}
