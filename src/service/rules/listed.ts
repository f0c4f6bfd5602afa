// Decides which keys a listed service may have, and turns the nodes of a list into specs and upkeep.
// `list.ts` calls it; the readers of YAML and CSV take its schema and its hints for unknown keys. It looks up no owner.
import { resolve } from 'node:path';
import { quote } from '../../errors/row.ts';
import { hooks } from './hook-shape.ts';
import type { JsonSchema } from '../../text/json-schema.ts';
import type { DeploymentSpec, OutputSpec, Upkeep } from '../../record/upkeep.ts';
import { output } from './output-shape.ts';
import { OWNERSHIP_SHAPES } from './ownership-shape.ts';
import { renewal } from './renewal-shape.ts';
import type { RequestedSpec } from './requested-spec.ts';
import { CERTIFICATE_SHAPES } from './shape.ts';
import { list, object, type Shape, type ValueOf } from '../../text/shape.ts';
import type { Place, YamlNode } from '../../text/yaml/tree.ts';
import { unknownWord, type Report } from '../../text/yaml/value.ts';

/** The keys that say how a service is renewed and deployed: no verifier sees them. */
const UPKEEP_SHAPES = {
  ...OWNERSHIP_SHAPES,
  outputs: list(output, 'Additional files that contain the key and the certificate.'),
  hooks,
  renewal,
} as const;

const SERVICE_SHAPES = { ...CERTIFICATE_SHAPES, ...UPKEEP_SHAPES } as const;

/** What other programs, and our own JSON, call the same. */
const OTHER_WORDS: Readonly<Record<string, keyof typeof SERVICE_SHAPES>> = {
  name: 'service',
  keyalgorithm: 'key-alg',
  keyalg: 'key-alg',
  lifetime: 'ttl',
  spiffeid: 'id',
  sans: 'dns',
  user: 'owner',
  permissions: 'mode',
  hook: 'hooks',
  output: 'outputs',
};

export function unknownField(noun: 'key' | 'column', word: string, known: Iterable<string>): string {
  const plain = word.toLowerCase().replace(/[^a-z]/g, '');
  const meant = Object.hasOwn(OTHER_WORDS, plain) ? OTHER_WORDS[plain]! : undefined;
  const words = [...known];
  if (meant === undefined || !words.includes(meant)) return unknownWord(noun, word, words);
  return `unknown ${noun} ${quote(word)}: write ${quote(meant)}`;
}

/** What services may have in common; the rest is a service's own. */
const DEFAULT_SHAPES = {
  ttl: CERTIFICATE_SHAPES.ttl,
  profile: CERTIFICATE_SHAPES.profile,
  'key-alg': CERTIFICATE_SHAPES['key-alg'],
  tags: CERTIFICATE_SHAPES.tags,
  ...OWNERSHIP_SHAPES,
  hooks,
  renewal,
} as const;

const SERVICE_KEYS = Object.keys(SERVICE_SHAPES);

const described = object(SERVICE_SHAPES, ['service'], key => unknownField('key', key, SERVICE_KEYS));

const defaults = object(DEFAULT_SHAPES, [], key =>
  SERVICE_KEYS.includes(key)
    ? `"${key}" cannot have a default: set it for each service`
    : unknownField('key', key, Object.keys(DEFAULT_SHAPES)),
);

type Entry = ValueOf<typeof described>;
type Defaults = ValueOf<typeof defaults>;

/** A service as it is wanted, every value read. */
export interface ListedService {
  readonly at: Place;
  readonly spec: RequestedSpec;
  readonly upkeep: Upkeep;
}

/** What a list may say of its services: which certificates they have, or everything. */
export type ListPurpose = 'certificates' | 'everything';

/** The parts of a list; `items` are services, by name or by their keys. */
export interface ServiceNodes {
  readonly defaults?: YamlNode;
  readonly items: readonly YamlNode[];
}

const MAX_SERVICES = 100_000;

/**
 * Gives everything its meaning, once. Relative paths are seen from `directory`. What is wrong has been reported when fewer come back
 * than were listed.
 */
