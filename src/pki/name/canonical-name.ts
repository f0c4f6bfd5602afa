import { toHex } from '../bytes.ts';
import type { Name, NameAttribute } from './name.ts';

/**
 * The relative names in a form that is equal exactly when RFC 5280 §7.1 calls them equal: string types are compared as text
 * without regard to case, compatibility forms and insignificant space (RFC 4518 §2), everything else by its bytes. The
 * attributes of one relative name are a set.
 */
export function canonicalRdns(name: Name): readonly string[] {
  return name.rdns.map(rdn => (rdn.length === 1 ? attribute(rdn[0]!) : rdn.map(attribute).sort().join('')));
}

/** The whole name in that form. */
export const canonicalName = (name: Name): string => canonicalRdns(name).map(measured).join('');

/** Whether `name` is `base` or lies below it: its relative names begin with those of the base. */
export function isBelowName(name: readonly string[], base: readonly string[]): boolean {
  return base.length <= name.length && base.every((rdn, index) => rdn === name[index]);
}

function attribute({ type, value, der }: NameAttribute): string {
  return value === undefined ? `${type}#${toHex(der)};` : `${type}=${measured(foldedText(value))}`;
}

/** With its length before it no text can look like two. */
const measured = (text: string): string => `${text.length}:${text}`;

/** Mapped to nothing (RFC 4518 §2.2): soft hyphens, joiners, direction marks, variation selectors, other control characters. */
const NOTHING =
  /[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u06dd\u070f\u1806\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2063\u206a-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/gu;

function foldedText(value: string): string {
  const text = /^[\x20-\x7e]*$/.test(value) ? value : value.replace(NOTHING, '').normalize('NFKC');
  return text.toLowerCase().trim().replace(/\s+/g, ' ');
}
