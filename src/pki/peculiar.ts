/**
 * Exports @peculiar/x509, the independent implementation. Import it lazily (`await import('./peculiar.ts')`): it takes longer to
 * load than all other code.
 */
// its dependency container needs the metadata polyfill before it loads
import 'reflect-metadata';
import { Crypto } from '@peculiar/webcrypto';
import { cryptoProvider } from '@peculiar/x509';

// uses its own crypto engine, because Node's WebCrypto lacks curves that certificates and requests of others use (secp256k1,
// brainpool); an engine for a token (PKCS#11) would be set here too
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
