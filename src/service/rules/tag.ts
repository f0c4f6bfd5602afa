import { failure } from '../../errors/error.ts';

/** Labels of a service, by name. */
export type Tags = Readonly<Record<string, string>>;

const MAX_VALUE = 255;

/** Parses `ns=prod`. Throws ERR_TAG. */
function parseTag(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 0) throw failure('ERR_TAG', { text, reason: 'write it as name=value' });
  const [name, value] = [text.slice(0, equals), text.slice(equals + 1)];
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/.test(name)) {
    const reason =
      'its name must have 1 to 63 letters, digits, dots, dashes or underscores and start with a letter or digit';
    throw failure('ERR_TAG', { text, reason });
  }
  if (value === '') throw failure('ERR_TAG', { text, reason: 'its value is empty' });
  if (value.length > MAX_VALUE)
    throw failure('ERR_TAG', { text, reason: `its value is longer than ${MAX_VALUE} characters` });
  // most values are ASCII, and the second expression takes a millisecond to compile
  if (!/^[\x20-\x7e]*$/.test(value) && /\p{C}/u.test(value))
    throw failure('ERR_TAG', { text, reason: 'its value contains a control character' });
  return [name, value];
}

/** Parses `ns=prod` and adds it to `tags`. Throws ERR_TAG, also for a name that occurs twice. */
export function addTag(tags: Map<string, string>, text: string): void {
  const [name, value] = parseTag(text);
  if (tags.has(name)) throw failure('ERR_TAG', { text, reason: `tag "${name}" occurs twice` });
  tags.set(name, value);
}

/** Parses tags. Throws ERR_TAG. */
export function parseTags(texts: readonly string[]): Tags {
  const tags = new Map<string, string>();
  for (const text of texts) addTag(tags, text);
  return Object.fromEntries(tags);
}
