import { webcrypto } from 'node:crypto';

/**
 * @peculiar/x509, the other implementation. Loaded when it is first needed, because it costs as much as everything else together;
 * this is the only place that does it.
 */
export async function loadPeculiar() {
  // its container needs the metadata polyfill first
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as Crypto);
  return x509;
}
