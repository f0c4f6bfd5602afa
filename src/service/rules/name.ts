import { failure } from '../../errors/error.ts';

/** The name of a service: a key of the manifest and a folder's name, safe as both everywhere. Made by `parseServiceName` only. */
export type ServiceName = string & { readonly [brand]: 'service name' };

declare const brand: unique symbol;

const MAX_LENGTH = 63; // a DNS label's, so that a name without dots can be one

/** What Windows opens as a device whatever the extension and the folder. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/;

/** Endings of the files we and our users' tools keep: a name that ends so is a file given where a service was meant. */
const FILE_ENDING = /\.(?:pem|crt|cer|der|key|csr|crl|p12|pfx|jks|json|ya?ml|csv|lock|tmp)$/;

/** Throws ERR_SERVICE_NAME. Lower case only: two names must not meet on a file system that folds case. */
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

/** The name somebody probably meant, when making it lower case or dropping the ending is all it takes. */
function suggest(text: string): string | undefined {
  const candidate = text.toLowerCase().replace(FILE_ENDING, '');
  return /^[\x20-\x7e]*$/.test(text) && fault(candidate) === undefined ? candidate : undefined;
}
