import {
  isServiceField,
  SERVICE_FIELDS,
  unknownField,
  type ListedService,
  type ListedText,
  type ServiceField,
} from './listed-service.ts';
import { readYaml } from './yaml-document.ts';
import type { YamlEntry, YamlNode } from './yaml-tree.ts';
import { plainText, unknownWord, type Report } from './yaml-value.ts';

/** A list of services, bare or under the key `services`; a service is its keys, or just its name. */
export async function readYamlServices(text: string, report: Report): Promise<readonly ListedService[] | undefined> {
  const root = await readYaml(text, report);
  if (root === undefined) return undefined;
  const list = root.kind === 'map' ? servicesOf(root.entries, report) : root;
  if (list?.kind === 'list') return list.items.flatMap(item => readItem(item, report) ?? []);
  report({ at: root.at, text: 'a list of services is wanted, or the key "services" with one' });
  return undefined;
}

function servicesOf(entries: readonly YamlEntry[], report: Report): YamlNode | undefined {
  for (const { key, at } of entries) {
    if (key !== 'services') report({ at, text: unknownWord('key', key, ['services']) });
  }
  return entries.find(({ key }) => key === 'services')?.value;
}

function readItem(node: YamlNode, report: Report): ListedService | undefined {
  if (node.kind === 'list') {
    report({ at: node.at, text: 'a service is wanted here, not a list' });
    return undefined;
  }
  if (node.kind === 'scalar') {
    const text = plainText(node, report);
    return text === undefined ? undefined : { at: node.at, fields: new Map([['service', [{ text, at: node.at }]]]) };
  }
  const fields = new Map<ServiceField, readonly ListedText[]>();
  for (const { key, at, value } of node.entries) {
    if (isServiceField(key)) fields.set(key, textsOf(key, value, report));
    else report({ at, text: unknownField('key', key) });
  }
  return { at: node.at, fields };
}

function textsOf(field: ServiceField, node: YamlNode, report: Report): readonly ListedText[] {
  if (field === 'tags' && node.kind === 'map') {
    return node.entries.flatMap(({ key, at, value }) => {
      const text = plainText(value, report);
      return text === undefined ? [] : [{ text: `${key}=${text}`, at }];
    });
  }
  const nodes = node.kind === 'list' && SERVICE_FIELDS[field] === 'many' ? node.items : [node];
  return nodes.flatMap(item => {
    const text = plainText(item, report);
    return text === undefined ? [] : [{ text, at: item.at }];
  });
}
