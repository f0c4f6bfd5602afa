/**
 * Parses JSON in which no object has a member twice: programs differ on which of the two counts (RFC 8259 §4). Throws
 * SyntaxError for either fault, in words for a person.
 */
export function parseUniqueJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const twice = repeatedMember(text);
  if (twice !== undefined) throw new SyntaxError(`the member ${JSON.stringify(twice)} occurs twice in one object`);
  return value;
}

/** Returns the first member name that an object has twice. The text must be JSON. */
function repeatedMember(text: string): string | undefined {
  // the member names of every open object; undefined for an array
  const open: (Set<string> | undefined)[] = [];
  for (const { 0: token, 1: colon } of text.matchAll(/(?:"(?:[^"\\]|\\.)*"|[{}[\]])(\s*:)?/g)) {
    if (token === '{' || token === '[') open.push(token === '{' ? new Set() : undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) {
      const name = JSON.parse(token.slice(0, -colon.length)) as string;
      const members = open.at(-1)!;
      if (members.has(name)) return name;
      members.add(name);
    }
  }
  return undefined;
}
