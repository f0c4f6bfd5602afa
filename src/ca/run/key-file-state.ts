// Judges the key file of a CA without its passphrase: is it there, plain, private, and the same key?
// `check` and `tick` call it. A key that cannot be opened is compared with the digest of the file that svcauth wrote or last opened.
import { SvcauthError } from '../../errors/error.ts';
import { equalBytes } from '../../pki/bytes.ts';
import type { Authority } from '../../record/authority.ts';
import { digestOf } from '../../store/files/file-digest.ts';
import type { Pki } from '../../store/open-pki.ts';

const LIMIT = 64 * 1024;
const OTHERS = 0o077;

export type KeyFileFault =
  { readonly name: 'missing' } | { readonly name: 'changed'; readonly problem: string } | { readonly name: 'readable' };

export interface KeyFileState {
  readonly faults: readonly KeyFileFault[];
  /** SHA-256 of a file that is not known to be wrong. */
  readonly sha256?: string;
}

/** Looks at the key file of a CA whose key is in the home. */
export async function keyFileState(
  { world: { files }, home, manifest }: Pick<Pki, 'world' | 'home' | 'manifest'>,
  { id, certificate }: Authority,
): Promise<KeyFileState> {
  const path = home.authority(id).key;
  const status = files.linkStatus(path);
  if (status === undefined) return { faults: [{ name: 'missing' }] };
  if (status.kind !== 'file') return { faults: [{ name: 'changed', problem: 'it is not a plain file' }] };
  const readable: readonly KeyFileFault[] = (status.mode & OTHERS) === 0 ? [] : [{ name: 'readable' }];
  let bytes: Uint8Array | undefined;
  try {
    bytes = files.readOwn(path, LIMIT)?.bytes;
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    return { faults: [...readable, { name: 'changed', problem: 'it cannot be read' }] };
  }
  if (bytes === undefined) return { faults: [{ name: 'missing' }] };
  const sha256 = digestOf(bytes);
  const recorded = manifest.keyFileDigest(id);
  const problem = recorded === sha256 ? undefined : await difference(bytes, certificate?.der, recorded);
  bytes.fill(0);
  if (problem !== undefined) return { faults: [...readable, { name: 'changed', problem }] };
  return { faults: readable, sha256 };
}

/** Undefined if the file holds the key of the certificate, or if nothing speaks against it. */
async function difference(
  bytes: Uint8Array,
  certificate: Uint8Array | undefined,
  recorded: string | undefined,
): Promise<string | undefined> {
  const { decodeCertificate } = await import('../../pki/certificate/parsed.ts');
  const { parsePrivateKey } = await import('../../pki/key/private-key.ts');
  try {
    const { publicKeyInfo } = await parsePrivateKey(bytes, undefined, 'the key');
    if (certificate === undefined) return undefined;
    const isIts = equalBytes(decodeCertificate(certificate).tbs.publicKey.der, publicKeyInfo.der);
    return isIts ? undefined : 'it is the key of another certificate';
  } catch (cause) {
    if (!(cause instanceof SvcauthError)) throw cause;
    if (cause.code !== 'ERR_KEY_ENCRYPTED') return 'it holds no private key';
    return recorded === undefined ? undefined : 'it is another file than the one that svcauth wrote';
  }
}

/** Records the key file of a CA that was opened: it holds the right key. */
export function recordKeyFile({ world, home, manifest }: Pick<Pki, 'world' | 'home' | 'manifest'>, id: string): void {
  const bytes = world.files.readOwn(home.authority(id).key, LIMIT)?.bytes;
  const sha256 = bytes && digestOf(bytes);
  bytes?.fill(0);
  if (sha256 === undefined || sha256 === manifest.keyFileDigest(id)) return;
  manifest.transaction(write => write.putKeyFileDigest(id, sha256));
}
