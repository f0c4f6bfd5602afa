import { failure } from '../../errors/error.ts';

/** Name of a service, safe as a key of the manifest and as a folder name on every system. Only `parseServiceName` makes it. */
export type ServiceName = string & { readonly [brand]: 'service name' };

declare const brand: unique symbol;

const MAX_LENGTH = 63; // limit of a DNS label: a name without dots is a valid label

/** Names that Windows opens as a device in every folder and with every extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/;

/** Extensions of common files: a name with one is probably a file given instead of a service. */
const FILE_ENDING = /\.(?:pem|crt|cer|der|key|csr|crl|p12|pfx|jks|json|ya?ml|csv|lock|tmp)$/;

/** Parses a service name. Only lower case is valid, because some file systems ignore case. Throws ERR_SERVICE_NAME. */
export function parseServiceName(text: string): ServiceName {
  const reason = fault(text);
  if (reason === undefined) return text as ServiceName;
  const suggestion = suggest(text);
  throw failure('ERR_SERVICE_NAME', {
    text,
    reason,
    ...(suggestion === undefined ? {} : { hint: `write: ${suggestion}` }),
  });
}

function fault(text: string): string | undefined {
  if (text === '') return 'it is empty';
  if (text.length > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} characters`;
  if (!/^[a-z0-9._-]*$/.test(text)) return 'use lower-case letters, digits, dots, dashes and underscores';
  if (!/^[a-z0-9]/.test(text)) return 'start it with a letter or digit';
  if (text.includes('..')) return 'it has two dots in a row';
  if (text.endsWith('.')) return 'it ends with a dot';
  if (DEVICE.test(text)) return 'it is the name of a device on Windows';
  if (FILE_ENDING.test(text)) return 'it looks like the name of a file';
  return undefined;
}

/** Suggests the name in lower case and without the extension, if that is valid. */
function suggest(text: string): string | undefined {
  const candidate = text.toLowerCase().replace(FILE_ENDING, '');
  return /^[\x20-\x7e]*$/.test(text) && fault(candidate) === undefined ? candidate : undefined;
}
