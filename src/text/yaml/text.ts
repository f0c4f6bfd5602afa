/** Words that YAML 1.1 or 1.2 readers take for something other than a string. */
const TYPED = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

/** A string as a YAML scalar that any reader takes for that string, in block and in flow context. One line, no control characters. */
export function yamlScalar(text: string): string {
  const plain = /^[a-zA-Z/][a-zA-Z0-9._/%-]*$/.test(text) && !TYPED.test(text);
  return plain || /^[0-9]+[a-z%]+$|^[0-9][0-9.]*\/[0-9]+$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

export function yamlFlowList(texts: readonly string[]): string {
  return `[${texts.map(yamlScalar).join(', ')}]`;
}
