// C0 and C1 controls, DEL, zero-width and bidirectional characters, lone surrogates: characters that control a terminal
const UNSHOWABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/gu;

/** Escapes text from outside for one line of a terminal: control characters become `\u001b`. */
export const visible = (text: string): string =>
  text.replace(UNSHOWABLE, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
