import { isMap, parseDocument } from 'yaml';

/** Changes a policy file to publish only to these directories and to run no hooks; it declares no consumers. The rest, with its comments, is unchanged. */
export function policyElsewhere(text: string, publishTo: readonly string[]): string {
  const document = parseDocument(text, { version: '1.2', schema: 'core' });
  const set = (part: string, key: string, value: readonly string[]): void => {
    // a section without keys is not a map
    if (isMap(document.get(part))) document.setIn([part, key], value);
    else document.set(part, { [key]: value });
  };
  set('crl', 'publishTo', publishTo);
  set('deployment', 'hooks', []);
  document.delete('consumers');
  return document.toString({ lineWidth: 0 });
}
