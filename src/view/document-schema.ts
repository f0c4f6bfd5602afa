// Builds the JSON Schema of a document, and derives the static type of its value for the view.
// Only the files `view/documents.ts` call it, and only `svcauth schema` and tests load those: a view imports their types.
// It is the one door to TypeBox. A static type is the value before `json.ts` writes it: an instant is a Date, bytes are bytes.
import { Boolean, Integer, Number, Object as ObjectOf, Optional, String, Union, Unsafe } from 'typebox';
import type { Static, TObject, TOptional, TSchema, TUnsafe } from 'typebox';
import type { JsonSchema } from '../text/json-schema.ts';
import { SCHEMA_VERSION } from './json.ts';

declare const held: unique symbol;

/** The JSON Schema of a document, with the static types of its kind and of its value. */
export interface DocumentSchema<Kind extends string = string, Value extends object = object> extends JsonSchema {
  readonly [held]?: { readonly kind: Kind; readonly value: Value };
}

type Fields = Readonly<Record<string, TSchema>>;
/** Keys at the start of every document; a field of the same name would hide one. */
type NotReserved = { readonly kind?: never; readonly schemaVersion?: never };
type ValueOf<F extends Fields> = Static<TObject<F>>;

/** Describes a document: `kind` is its name, `description` completes "this document holds". */
export const documentSchema = <Kind extends string, F extends Fields>(
  kind: Kind,
  description: string,
  fields: F & NotReserved,
): DocumentSchema<Kind, ValueOf<F>> => ({ ...head(kind), ...shapeOf(kind, fields, { description }) });

/** Describes a document of one of several shapes, which a field like `type` tells apart. */
export const documentOfShapes = <Kind extends string, const Shapes extends readonly (Fields & NotReserved)[]>(
  kind: Kind,
  description: string,
  ...shapes: Shapes
): DocumentSchema<Kind, { [I in keyof Shapes]: ValueOf<Shapes[I]> }[number]> => ({
  ...head(kind),
  description,
  anyOf: shapes.map(fields => shapeOf(kind, fields, {})),
});

const head = (kind: string): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: `urn:svcauth:schema:${SCHEMA_VERSION}:${kind}`,
  title: `svcauth ${kind}`,
});

const shapeOf = (kind: string, fields: Fields, options: Pick<JsonSchema, 'description'>): JsonSchema =>
  ObjectOf(
    {
      schemaVersion: Integer({ const: SCHEMA_VERSION, description: 'version of all schemas of this program' }),
      kind: String({ const: kind, description: 'name of the schema of this document' }),
      ...fields,
    },
    { ...options, additionalProperties: false },
  );

/** Describes an object with exactly these fields. */
export const object = <F extends Fields>(description: string, fields: F): TUnsafe<ValueOf<F>> =>
  Unsafe(ObjectOf(fields, { description, additionalProperties: false }));

/** Describes an object whose keys are data. */
export const map = <S extends TSchema>(description: string, value: S): TUnsafe<Readonly<Record<string, Static<S>>>> =>
  Unsafe({ type: 'object', description, additionalProperties: value });

export const list = <S extends TSchema>(description: string, items: S): TUnsafe<readonly Static<S>[]> =>
  Unsafe({ type: 'array', description, items });

/** Describes a value of one of several shapes. */
export const either = <S extends TSchema[]>(description: string, ...shapes: S): TUnsafe<Static<S[number]>> =>
  Unsafe(Union(shapes, { description }));

/** Describes a field that may be absent; the program may also set it to `undefined`, which is not written. */
export const optional = <S extends TSchema>(shape: S): TOptional<TUnsafe<Static<S> | undefined>> =>
  Optional(Unsafe<Static<S> | undefined>(shape));

export const text = (description: string): TUnsafe<string> => Unsafe(String({ description }));
export const flag = (description: string): TUnsafe<boolean> => Unsafe(Boolean({ description }));
/** Describes a whole number from 0 on. */
export const count = (description: string): TUnsafe<number> => Unsafe(Integer({ minimum: 0, description }));
export const number = (description: string): TUnsafe<number> => Unsafe(Number({ description }));

/** Describes one of these words. */
export const oneOf = <const T extends string>(description: string, words: readonly T[]): TUnsafe<T> =>
  Unsafe({ type: 'string', enum: words, description });

/** Describes a text that matches a pattern, which the caller anchors. */
export const matching = (description: string, pattern: string): TUnsafe<string> =>
  Unsafe(String({ pattern, description }));

/** Describes a Date, written as RFC 3339 in UTC. */
export const instant = (description: string): TUnsafe<Date> =>
  Unsafe({ type: 'string', format: 'date-time', description });

/** Describes bytes, written as lower-case hex. */
export const hex = (description: string): TUnsafe<Uint8Array> =>
  Unsafe({ type: 'string', pattern: '^([0-9a-f]{2})*$', description });

/** Describes a bigint, written as decimal text: a CRL number exceeds the precision of JSON numbers. */
export const decimal = (description: string): TUnsafe<bigint> =>
  Unsafe({ type: 'string', pattern: '^-?[0-9]+$', description });

export const serial = (description = 'serial number of the certificate, lower-case hex'): TUnsafe<string> =>
  matching(description, '^[0-9a-f]+$');
/** Describes a SHA-256 hash that the program has as text. */
export const sha256 = (description: string): TUnsafe<string> => matching(description, '^[0-9a-f]{64}$');
/** A hash of a certificate in base64url (RFC 8705). */
export const x5tS256 = (): TUnsafe<string> =>
  matching('SHA-256 of the certificate in base64url (RFC 8705)', '^[A-Za-z0-9_-]{43}$');
export const caId = (description = 'id of the CA, like issuing-g1'): TUnsafe<string> =>
  matching(description, '^[a-z0-9][a-z0-9-]*$');
export const serviceName = (description = 'name of the service'): TUnsafe<string> =>
  matching(description, '^[a-z0-9][a-z0-9._-]*$');
export const spiffeId = (description = 'SPIFFE ID'): TUnsafe<string> => matching(description, '^spiffe://');
export const trustDomain = (description = 'trust domain'): TUnsafe<string> => matching(description, '^[a-z0-9._-]+$');
export const path = (description: string): TUnsafe<string> => text(description);
