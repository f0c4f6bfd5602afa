/**
 * @peculiar/x509, the other implementation. To be imported lazily (`await import('./peculiar.ts')`): it costs more than all the
 * rest of a start.
 */
// its container needs the metadata polyfill first
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { cryptoProvider } from '@peculiar/x509';

cryptoProvider.set(webcrypto as Crypto);

export {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509Crl,
  type Name,
  type X509CrlEntry,
} from '@peculiar/x509';
