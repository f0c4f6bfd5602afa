import { DEFAULTS_SCHEMA, SERVICE_SCHEMA, type ServiceNodes } from './listed.ts';
import type { JsonSchema } from '../../text/json-schema.ts';
import { readYaml } from '../../text/yaml/document.ts';
import type { YamlNode } from '../../text/yaml/tree.ts';
import { unknownWord, type Report } from '../../text/yaml/value.ts';

const VERSION = 1;

const SERVICES: JsonSchema = { type: 'array', items: SERVICE_SCHEMA };

const ROOT_KEYS: Readonly<Record<string, JsonSchema>> = {
  version: { description: 'Version of the file format.', const: VERSION },
  defaults: DEFAULTS_SCHEMA,
  services: { description: 'List of services: each with its keys, or only its name.', ...SERVICES },
};

export const SERVICES_FILE_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:svcauth:schema:services',
  title: 'svcauth services file',
  description: 'the services file of apply -f and issue --from',
  anyOf: [{ type: 'object', properties: ROOT_KEYS, required: ['services'], additionalProperties: false }, SERVICES],
};

/** Reads a list of services, alone or under the key `services`; undefined: it is missing, and that was reported. */
export async function readYamlServices(text: string, report: Report): Promise<ServiceNodes | undefined> {
  const root = await readYaml(text, report);
  if (root === undefined) return undefined;
  if (root.kind === 'list') return root;
  const wanted = 'expected a list of services, or the key "services" with such a list';
  if (root.kind === 'scalar') {
    report({ at: root.at, text: wanted });
    return undefined;
  }
  const known = new Map<string, YamlNode>();
  for (const { key, at, value } of root.entries) {
    if (Object.hasOwn(ROOT_KEYS, key)) known.set(key, value);
    else report({ at, text: unknownWord('key', key, Object.keys(ROOT_KEYS)) });
  }
  const [version, defaults, services] = [known.get('version'), known.get('defaults'), known.get('services')];
  if (version !== undefined && (version.kind !== 'scalar' || version.value !== VERSION)) {
    report({ at: version.at, text: `version must be ${VERSION}` });
  }
  if (services?.kind === 'list') return { items: services.items, ...(defaults && { defaults }) };
  report({ at: services?.at ?? root.at, text: wanted });
  return undefined;
}
