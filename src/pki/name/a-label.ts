import { decodePunycode, encodePunycode } from './punycode.ts';

const PREFIX = 'xn--';

/** Decides that a label begins with `xn--`, in lower or upper case, and so claims to be an A-label. */
export const hasAcePrefix = (label: string): boolean => label.slice(0, PREFIX.length).toLowerCase() === PREFIX;

/**
 * Decodes an A-label to its U-label, the international label (RFC 5890 §2.3.2.1); undefined if it is not a valid A-label. Upper
 * case is read as lower case.
 *
 * It checks that the Punycode decodes to text with a character outside ASCII, and that this text encodes to the same Punycode.
 * The text must have no hyphen at its beginning or end or in both the third and fourth place, and no combining mark at the
 * beginning (RFC 5891 §4.2.3). It must be normalized (NFC), without control, format, space, private or unassignable characters,
 * and without characters that Unicode folds to others: capitals, ligatures, full-width letters (RFC 5892 §2).
 *
 * For a character of Unicode these results never change (its stability policies). A character newer than this Node's Unicode
 * passes. It does not check letters and digits, the contexts of joiners and the direction of the text, because their tables
 * change with each version of Unicode.
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

/** Characters that IDNA disallows; the exceptions are ß, ς and the joiners (RFC 5892 §2.6, §A.1, §A.2). */
const DISALLOWED =
  /(?![\u00df\u03c2\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Z}\p{Noncharacter_Code_Point}\p{Changes_When_NFKC_Casefolded}]/u;