export function readServices(
  nodes: ServiceNodes,
  purpose: ListPurpose,
  directory: string,
  report: Report,
): readonly ListedService[] {
  const { items } = nodes;
  if (items.length > MAX_SERVICES) {
    const { at } = items[MAX_SERVICES]!;
    report({ at, text: `${items.length} services are too many for one list (at most ${MAX_SERVICES})` });
    return [];
  }
  const shared = nodes.defaults && readKeys(defaults, nodes.defaults, purpose, report);
  const services: ListedService[] = [];
  const seen = new Map<string, Place>();
  for (const node of items) {
    const entry = readEntry(node, purpose, report);
    if (entry === undefined) continue;
    const first = seen.get(entry.service);
    if (first === undefined) {
      seen.set(entry.service, node.at);
      services.push(toListed(node.at, shared === undefined ? entry : merge(shared, entry), directory));
    } else {
      report({ at: node.at, text: `service "${entry.service}" is already listed on line ${first.line}` });
    }
  }
  return services;
}

function readEntry(node: YamlNode, purpose: ListPurpose, report: Report): Entry | undefined {
  if (node.kind === 'map') return readKeys(described, node, purpose, report);
  if (node.kind === 'list') {
    report({ at: node.at, text: 'expected a service, not a list' });
    return undefined;
  }
  const service = CERTIFICATE_SHAPES.service.read(node, report);
  return service && { service };
}

function readKeys<T>(shape: Shape<T>, node: YamlNode, purpose: ListPurpose, report: Report): T | undefined {
  for (const { key, at } of purpose === 'certificates' && node.kind === 'map' ? node.entries : []) {
    if (!Object.hasOwn(UPKEEP_SHAPES, key)) continue;
    report({ at, text: `"${key}" is only for "svcauth apply -f"; "svcauth issue --from" only issues certificates` });
  }
  return shape.read(node, report);
}

/** What a service says stands; tags and renewal are added up key by key. */
function merge(shared: Defaults, own: Entry): Entry {
  return {
    ...shared,
    ...own,
    tags: { ...shared.tags, ...own.tags },
    renewal: { ...shared.renewal, ...own.renewal },
  };
}

function toListed(at: Place, entry: Entry, directory: string): ListedService {
  const { service, dns = [], ip = [], tags = {}, ttl, profile, id: spiffeId, out, renewal } = entry;
  const keyAlgorithm = entry['key-alg'];
  const deployment = deploymentOf(entry, directory);
  return {
    at,
    spec: {
      ...{ service, dns, ip, tags },
      ...(ttl !== undefined && { ttl }),
      ...(profile !== undefined && { profile }),
      ...(keyAlgorithm !== undefined && { keyAlgorithm }),
      ...(spiffeId !== undefined && { spiffeId }),
      ...(out !== undefined && { out: resolve(directory, out) }),
    },
    upkeep: {
      ...(renewal !== undefined && Object.keys(renewal).length > 0 && { renewal }),
      ...(deployment !== undefined && { deployment }),
    },
  };
}

function deploymentOf(
  { owner, group, mode, outputs = [], hooks }: Entry,
  directory: string,
): DeploymentSpec | undefined {
  const rest = {
    ...(owner !== undefined && { owner }),
    ...(group !== undefined && { group }),
    ...(mode !== undefined && { mode }),
    ...(hooks && { hooks: hooks.map(hook => ({ ...hook, argv: resolveProgram(hook.argv, directory) })) }),
  };
  if (Object.keys(rest).length + outputs.length === 0) return undefined;
  return { ...rest, outputs: outputs.map(output => resolveOutput(output, directory)) };
}

const resolveOutput = (output: OutputSpec, directory: string): OutputSpec => ({
  ...output,
  path: resolve(directory, output.path),
  ...(output.passphraseFile !== undefined && { passphraseFile: resolve(directory, output.passphraseFile) }),
});

/** A bare name is looked for on the PATH, as ever. */
function resolveProgram([program, ...rest]: readonly string[], directory: string): readonly string[] {
  return [program!.includes('/') ? resolve(directory, program!) : program!, ...rest];
}

/** Of one service, and of what services have in common. */
export const SERVICE_SCHEMA: JsonSchema = { anyOf: [CERTIFICATE_SHAPES.service.schema, described.schema] };
export const DEFAULTS_SCHEMA: JsonSchema = {
  ...defaults.schema,
  description: 'Defaults for all services. Tags and renewal settings are merged key by key.',
};
