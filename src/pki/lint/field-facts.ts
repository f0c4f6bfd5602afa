// Answers how programs such as Node, nginx and OpenSSL treat the certificates and CRLs of a file, from a table of trials.
// `lint --for` prints the answers beside the findings. It runs no program and holds no rule of a standard.
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

/** `breaks`: it fails, or lets somebody in who was revoked. `mind`: it works, as long as one knows. */
export type FieldEffect = 'breaks' | 'mind' | 'works';

/** What a program made of what was linted, when somebody tried. */
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
  /** `any`: every verifier that it was tried on, and those were not told apart. */
  readonly consumers: readonly Consumer[] | 'any';
  readonly effect: FieldEffect;
  readonly message: string;
  readonly certificate?: (facts: SignedCertificateFacts) => boolean;
  readonly crl?: (facts: SignedCrlFacts, place: CrlPlace) => boolean;
}

interface CrlPlace {
  readonly encoding: Linted['encoding'];
  /** How many CRLs came before it in its file. */
  readonly before: number;
  /** How many CAs have a CRL among everything that is linted. */
  readonly issuers: number;
  readonly now: Date;
}

/** Tried in November 2026 on Node 20, nginx, OpenSSL 3.0, Python's ssl, JDK 17 and rustls-webpki. */
const FIELD_FACTS: readonly FieldFact[] = [
  {
    trial: 'T2',
    consumers: ['node', 'nginx'],
    effect: 'breaks',
    message: 'with the CRL of one CA alone every client is refused: load one for every CA of the chain',
    crl: (_, { issuers }) => issuers === 1,
  },
  {
    trial: 'T3',
    consumers: ['node'],
    effect: 'breaks',
    message: 'only the first CRL of a file is read, and everyone is refused: give an array of single files',
    crl: (_, { encoding, before }) => encoding === 'PEM' && before === 1,
  },
  {
    trial: 'T4',
    consumers: ['nginx'],
    effect: 'works',
    message: 'ssl_crl takes all CRLs in one file',
    crl: (_, { encoding, before }) => encoding === 'PEM' && before === 1,
  },
  {
    trial: 'T5',
    consumers: 'any',
    effect: 'breaks',
    message: 'the CRL has expired: everyone is refused',
    crl: ({ head: { nextUpdate } }, { now }) => nextUpdate !== undefined && nextUpdate.date <= now,
  },
  {
    trial: 'T6',
    consumers: 'any',
    effect: 'breaks',
    message: 'its issuingDistributionPoint names a URI: a leaf without that very CRL distribution point is refused',
    crl: namesItsPlace,
  },
  {
    trial: 'T8',
    consumers: ['node'],
    effect: 'breaks',
    message: 'a delta CRL is not looked at: whom only it revokes is accepted',
    crl: isDeltaCrl,
  },
  {
    trial: 'T9',
    consumers: ['node'],
    effect: 'breaks',
    message: 'a DER CRL makes it throw: give PEM',
    crl: (_, { encoding }) => encoding === 'DER',
  },
  {
    trial: 'T13',
    consumers: ['rustls'],
    effect: 'breaks',
    message: 'rustls-webpki 0.103.12 and later refuse every URI constraint',
    certificate: facts => constrainedUris(facts).length > 0,
  },
  {
    trial: 'T13',
    consumers: 'any',
    effect: 'breaks',
    message: 'a URI constraint with a leading dot does not permit the host itself, which is where a SPIFFE ID is',
    certificate: facts => constrainedUris(facts).some(uri => uri.startsWith('.')),
  },
  {
    trial: 'T14',
    consumers: ['node'],
    effect: 'mind',
    message: 'with fixed ticketKeys a revoked client resumes its session: change them whenever the CRL is loaded again',
    crl: (_, { before }) => before === 0,
  },
  {
    trial: 'T15',
    consumers: ['python'],
    effect: 'mind',
    message: 'ssl accepts the revoked in spite of it, until verify_flags has VERIFY_CRL_CHECK_CHAIN',
    crl: (_, { before }) => before === 0,
  },
  {
    trial: 'T18',
    consumers: ['node'],
    effect: 'mind',
    message: 'the subject is empty, and X509Certificate.subject of Node 20 undefined',
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

/** What is known of these consumers and concerns what was linted; no verdict means nobody tried, not that it works. */
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
