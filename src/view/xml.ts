import { visible } from './visible.ts';

/** An element; absent attributes are left out, `content` is markup. */
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

/** Character data or the value of an attribute; what XML cannot hold is shown as `\u0000`. */
export const escapeXml = (text: string): string =>
  visible(text).replace(/[&<>"'\ufffe\uffff]/g, found => ENTITIES[found]!);
