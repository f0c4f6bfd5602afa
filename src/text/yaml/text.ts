/** Words that a YAML 1.1 or 1.2 parser does not read as a string. */
const TYPED = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

/** Writes a string as a YAML scalar that every parser reads as that string, in block and flow context. One line, no control characters. */
export function yamlScalar(text: string): string {
  const plain = /^[a-zA-Z/][a-zA-Z0-9._/%-]*$/.test(text) && !TYPED.test(text);
  return plain || /^[0-9]+[a-z%]+$|^[0-9][0-9.]*\/[0-9]+$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

export function yamlFlowList(texts: readonly string[]): string {
  return `[${texts.map(yamlScalar).join(', ')}]`;
}
