import type { KeyAlgorithmName } from '../../src/pki/key/algorithm.ts';
import type { ProgramName } from '../support/programs.ts';
import { gnutlsJudge } from './gnutls.ts';
import { goJudge } from './go.ts';
import { javaJudge } from './java.ts';
import type { Judge } from './judge.ts';
import { nssJudge } from './nss.ts';
import { opensslJudge } from './openssl.ts';

type Reasons = Partial<Record<KeyAlgorithmName, string>>;

export interface Verifier {
  readonly title: string;
  readonly programs: readonly ProgramName[];
  readonly judge: Judge;
  /** Output of the verifier for a revoked certificate. */
  readonly revoked: RegExp;
  /** Output of the verifier for an accepted SVID, if any. */
  readonly reads?: string;
  /** Algorithms that the verifier does not support, with the reason. */
  readonly except?: Reasons;
}

export const VERIFIERS: readonly Verifier[] = [
  {
    title: 'OpenSSL, strict, with a CRL for every certificate of the chain',
    programs: ['openssl'],
    judge: opensslJudge,
    revoked: /^error 23 at 0 depth lookup: certificate revoked$/m,
  },
  {
    title: 'GnuTLS',
    programs: ['certtool'],
    judge: gnutlsJudge,
    revoked: /The certificate chain is revoked\./,
  },
  {
    title: 'Go crypto/x509',
    programs: ['go'],
    judge: goJudge,
    revoked: /^CN=stolen.*: on the CRL of its issuer$/,
    reads: '[spiffe://example.org/api] [api.example.org localhost] [127.0.0.1]',
  },
  {
    title: 'Java CertPath and trust manager',
    programs: ['java'],
    judge: javaJudge,
    revoked: /Certificate has been revoked, reason: KEY_COMPROMISE/,
    reads: '[[6, spiffe://example.org/api], [2, api.example.org], [2, localhost], [7, 127.0.0.1]]',
  },
  {
    title: 'NSS',
    programs: ['certutil', 'crlutil'],
    judge: nssJudge,
    revoked: /Peer's Certificate has been revoked\./,
    except: {
      ed25519: 'NSS reads no Ed25519 certificates',
    },
  },
];
