import { visible } from './visible.ts';

/** Writes an element; leaves out absent attributes. `content` is markup. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = '',
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join('');
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // not characters of XML, not even as references (XML 1.0 §2.2)
  '\ufffe': '\\ufffe',
  '\uffff': '\\uffff',
};

/** Escapes character data or the value of an attribute; a character that XML cannot contain becomes `\u0000`. */
export const escapeXml = (text: string): string =>
  visible(text).replace(/[&<>"'\ufffe\uffff]/g, found => ENTITIES[found]!);
