// Reads each key that describes a service's certificate, and gives its JSON Schema.
// `listed.ts` reads services with it; `list-csv.ts` takes the columns, other shapes take duration and path. It checks no policy.
import { failure } from '../../errors/error.ts';
import { parseDnsName } from '../../pki/name/dns-name.ts';
import { parseIpAddress } from '../../pki/name/ip-address.ts';
import { KEY_ALGORITHM_NAMES, parseKeyAlgorithm } from '../../pki/key/algorithm.ts';
import { PROFILE_NAMES, parseProfile } from '../../pki/certificate/profile-name.ts';
import { parseSpiffeId } from '../../pki/name/spiffe-id.ts';
import { parseDuration } from '../../time/duration.ts';
import { parseServiceName } from './name.ts';
import { described, list, text, type Shape } from '../../text/shape.ts';
import { addTag, type Tags } from './tag.ts';
import { attempt, listOf, plainText } from '../../text/yaml/value.ts';

const UNITS = ['y', 'mo', 'w', 'd', 'h', 'm', 's'];

/** Pattern of a duration, without anchors. */
export const DURATION_PATTERN = `(?=[0-9])${UNITS.map(unit => `(?:[0-9]{1,12}${unit})?`).join('')}`;

export const duration = text(parseDuration, { pattern: `^${DURATION_PATTERN}$` });

export const path = text(parsePath, { minLength: 1 });

function parsePath(text: string): string {
  if (text !== '' && !text.includes('\0')) return text;
  throw failure('ERR_PATH', { text, reason: text === '' ? 'it is empty' : 'it contains a NUL character' });
}

const TAG_NAME = '[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}';

const tags: Shape<Tags> = {
  read: (node, report) => {
    const tags = new Map<string, string>();
    if (node.kind !== 'map') {
      listOf((item, report) => {
        const text = plainText(item, report);
        return text === undefined ? undefined : attempt(() => addTag(tags, text), item.at, report);
      })(node, report);
      return Object.fromEntries(tags);
    }
    for (const { key, at, value } of node.entries) {
      const text = plainText(value, report);
      if (text !== undefined) attempt(() => addTag(tags, `${key}=${text}`), at, report);
    }
    return Object.fromEntries(tags);
  },
  schema: {
    description: 'Labels. The SPIFFE ID template can use them.',
    anyOf: [
      {
        type: 'object',
        propertyNames: { pattern: `^${TAG_NAME}$` },
        additionalProperties: { type: 'string', minLength: 1, maxLength: 255 },
      },
      { type: 'array', items: { type: 'string', pattern: `^${TAG_NAME}=.+$` } },
      { type: 'string', pattern: `^${TAG_NAME}=.+$` },
    ],
  },
};

const name = text(parseServiceName, {
  description: 'Name of the service: lower-case letters, digits, dots, dashes and underscores.',
  pattern: '^[a-z0-9][a-z0-9._-]*$',
  maxLength: 63,
});

/** Keys that describe the certificate of a service, in YAML and as columns of CSV. */
export const CERTIFICATE_SHAPES = {
  service: name,
  dns: list(text(parseDnsName, { minLength: 1, maxLength: 253 }), 'DNS names of the certificate.'),
  ip: list(text(parseIpAddress, { pattern: '^[0-9A-Fa-f:.]+$' }), 'IP addresses of the certificate.'),
  ttl: described(duration, 'Lifetime, like 30d or 12h (default: from svcauth.yaml).'),
  profile: text(parseProfile, {
    description: 'Usage of the certificate: svid (server and client), server or client.',
    enum: PROFILE_NAMES,
  }),
  'key-alg': text(parseKeyAlgorithm, {
    description: 'Key algorithm (default: from svcauth.yaml).',
    enum: KEY_ALGORITHM_NAMES,
  }),
  id: text(parseSpiffeId, {
    description: 'SPIFFE ID (default: from the template in svcauth.yaml).',
    pattern: '^spiffe://[^/]',
    maxLength: 2048,
  }),
  tags,
  out: described(
    path,
    'Directory for the files, relative to the services file (default: services/<service> in the home).',
  ),
} as const;

export type CertificateKey = keyof typeof CERTIFICATE_SHAPES;

/** Keys with several values. */
export const MANY: ReadonlySet<CertificateKey> = new Set(['dns', 'ip', 'tags']);

export const isCertificateKey = (word: string): word is CertificateKey => Object.hasOwn(CERTIFICATE_SHAPES, word);
