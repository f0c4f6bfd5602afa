import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Returns the serial that a service's `current` link serves, after a check of its files; undefined without a link. */
export function servedSerial(directory: string): string | undefined {
  const current = join(directory, 'current');
  if (!existsSync(directory) || !linkExists(current)) return undefined;
  const certificate = new X509Certificate(readFileSync(join(current, 'tls.crt')));
  const serial = certificate.serialNumber.toLowerCase();
  if (basename(readlinkSync(current)).split('.')[0] !== serial)
    throw new Error('the link has another name than the certificate');
  const key = join(current, 'tls.key');
  if (existsSync(key)) {
    const publicHalf = createPublicKey(createPrivateKey(readFileSync(key))).export({ type: 'spki', format: 'der' });
    if (!publicHalf.equals(certificate.publicKey.export({ type: 'spki', format: 'der' })))
      throw new Error('the key is not that of the certificate');
  }
  for (const name of ['chain.pem', 'ca.crt']) {
    const chain = new X509Certificate(readFileSync(join(current, name)));
    if (name === 'chain.pem' && !certificate.verify(chain.publicKey))
      throw new Error('the chain did not sign the leaf');
  }
  return serial;
}

function linkExists(path: string): boolean {
  try {
    return readlinkSync(path) !== '';
  } catch {
    return false;
  }
}
