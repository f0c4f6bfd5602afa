/**
 * @peculiar/x509, the other implementation. To be imported lazily (`await import('./peculiar.ts')`): it costs more than all the
 * rest of a start.
 */
// its container needs the metadata polyfill first
import 'reflect-metadata';
import { Crypto } from '@peculiar/webcrypto';
import { cryptoProvider } from '@peculiar/x509';

// its own engine rather than Node's: it also knows the curves Node's WebCrypto lacks (secp256k1, brainpool), which foreign
// certificates and requests use, and it is where a token's engine (PKCS#11) will plug in
cryptoProvider.set(new Crypto());

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
