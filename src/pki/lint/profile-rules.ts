// Lint rules that compare a certificate with its kind (root, issuing, cross, svid, server or client).
// `certificate-rules.ts` includes them before signing only. A certificate that `lint` reads has no kind to compare with.
import type { KeyUsage } from '../extension/key-usage.ts';
import { OID, oidName } from '../oids.ts';
import { isSpiffeId } from '../name/spiffe-id.ts';
import type { Candidate, CertificateKind } from './certificate-facts.ts';
import type { Rule } from './rule.ts';

const LEAF: readonly KeyUsage[] = ['digitalSignature'];
const CA: readonly KeyUsage[] = ['keyCertSign', 'cRLSign'];

interface Profile {
  readonly ca: boolean;
  /** `any`: a cross-certificate repeats the value of the CA's other certificate. */
  readonly pathLength: 'none' | 'some' | 'any';
  /** A server with an RSA key may also have keyEncipherment, which NSS requires. */
  readonly keyUsage: readonly KeyUsage[];
  /** Empty: no extKeyUsage. */
  readonly purposes: readonly string[];
}

// a root with a pathLenConstraint cannot cross-sign its successor (tried on OpenSSL: "path length constraint exceeded")
const PROFILES: Readonly<Record<CertificateKind, Profile>> = {
  root: { ca: true, pathLength: 'none', keyUsage: CA, purposes: [] },
  issuing: { ca: true, pathLength: 'some', keyUsage: CA, purposes: [] },
  cross: { ca: true, pathLength: 'any', keyUsage: CA, purposes: [] },
  svid: { ca: false, pathLength: 'none', keyUsage: LEAF, purposes: [OID.serverAuth, OID.clientAuth] },
  server: { ca: false, pathLength: 'none', keyUsage: LEAF, purposes: [OID.serverAuth] },
  client: { ca: false, pathLength: 'none', keyUsage: LEAF, purposes: [OID.clientAuth] },
};

/** Rules for a certificate and its kind: X509-SVID and svcauth's profiles. */
export const PROFILE_RULES: readonly Rule<Candidate>[] = [
  {
    name: 'profile-ca',
    clause: 'RFC 5280 §4.2.1.9, X509-SVID §4.1',
    severity: 'error',
    scope: 'ours',
    check: ({ kind, extensions: { basicConstraints } }) => {
      const ca = basicConstraints?.value.ca === true;
      return ca === PROFILES[kind].ca ? undefined : `cA is ${ca} in a certificate of kind ${kind}`;
    },
  },
  {
    name: 'profile-path-length',
    clause: 'RFC 5280 §4.2.1.9',
    severity: 'error',
    scope: 'ours',
    check: ({ kind, extensions: { basicConstraints } }) => {
      const expected = PROFILES[kind].pathLength;
      const found = basicConstraints?.value.pathLength;
      if (expected === 'any' || (found === undefined) === (expected === 'none')) return undefined;
      return `pathLenConstraint is ${found ?? 'absent'} in a certificate of kind ${kind}`;
    },
  },
  {
    name: 'profile-key-usage',
    clause: 'RFC 5280 §4.2.1.3, X509-SVID §4.3',
    severity: 'error',
    scope: 'ours',
    check: ({ kind, tbs, extensions: { keyUsage } }) => {
      const { keyUsage: expected, purposes } = PROFILES[kind];
      if (keyUsage === undefined) return 'keyUsage is missing';
      const found = keyUsage.value;
      const mayEncipher = tbs.publicKey.algorithm.oid === OID.rsaEncryption && purposes.includes(OID.serverAuth);
      const extra = mayEncipher && found.has('keyEncipherment') ? 1 : 0;
      return found.size === expected.length + extra && expected.every(usage => found.has(usage))
        ? undefined
        : `keyUsage is ${[...found].join(', ') || 'empty'} instead of ${expected.join(', ')}`;
    },
  },
  {
    name: 'profile-purposes',
    clause: 'RFC 5280 §4.2.1.12, X509-SVID §4.4',
    severity: 'error',
    scope: 'ours',
    check: ({ kind, extensions: { extKeyUsage } }) => {
      const expected = PROFILES[kind].purposes;
      const found = extKeyUsage?.value ?? [];
      return found.length === expected.length && expected.every(purpose => found.includes(purpose))
        ? undefined
        : `extKeyUsage is ${purposeWords(found)} instead of ${purposeWords(expected)}`;
    },
  },
  {
    name: 'purposes-not-critical',
    clause: 'RFC 5280 §4.2.1.12',
    severity: 'error',
    scope: 'ours',
    check: ({ extensions: { extKeyUsage } }) => (extKeyUsage?.critical ? 'extKeyUsage is critical' : undefined),
  },
  {
    name: 'subject-key-identifier-everywhere',
    clause: 'RFC 5280 §4.2.1.2',
    severity: 'error',
    scope: 'ours',
    check: ({ extensions }) =>
      extensions.subjectKeyIdentifier === undefined ? 'subjectKeyIdentifier is missing' : undefined,
  },
  {
    // the identity is in subjectAltName, never in a commonName (RFC 9525 §2)
    name: 'spiffe-one-uri',
    clause: 'X509-SVID §2',
    severity: 'error',
    scope: 'standard',
    check: ({ kind, extensions: { subjectAltName } }) => {
      if (PROFILES[kind].ca && subjectAltName === undefined) return undefined;
      let uris = 0;
      for (const { type } of subjectAltName?.value ?? []) if (type === 'uri') uris++;
      return uris === 1 ? undefined : `subjectAltName has ${uris} URIs instead of 1`;
    },
  },
  {
    name: 'spiffe-id',
    clause: 'SPIFFE-ID §2',
    severity: 'error',
    scope: 'standard',
    check: candidate => {
      const uri = onlyUri(candidate);
      return uri === undefined || isSpiffeId(uri) ? undefined : `the URI ${JSON.stringify(uri)} is not a SPIFFE ID`;
    },
  },
  {
    name: 'spiffe-path',
    clause: 'X509-SVID §3.1, §3.2',
    severity: 'error',
    scope: 'standard',
    check: candidate => {
      const uri = onlyUri(candidate);
      if (uri === undefined) return undefined;
      const hasPath = uri.includes('/', SCHEME_LENGTH);
      if (hasPath !== PROFILES[candidate.kind].ca) return undefined;
      return hasPath ? `the SPIFFE ID ${uri} of a CA has a path` : `the SPIFFE ID ${uri} of a leaf has no path`;
    },
  },
  {
    name: 'alt-name-types',
    clause: 'X509-SVID §2',
    severity: 'error',
    scope: 'ours',
    check: ({ kind, extensions: { subjectAltName } }) => {
      for (const { type } of subjectAltName?.value ?? []) {
        if (type === 'uri' || (!PROFILES[kind].ca && (type === 'dns' || type === 'ip'))) continue;
        return `subjectAltName has a name of type ${type} in a certificate of kind ${kind}`;
      }
      return undefined;
    },
  },
];

const SCHEME_LENGTH = 'spiffe://'.length;

/** Returns the URI of a subjectAltName with exactly one URI. */
function onlyUri({ extensions: { subjectAltName } }: Candidate): string | undefined {
  let only: string | undefined;
  for (const name of subjectAltName?.value ?? []) {
    if (name.type !== 'uri') continue;
    if (only !== undefined) return undefined;
    only = name.value;
  }
  return only;
}

const purposeWords = (purposes: readonly string[]): string =>
  purposes.map(purpose => oidName(purpose) ?? purpose).join(', ') || 'absent';
