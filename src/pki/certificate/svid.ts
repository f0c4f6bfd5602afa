// Decides whether a certificate is an X509-SVID, a CA of a trust domain or neither, and which clauses it breaks.
// `inspect`, `lint`, the path validation of SVIDs and svcauth/node share this verdict. It verifies no signature and has no clock.
import type { CertificateFacts } from '../lint/certificate-facts.ts';
import { isEmptyName } from '../name/name.ts';
import { OID } from '../oids.ts';
import { refusal, type Refusal, type RefusalCode } from '../path/refusal.ts';
import { isSpiffeId } from '../name/spiffe-id.ts';

/** The class of a certificate in SPIFFE, decided from the certificate alone, without its chain. */
export type SvidVerdict =
  /** A leaf that identifies a workload. */
  | { readonly kind: 'svid'; readonly id: string }
  /** A CA of a trust domain. Without a SPIFFE ID, `id` is absent; X509-SVID §3.2 says it SHOULD have one. */
  | { readonly kind: 'signing'; readonly id?: string }
  /** A certificate that is neither, with every clause that it breaks; at least one. */
  | { readonly kind: 'none'; readonly refusals: readonly Refusal[] };

type SvidFacts = Pick<CertificateFacts, 'tbs' | 'extensions'>;

/** Checks every clause of X509-SVID that one certificate alone can break, for certificates of svcauth and of other CAs. */
export function svidVerdict(facts: SvidFacts): SvidVerdict {
  const { basicConstraints, subjectAltName } = facts.extensions;
  const uris = (subjectAltName?.value ?? []).flatMap(name => (name.type === 'uri' ? [name.value] : []));
  const isCa = basicConstraints?.value.ca === true;
  const refusals = [...idProblems(uris, isCa), ...(isCa ? signingProblems(facts) : leafProblems(facts))];
  const [id] = uris;
  if (refusals.length > 0) return { kind: 'none', refusals };
  if (isCa) return { kind: 'signing', ...(id !== undefined && { id }) };
  return { kind: 'svid', id: id! };
}

type Problem = readonly [code: RefusalCode, holds: boolean | undefined, message: string];

const those = (...problems: readonly Problem[]): readonly Refusal[] =>
  problems.flatMap(([code, holds, message]) => (holds ? [refusal(code, message)] : []));

function idProblems(uris: readonly string[], isCa: boolean): readonly Refusal[] {
  const [id] = uris;
  if (uris.length > 1) return [refusal('svid-one-uri', `it has ${uris.length} URI names instead of 1`)];
  if (id === undefined) return those(['svid-one-uri', !isCa, 'it has no URI name']);
  if (!isSpiffeId(id)) return [refusal('svid-id', `its URI name ${JSON.stringify(id)} is not a SPIFFE ID`)];
  const hasPath = id.includes('/', 'spiffe://'.length);
  return those(
    ['svid-signer', isCa && hasPath, `it is a CA, but its SPIFFE ID ${id} has a path`],
    ['svid-path', !isCa && !hasPath, `its SPIFFE ID ${id} has no path and identifies the trust domain`],
  );
}

function leafProblems({ tbs, extensions }: SvidFacts): readonly Refusal[] {
  const { keyUsage, extKeyUsage, subjectAltName } = extensions;
  const usages = keyUsage?.value;
  const purposes = extKeyUsage?.value;
  const both = [OID.serverAuth, OID.clientAuth].every(purpose => purposes?.includes(purpose));
  return [
    ...keyUsageProblems(keyUsage),
    ...those(
      ['svid-key-usage', usages?.has('digitalSignature') === false, 'keyUsage has no digitalSignature'],
      ['svid-key-usage', usages?.has('keyCertSign'), 'keyUsage has keyCertSign'],
      ['svid-key-usage', usages?.has('cRLSign'), 'keyUsage has cRLSign'],
      ['svid-extended-key-usage', purposes && !both, 'extKeyUsage does not have both serverAuth and clientAuth'],
      [
        'subject-empty',
        isEmptyName(tbs.subject) && subjectAltName?.critical === false,
        'its subject is empty, but subjectAltName is not critical',
      ],
    ),
  ];
}

const signingProblems = ({ extensions: { keyUsage } }: SvidFacts): readonly Refusal[] => [
  ...keyUsageProblems(keyUsage),
  ...those(['svid-key-usage', keyUsage?.value.has('keyCertSign') === false, 'keyUsage has no keyCertSign']),
];

const keyUsageProblems = (keyUsage: { readonly critical: boolean } | undefined): readonly Refusal[] =>
  those(
    ['svid-key-usage', keyUsage === undefined, 'it has no keyUsage'],
    ['svid-key-usage', keyUsage?.critical === false, 'keyUsage is not critical'],
  );
