// Builds readers of configuration files from parts (text, list, object), each of which carries its JSON Schema.
// The policy file and the services file are declared with it, and `schema` prints the result. It knows nothing of PKI.
import type { JsonSchema } from './json-schema.ts';
import type { Place } from './yaml/tree.ts';
import { listOf, objectOf, textOf, unknownWord, type Read, type Report } from './yaml/value.ts';

/** Reader of a YAML value with its JSON Schema for editors; both are in one place, so they agree. */
export interface Shape<T> {
  readonly read: Read<T>;
  /** Schema of the values that `read` accepts; `read` may accept a few more. */
  readonly schema: JsonSchema;
}

export type ValueOf<S> = S extends Shape<infer T> ? T : never;

type Fields = Readonly<Record<string, Shape<unknown>>>;

type ObjectOf<F extends Fields, R extends keyof F> = { readonly [K in keyof F]?: ValueOf<F[K]> } & {
  readonly [K in R]: ValueOf<F[K]>;
};

/** Describes a text that `parse` converts; reports a catalogue error that `parse` throws. */
export const text = <T>(parse: (text: string) => T, schema: JsonSchema): Shape<T> => ({
  read: textOf(parse),
  schema: { type: 'string', ...schema },
});

/** Describes a list; a single value needs no brackets. */
export const list = <T>(item: Shape<T>, description: string): Shape<readonly T[]> => ({
  read: listOf(item.read),
  schema: { description, anyOf: [item.schema, { type: 'array', items: item.schema }] },
});

/** Describes a map of these keys. `explain` returns the message for any other key. */
export function object<F extends Fields, R extends keyof F & string = never>(
  fields: F,
  required: readonly R[] = [],
  explain: (key: string) => string = key => unknownWord('key', key, Object.keys(fields)),
): Shape<ObjectOf<F, R>> {
  const entries = Object.entries(fields);
  const readKnown = objectOf<Record<string, unknown>>(
    Object.fromEntries(entries.map(([key, { read }]) => [key, read as Read<NonNullable<unknown>>])),
    explain,
  );
  return {
    read: (node, report) => {
      const value = readKnown(node, report);
      if (value === undefined || node.kind !== 'map') return undefined;
      for (const key of required) {
        if (!node.entries.some(entry => entry.key === key)) {
          report({ at: node.at, text: `the key "${key}" is missing` });
        }
      }
      return required.every(key => Object.hasOwn(value, key)) ? (value as ObjectOf<F, R>) : undefined;
    },
    schema: {
      type: 'object',
      properties: Object.fromEntries(entries.map(([key, { schema }]) => [key, schema])),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    },
  };
}

/** Converts the value of another shape; `refine` reports a value that it does not accept. */
export const refined = <T, U>(
  { read, schema }: Shape<T>,
  refine: (value: T, at: Place, report: Report) => U | undefined,
): Shape<U> => ({
  read: (node, report) => {
    const value = read(node, report);
    return value === undefined ? undefined : refine(value, node.at, report);
  },
  schema,
});

export const described = <T>({ read, schema }: Shape<T>, description: string): Shape<T> => ({
  read,
  schema: { ...schema, description },
});
