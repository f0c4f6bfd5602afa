// C0 and C1 controls, DEL, zero-width and bidirectional characters, lone surrogates: what a terminal obeys instead of shows
const UNSHOWABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/gu;

/** Text from outside on one line of a terminal: what would drive the terminal is written as `\u001b`. */
export const visible = (text: string): string =>
  text.replace(UNSHOWABLE, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
