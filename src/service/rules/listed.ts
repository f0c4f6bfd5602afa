// Decides which keys a listed service may have, and turns the nodes of a list into specs and upkeep.
// `list.ts` calls it; the readers of YAML and CSV take its schema and its hints for unknown keys. It looks up no owner.
import { resolve } from 'node:path';
import { quote } from '../../errors/row.ts';
import { formatSocketAddress, parseSocketAddress } from '../../pki/name/socket-address.ts';
import { hooks } from './hook-shape.ts';
import type { JsonSchema } from '../../text/json-schema.ts';
import type { DeploymentSpec, OutputSpec, Upkeep } from '../../record/upkeep.ts';
import { output } from './output-shape.ts';
import { OWNERSHIP_SHAPES } from './ownership-shape.ts';
import { reloadFault, RELOAD_SHAPES } from './reload-shape.ts';
import { renewal } from './renewal-shape.ts';
import type { RequestedSpec } from './requested-spec.ts';
import { CERTIFICATE_SHAPES } from './shape.ts';
import { list, object, text, type Shape, type ValueOf } from '../../text/shape.ts';
import type { Place, YamlNode } from '../../text/yaml/tree.ts';
import { unknownWord, type Report } from '../../text/yaml/value.ts';

/** Keys for renewal and deployment; they do not change the certificate. */
const UPKEEP_SHAPES = {
  ...OWNERSHIP_SHAPES,
  outputs: list(output, 'Additional files that contain the key and the certificate.'),
  hooks,
  ...RELOAD_SHAPES,
  renewal,
  listen: list(
    text(text => formatSocketAddress(parseSocketAddress(text)), { pattern: ':[0-9]{1,5}$' }),
    'Addresses on which the service serves its certificate, as host:port. Each run probes them, at most once an hour.',
  ),
} as const;

const SERVICE_SHAPES = { ...CERTIFICATE_SHAPES, ...UPKEEP_SHAPES } as const;

/** Names that other programs, and svcauth's own JSON, use for a key. */
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
  listens: 'listen',
  address: 'listen',
  addresses: 'listen',
};

export function unknownField(noun: 'key' | 'column', word: string, known: Iterable<string>): string {
  const plain = word.toLowerCase().replace(/[^a-z]/g, '');
  const meant = Object.hasOwn(OTHER_WORDS, plain) ? OTHER_WORDS[plain]! : undefined;
  const words = [...known];
  if (meant === undefined || !words.includes(meant)) return unknownWord(noun, word, words);
  return `unknown ${noun} ${quote(word)}: write ${quote(meant)}`;
}

/** Keys that may have a default for all services. */
const DEFAULT_SHAPES = {
  ttl: CERTIFICATE_SHAPES.ttl,
  profile: CERTIFICATE_SHAPES.profile,
  'key-alg': CERTIFICATE_SHAPES['key-alg'],
  tags: CERTIFICATE_SHAPES.tags,
  ...OWNERSHIP_SHAPES,
  hooks,
  ...RELOAD_SHAPES,
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

/** A service of a list, with all values parsed. */
export interface ListedService {
  readonly at: Place;
  readonly spec: RequestedSpec;
  readonly upkeep: Upkeep;
}

/** Keys that a list may contain: those of certificates, or all. */
export type ListPurpose = 'certificates' | 'everything';

/** Parts of a list; an item is a service, as a name or as a map of keys. */
export interface ServiceNodes {
  readonly defaults?: YamlNode;
  readonly items: readonly YamlNode[];
}

const MAX_SERVICES = 100_000;

/**
 * Parses the services of a list. Relative paths refer to `directory`. It reports every problem and leaves that service out.
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
      const whole = shared === undefined ? entry : merge(shared, entry);
      const fault = reloadFault(whole.reload, whole.every);
      if (fault !== undefined) report({ at: node.at, text: fault });
      services.push(toListed(node.at, whole, directory));
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

/** Merges a service with the defaults: its own keys win, and tags and renewal settings are merged key by key. */
function merge({ reload, every, ...shared }: Defaults, own: Entry): Entry {
  return {
    ...shared,
    // an interval belongs to its kind of reload, and own hooks replace both
    ...(own.reload === undefined &&
      own.hooks === undefined && { ...(reload !== undefined && { reload }), ...(every !== undefined && { every }) }),
    ...own,
    tags: { ...shared.tags, ...own.tags },
    renewal: { ...shared.renewal, ...own.renewal },
  };
}

function toListed(at: Place, entry: Entry, directory: string): ListedService {
  const { service, dns = [], ip = [], tags = {}, ttl, profile, id: spiffeId, out, renewal, listen = [] } = entry;
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
      ...(listen.length > 0 && { listen: [...new Set(listen)] }),
    },
  };
}

function deploymentOf(
  { owner, group, mode, outputs = [], hooks, reload, every }: Entry,
  directory: string,
): DeploymentSpec | undefined {
  const rest = {
    ...(owner !== undefined && { owner }),
    ...(group !== undefined && { group }),
    ...(mode !== undefined && { mode }),
    ...(hooks && { hooks: hooks.map(hook => ({ ...hook, argv: resolveProgram(hook.argv, directory) })) }),
    ...(reload !== undefined && { reload }),
    ...(every !== undefined && { every }),
  };
  if (Object.keys(rest).length + outputs.length === 0) return undefined;
  return { ...rest, outputs: outputs.map(output => resolveOutput(output, directory)) };
}

const resolveOutput = (output: OutputSpec, directory: string): OutputSpec => ({
  ...output,
  path: resolve(directory, output.path),
  ...(output.passphraseFile !== undefined && { passphraseFile: resolve(directory, output.passphraseFile) }),
});

/** Resolves the program of a hook; a name without a slash is searched on the PATH. */
function resolveProgram([program, ...rest]: readonly string[], directory: string): readonly string[] {
  return [program!.includes('/') ? resolve(directory, program!) : program!, ...rest];
}

/** JSON Schemas of one service and of the defaults. */
export const SERVICE_SCHEMA: JsonSchema = { anyOf: [CERTIFICATE_SHAPES.service.schema, described.schema] };
export const DEFAULTS_SCHEMA: JsonSchema = {
  ...defaults.schema,
  description: 'Defaults for all services. Tags and renewal settings are merged key by key.',
};
