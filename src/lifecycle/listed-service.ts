import { failure } from '../errors.ts';
import { quote } from '../errors/row.ts';
import { parseDnsName } from '../pki/dns-name.ts';
import { parseIpAddress } from '../pki/ip-address.ts';
import { parseSpiffeId } from '../pki/spiffe-id.ts';
import { parseKeyAlgorithm, parseProfile } from './choice.ts';
import { parseDuration } from './duration.ts';
import { parseServiceName } from './service-name.ts';
import type { ServiceRequest } from './service-request.ts';
import { addTag } from './tag.ts';
import type { Place } from './yaml-tree.ts';
import { attempt, unknownWord, type Report } from './yaml-value.ts';

/** The keys of a list, the same in YAML and in CSV; `many` takes more than one value. */
export const SERVICE_FIELDS = {
  service: 'one',
  dns: 'many',
  ip: 'many',
  ttl: 'one',
  profile: 'one',
  'key-alg': 'one',
  id: 'one',
  tags: 'many',
  out: 'one',
} as const;

export type ServiceField = keyof typeof SERVICE_FIELDS;

export const isServiceField = (word: string): word is ServiceField => Object.hasOwn(SERVICE_FIELDS, word);

/** What other programs, and our own JSON, call the same. */
const OTHER_WORDS: Readonly<Record<string, ServiceField>> = {
  name: 'service',
  keyalgorithm: 'key-alg',
  keyalg: 'key-alg',
  lifetime: 'ttl',
  spiffeid: 'id',
  sans: 'dns',
};

export function unknownField(noun: 'key' | 'column', word: string): string {
  const plain = word.toLowerCase().replace(/[^a-z]/g, '');
  const meant = Object.hasOwn(OTHER_WORDS, plain) ? OTHER_WORDS[plain] : undefined;
  if (meant === undefined) return unknownWord(noun, word, Object.keys(SERVICE_FIELDS));
  return `unknown ${noun} ${quote(word)}: write ${quote(meant)}`;
}

/** A service as it was written: texts and where they stand. */
export interface ListedService {
  readonly at: Place;
  readonly fields: ReadonlyMap<ServiceField, readonly ListedText[]>;
}

export interface ListedText {
  readonly text: string;
  readonly at: Place;
}

const MAX_SERVICES = 100_000;

/** Gives every text its meaning, once. What is wrong has been reported when fewer come back than were listed. */
export function readServices(listed: readonly ListedService[], report: Report): readonly ServiceRequest[] {
  if (listed.length > MAX_SERVICES) {
    const { at } = listed[MAX_SERVICES]!;
    report({ at, text: `a list holds at most ${MAX_SERVICES} services, and this one ${listed.length}` });
    return [];
  }
  const requests: ServiceRequest[] = [];
  const seen = new Map<string, Place>();
  for (const service of listed) {
    const request = readService(service, report);
    if (request === undefined) continue;
    const first = seen.get(request.service);
    if (first === undefined) {
      seen.set(request.service, service.at);
      requests.push(request);
    } else {
      report({ at: service.at, text: `service "${request.service}" is listed already, on line ${first.line}` });
    }
  }
  return requests;
}

function readService({ at, fields }: ListedService, report: Report): ServiceRequest | undefined {
  const many = <T>(field: ServiceField, parse: (text: string) => T): readonly T[] => {
    const values: T[] = [];
    for (const { text, at } of fields.get(field) ?? []) attempt(() => values.push(parse(text)), at, report);
    return values;
  };
  const one = <T>(field: ServiceField, parse: (text: string) => T): T | undefined =>
    fields.has(field) ? many(field, parse)[0] : undefined;

  const service = one('service', parseServiceName);
  if (!fields.has('service')) report({ at, text: 'the key "service" is missing' });
  const tags = new Map<string, string>();
  many('tags', text => addTag(tags, text));
  const [dns, ip] = [many('dns', parseDnsName), many('ip', parseIpAddress)];
  const ttl = one('ttl', parseDuration);
  const profile = one('profile', parseProfile);
  const keyAlgorithm = one('key-alg', parseKeyAlgorithm);
  const spiffeId = one('id', parseSpiffeId);
  const out = one('out', parseDirectory);
  if (service === undefined) return undefined;
  return {
    service,
    dns,
    ip,
    tags: Object.fromEntries(tags),
    ...(ttl !== undefined && { ttl }),
    ...(profile !== undefined && { profile }),
    ...(keyAlgorithm !== undefined && { keyAlgorithm }),
    ...(spiffeId !== undefined && { spiffeId }),
    ...(out !== undefined && { out }),
  };
}

function parseDirectory(text: string): string {
  if (text !== '' && !text.includes('\0')) return text;
  throw failure('ERR_FLAG_VALUE', { flag: 'out', value: text, expected: 'a directory' });
}
