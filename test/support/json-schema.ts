import type { JsonSchema } from '../../src/text/json-schema.ts';

const KEYWORDS = new Set([
  ...[
    '$schema',
    '$id',
    'title',
    'description',
    'type',
    'enum',
    'const',
    'pattern',
    'minLength',
    'maxLength',
    'minimum',
  ],
  ...['items', 'minItems', 'maxItems', 'properties', 'required', 'additionalProperties', 'propertyNames', 'anyOf'],
]);

/** Lists the reasons why a value does not fit a schema (draft 2020-12, the keywords of `JsonSchema`), by JSON pointer. */
export function schemaFaults(schema: JsonSchema, value: unknown, at = ''): string[] {
  for (const keyword of Object.keys(schema)) if (!KEYWORDS.has(keyword)) throw new Error(`unknown keyword ${keyword}`);
  const faults: string[] = [];
  const fail = (text: string) => faults.push(`${at}: ${text}`);
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some(type => isOfType(type, value))) fail(`not ${types.join(' or ')}`);
  if (schema.enum?.every(each => each !== value)) fail('not one of the words');
  if (schema.const !== undefined && schema.const !== value) fail(`not ${schema.const}`);
  if (schema.anyOf?.every(each => schemaFaults(each, value, at).length > 0)) {
    fail(`none of: ${schema.anyOf.map(each => schemaFaults(each, value, at).join('; ')).join(' | ')}`);
  }
  if (typeof value === 'number' && value < (schema.minimum ?? value)) fail('too small');
  if (typeof value === 'string') {
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) fail(`not ${schema.pattern}`);
    const length = [...value].length;
    if (length < (schema.minLength ?? 0) || length > (schema.maxLength ?? Infinity)) fail('wrong length');
  }
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Infinity)) fail('wrong number');
    const { items } = schema;
    if (items !== undefined) faults.push(...value.flatMap((item, i) => schemaFaults(items, item, `${at}/${i}`)));
  } else if (typeof value === 'object' && value !== null) {
    faults.push(...memberFaults(schema, value, at));
  }
  return faults;
}

function memberFaults(schema: JsonSchema, value: object, at: string): string[] {
  const missing = (schema.required ?? []).filter(key => !Object.hasOwn(value, key)).map(key => `${at}: no ${key}`);
  const members = Object.entries(value).flatMap(([key, member]) => {
    const place = `${at}/${key}`;
    const named = schema.propertyNames ? schemaFaults(schema.propertyNames, key, place) : [];
    const known = schema.properties !== undefined && Object.hasOwn(schema.properties, key);
    const own = known ? schema.properties[key]! : schema.additionalProperties;
    if (own === undefined) return named;
    return own === false ? [...named, `${place}: unknown`] : [...named, ...schemaFaults(own, member, place)];
  });
  return [...missing, ...members];
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
