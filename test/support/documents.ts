// Validates the output of a command line with -o json or -o jsonl: each document against its schema.
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { outputFormatOf } from '../../src/cli/output-format.ts';
import { ALL_SCHEMAS, SCHEMAS, type SchemaGroup } from '../../src/program/schemas.ts';

interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Lists the reasons why documents of a run do not fit their schemas; none without -o json or -o jsonl. */
export async function documentFaults(argv: readonly string[], { stdout, stderr }: Printed): Promise<string[]> {
  const format = outputFormatOf(argv);
  if (format !== 'json' && format !== 'jsonl') return [];
  const texts = format === 'json' && stdout !== '' ? [stdout] : linesOf(stdout);
  const groups: readonly SchemaGroup[] = format === 'json' ? ['documents'] : ['documents', 'lines'];
  const faults = [
    ...texts.map(text => faultOf(text, groups)),
    ...linesOf(stderr).map(text => faultOf(text, ['messages'])),
  ];
  return (await Promise.all(faults)).flatMap(fault => fault ?? []);
}

const linesOf = (text: string): string[] => text.split('\n').filter(line => line !== '');

async function faultOf(text: string, groups: readonly SchemaGroup[]): Promise<string | undefined> {
  let document: { readonly kind?: unknown };
  try {
    document = JSON.parse(text) as typeof document;
  } catch {
    return `not JSON: ${text}`;
  }
  const kind = String(document.kind);
  if (!groups.some(group => Object.hasOwn(SCHEMAS[group], kind))) return `no schema of this place for: ${text}`;
  return schemaFault(kind, document);
}

/** Returns the first reason why a value does not fit the schema of a name; undefined when it does. */
export async function schemaFault(name: string, value: unknown): Promise<string | undefined> {
  const validate = await validator(name);
  if (validate(value)) return undefined;
  const { instancePath = '', message = '', params } = validate.errors?.[0] ?? {};
  return `${name}: at "${instancePath}" ${message} ${JSON.stringify(params)} in ${JSON.stringify(value)}`;
}

const validators = new Map<string, Promise<ValidateFunction>>();

function validator(name: string): Promise<ValidateFunction> {
  const made = validators.get(name) ?? compile(name);
  validators.set(name, made);
  return made;
}

/** Loads the validator when a test first prints JSON: most do not. */
async function compile(name: string): Promise<ValidateFunction> {
  const [{ Ajv2020 }, formats] = await Promise.all([import('ajv/dist/2020.js'), import('ajv-formats')]);
  const ajv = new Ajv2020({ strict: true });
  formats.default.default(ajv);
  return ajv.compile(await ALL_SCHEMAS[name]!());
}
