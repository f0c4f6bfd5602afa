// Reads one output of a service from a services file, and gives its JSON Schema.
// `listed.ts` uses it; deployment checks a Secret's name with it. `deployment/rules/output-content.ts` makes the bytes.
import { failure } from '../../errors/error.ts';
import { parseChoice } from '../../text/choice.ts';
import type { OutputKind, OutputSpec } from '../../record/upkeep.ts';
import { OWNERSHIP_SHAPES } from './ownership-shape.ts';
import { path } from './shape.ts';
import { described, object, refined, text, type Shape } from '../../text/shape.ts';

/** Label of RFC 1123, as Kubernetes requires it. */
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';

const SUBDOMAIN = `${LABEL}(?:\\.${LABEL})*`;
const SUBDOMAIN_LENGTH = 253;

/** Checks the name of a Kubernetes Secret or ConfigMap. */
export const isKubernetesName = (text: string): boolean =>
  text.length <= SUBDOMAIN_LENGTH && new RegExp(`^${SUBDOMAIN}$`).test(text);

function kubernetesName(source: string, maxLength: number, description: string): Shape<string> {
  const pattern = new RegExp(`^${source}$`);
  return text(
    text => {
      if (text.length <= maxLength && pattern.test(text)) return text;
      const reason = `use at most ${maxLength} lower-case letters, digits${source === LABEL ? ' and dashes' : ', dashes and dots'}, with a letter or digit at both ends`;
      throw failure('ERR_KUBERNETES_NAME', { text, reason });
    },
    { description, pattern: pattern.source, maxLength },
  );
}

/** Keys that only one kind has. */
const OUTPUT_KINDS: Readonly<Record<OutputKind, readonly string[]>> = {
  'combined-pem': [],
  'credential-bundle': [],
  'kubernetes-secret': ['name', 'namespace'],
  'kubernetes-trust': ['name', 'namespace'],
  pkcs12: ['passphrase-file'],
};

const KIND_NAMES = Object.keys(OUTPUT_KINDS) as readonly OutputKind[];

const shape = object(
  {
    kind: text(word => parseChoice(word, 'a kind of output', KIND_NAMES), {
      description:
        'combined-pem: certificates, then key (HAProxy); credential-bundle: key, then certificates; kubernetes-secret: manifest of a TLS Secret; kubernetes-trust: manifest of a ConfigMap with bundle and CRLs, without the key; pkcs12: PKCS#12 file.',
      enum: KIND_NAMES,
    }),
    path: described(path, 'Path of the output, relative to the services file.'),
    ...OWNERSHIP_SHAPES,
    name: kubernetesName(
      SUBDOMAIN,
      SUBDOMAIN_LENGTH,
      'Name of the Secret or ConfigMap (default: the name of the service).',
    ),
    namespace: kubernetesName(LABEL, 63, 'Namespace of the Secret or ConfigMap.'),
    'passphrase-file': described(
      path,
      'File that contains the passphrase of the PKCS#12 file; its path is relative to the services file.',
    ),
  },
  ['kind', 'path'],
);

/** Shape of an output, with its paths as they were written. */
export const output: Shape<OutputSpec> = refined(shape, (value, at, report) => {
  for (const key of new Set(Object.values(OUTPUT_KINDS).flat())) {
    if (OUTPUT_KINDS[value.kind].includes(key) || !Object.hasOwn(value, key)) continue;
    const kinds = KIND_NAMES.filter(kind => OUTPUT_KINDS[kind].includes(key));
    report({ at, text: `"${key}" is only for ${kinds.join(' and ')}, not for ${value.kind}` });
  }
  const { 'passphrase-file': passphraseFile, ...rest } = value;
  return { ...rest, ...(passphraseFile !== undefined && { passphraseFile }) };
});
