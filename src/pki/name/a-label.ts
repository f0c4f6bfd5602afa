import { decodePunycode, encodePunycode } from './punycode.ts';

const PREFIX = 'xn--';

/** Whether a label claims to be an international one: it begins with `xn--`, in any case. */
export const hasAcePrefix = (label: string): boolean => label.slice(0, PREFIX.length).toLowerCase() === PREFIX;

/**
 * The international label that an A-label stands for (RFC 5890 §2.3.2.1), its U-label; undefined when it stands for none. Upper
 * case counts as lower case.
 *
 * Checked: Punycode that decodes, holds a character beyond ASCII, and is what that encodes to; no hyphen at an end or in both the
 * third and fourth place, no combining mark at the beginning (RFC 5891 §4.2.3); normalized (NFC); no control, format, space,
 * private or unassignable character, and none that Unicode folds to another: capitals, ligatures, full-width letters (RFC 5892 §2).
 * For a character that Unicode has these answers do not change (its stability policies); one newer than this Node's Unicode
 * passes. Not checked, because tables that do change say it: whether a character is a letter or digit, the contexts of joiners,
 * the direction of the text.
 */
export function decodeALabel(label: string): string | undefined {
  const folded = label.toLowerCase();
  if (!folded.startsWith(PREFIX)) return undefined;
  const encoded = folded.slice(PREFIX.length);
  const decoded = decodePunycode(encoded);
  if (decoded === undefined || !/[^\0-\x7f]/.test(decoded) || encodePunycode(decoded) !== encoded) return undefined;
  if (/^-|-$|^..--|^\p{M}/su.test(decoded) || DISALLOWED.test(decoded)) return undefined;
  return decoded.normalize('NFC') === decoded ? decoded : undefined;
}

/** Save those that IDNA allows by name: ß, ς and the joiners (RFC 5892 §2.6, §A.1, §A.2). */
const DISALLOWED =
  /(?![\u00df\u03c2\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Z}\p{Noncharacter_Code_Point}\p{Changes_When_NFKC_Casefolded}]/u;
