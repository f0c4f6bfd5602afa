import type { Name, NameAttribute } from '../name.ts';

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
  const text = value === undefined ? `#${Buffer.from(der).toString('hex')}` : foldedText(value);
  return `${type}=${measured(text)}`;
}

/** With its length before it no text can look like two. */
const measured = (text: string): string => `${text.length}:${text}`;

function foldedText(value: string): string {
  const text = /^[\x20-\x7e]*$/.test(value) ? value : value.normalize('NFKC');
  return text.toLowerCase().trim().replace(/\s+/g, ' ');
}
