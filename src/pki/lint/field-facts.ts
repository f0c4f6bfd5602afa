// Reports from a table of trials how programs such as Node, nginx and OpenSSL handle given certificates and CRLs.
// `lint --for` prints the results with the findings. It runs no program and contains no rule of a standard.
import { findExtension } from '../extension/extension.ts';
import { decodeIssuingDistributionPoint } from '../extension/issuing-distribution-point.ts';
import { DerError } from '../der/reader.ts';
import { isEmptyName, sameName } from '../name/name.ts';
import { OID } from '../oids.ts';
import { isDeltaCrl } from '../crl/parsed.ts';
import { isCa } from './certificate-facts.ts';
import type { Consumer } from './consumer.ts';
import type { Linted } from './lint-bytes.ts';
import type { SignedCertificateFacts } from './signed-certificate-lint.ts';
import type { SignedCrlFacts } from './signed-crl-lint.ts';

/** `breaks`: it fails, or accepts a revoked certificate. `mind`: it works under a condition. */
export type FieldEffect = 'breaks' | 'mind' | 'works';

/** The result of a trial with such a file in a program. */
export interface FieldVerdict {
  readonly consumer: Consumer | 'any';
  readonly effect: FieldEffect;
  /** Number of the trial. */
  readonly trial: string;
  readonly message: string;
  readonly file: string;
  readonly block: number;
}

interface FieldFact {
  readonly trial: string;
  /** `any`: every verifier of the trial. */
  readonly consumers: readonly Consumer[] | 'any';
  readonly effect: FieldEffect;
  readonly message: string;
  readonly certificate?: (facts: SignedCertificateFacts) => boolean;
  readonly crl?: (facts: SignedCrlFacts, place: CrlPlace) => boolean;
}

interface CrlPlace {
  readonly encoding: Linted['encoding'];
  /** The number of CRLs before it in its file. */
  readonly before: number;
  /** The number of CAs with a CRL among the linted files. */
  readonly issuers: number;
  readonly now: Date;
}

/** Tried in November 2026 on Node 20, nginx, OpenSSL 3.0, Python's ssl, JDK 17 and rustls-webpki. */
const FIELD_FACTS: readonly FieldFact[] = [
  {
    trial: 'T2',
    consumers: ['node', 'nginx'],
    effect: 'breaks',
    message: 'with the CRL of one CA only, every client is rejected: load a CRL for each CA of the chain',
    crl: (_, { issuers }) => issuers === 1,
  },
  {
    trial: 'T3',
    consumers: ['node'],
    effect: 'breaks',
    message: 'Node reads only the first CRL of a file and rejects every client: pass an array of CRLs',
    crl: (_, { encoding, before }) => encoding === 'PEM' && before === 1,
  },
  {
    trial: 'T4',
    consumers: ['nginx'],
    effect: 'works',
    message: 'ssl_crl reads all CRLs of one file',
    crl: (_, { encoding, before }) => encoding === 'PEM' && before === 1,
  },
  {
    trial: 'T5',
    consumers: 'any',
    effect: 'breaks',
    message: 'the CRL has expired: every certificate below this CA is rejected',
    crl: ({ head: { nextUpdate } }, { now }) => nextUpdate !== undefined && nextUpdate.date <= now,
  },
  {
    trial: 'T6',
    consumers: 'any',
    effect: 'breaks',
    message: 'its issuingDistributionPoint has a URI: a leaf without the same CRL distribution point is rejected',
    crl: namesItsPlace,
  },
  {
    trial: 'T8',
    consumers: ['node'],
    effect: 'breaks',
    message: 'Node ignores delta CRLs: it accepts certificates that only the delta CRL revokes',
    crl: isDeltaCrl,
  },
  {
    trial: 'T9',
    consumers: ['node'],
    effect: 'breaks',
    message: 'Node throws on a DER CRL: use PEM',
    crl: (_, { encoding }) => encoding === 'DER',
  },
  {
    trial: 'T13',
    consumers: ['rustls'],
    effect: 'breaks',
    message: 'rustls-webpki 0.103.12 and later reject every certificate below a URI constraint',
    certificate: facts => constrainedUris(facts).length > 0,
  },
  {
    trial: 'T13',
    consumers: 'any',
    effect: 'breaks',
    message: 'a URI constraint with a leading dot does not permit the host itself, so it permits no SPIFFE ID of it',
    certificate: facts => constrainedUris(facts).some(uri => uri.startsWith('.')),
  },
  {
    trial: 'T14',
    consumers: ['node'],
    effect: 'mind',
    message: 'with fixed ticketKeys a revoked client can resume its session: change them at each reload of the CRL',
    crl: (_, { before }) => before === 0,
  },
  {
    trial: 'T15',
    consumers: ['python'],
    effect: 'mind',
    message: 'ssl does not check the CRL by default: set VERIFY_CRL_CHECK_CHAIN in verify_flags',
    crl: (_, { before }) => before === 0,
  },
  {
    trial: 'T18',
    consumers: ['node'],
    effect: 'mind',
    message: 'the subject is empty: X509Certificate.subject is undefined in Node 20',
    certificate: ({ tbs }) => isEmptyName(tbs.subject),
  },
  {
    trial: 'T20',
    consumers: 'any',
    effect: 'breaks',
    message: 'a root with a path length cannot cross-sign its successor: "path length constraint exceeded"',
    certificate: facts =>
      isCa(facts) &&
      sameName(facts.tbs.subject, facts.tbs.issuer) &&
      facts.extensions.basicConstraints?.value.pathLength !== undefined,
  },
];

/** Returns the trials that apply to the linted files and these programs. No verdict means no trial. */
export function fieldVerdicts(linted: readonly Linted[], consumers: readonly Consumer[], now: Date): FieldVerdict[] {
  const facts = FIELD_FACTS.filter(
    fact => fact.consumers === 'any' || fact.consumers.some(consumer => consumers.includes(consumer)),
  );
  const crls = linted.filter(each => each.type === 'crl');
  const issuers = new Set(crls.map(({ name }) => name)).size;
  const verdicts: FieldVerdict[] = [];
  for (const each of linted) {
    const before = crls.filter(({ file, block }) => file === each.file && block < each.block).length;
    for (const fact of facts) {
      if (!concerns(fact, each, { encoding: each.encoding, before, issuers, now })) continue;
      const { trial, effect, message } = fact;
      const concerned = fact.consumers === 'any' ? (['any'] as const) : fact.consumers;
      for (const consumer of concerned) {
        if (consumer !== 'any' && !consumers.includes(consumer)) continue;
        verdicts.push({ consumer, effect, trial, message, file: each.file, block: each.block });
      }
    }
  }
  return verdicts;
}

function concerns(fact: FieldFact, linted: Linted, place: CrlPlace): boolean {
  if (linted.facts === undefined) return false;
  if (linted.type === 'certificate') return fact.certificate?.(linted.facts) === true;
  return fact.crl?.(linted.facts, place) === true;
}

function constrainedUris({ extensions: { nameConstraints } }: SignedCertificateFacts): readonly string[] {
  const { permitted = [], excluded = [] } = nameConstraints?.value ?? {};
  return [...permitted, ...excluded].flatMap(base => (base.type === 'uri' ? [base.value] : []));
}

function namesItsPlace({ extensions }: SignedCrlFacts): boolean {
  const extension = findExtension(extensions, OID.issuingDistributionPoint);
  if (extension?.critical !== true) return false;
  try {
    return decodeIssuingDistributionPoint(extension.value).uris.length > 0;
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}
