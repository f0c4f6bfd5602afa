import { isMap, parseDocument } from 'yaml';

/** A policy file that publishes to nothing but these directories and runs no hooks; the rest of it, comments too, as it is. */
export function policyElsewhere(text: string, publishTo: readonly string[]): string {
  const document = parseDocument(text, { version: '1.2', schema: 'core' });
  const set = (part: string, key: string, value: readonly string[]): void => {
    // a part that says nothing is no map
    if (isMap(document.get(part))) document.setIn([part, key], value);
    else document.set(part, { [key]: value });
  };
  set('crl', 'publishTo', publishTo);
  set('deployment', 'hooks', []);
  return document.toString({ lineWidth: 0 });
}
