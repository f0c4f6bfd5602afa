// Formats the contents of a file field by field: certificate, request, CRL, key, PKCS#12 file or JWK set.
// `inspect` calls it with the reports of `pki/report`. It decodes nothing and prints no private key, because no report holds one.
import type { BundleReport, JwkReport } from '../../pki/report/bundle-report.ts';
import type { CertificateReport } from '../../pki/report/certificate-report.ts';
import type { PrivateKeyReport } from '../../pki/report/key-report.ts';
import type { Pkcs12Report } from '../../pki/report/pkcs12-report.ts';
import type { InspectedCrl, Report } from '../../pki/report/report.ts';
import type { RequestReport } from '../../pki/report/request-report.ts';
import { formatDuration } from '../../view/duration.ts';
import { formatFacts } from '../../view/facts.ts';
import {
  encryptionText,
  extensionFacts,
  hexOf,
  keyFacts,
  otherExtensionFacts,
  spiffeText,
  type Fact,
} from './inspect-facts.ts';
import { contentOf } from './inspect-json.ts';
import type { CONTENT, INSPECT } from './inspect-documents.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';
import { formatTable } from '../../view/table.ts';
import { visible } from '../../view/visible.ts';

/** The contents of one file. */
export interface InspectedFile {
  /** The name on the command line. */
  readonly file: string;
  readonly contents: readonly Report[];
}

export function inspectView(files: readonly InspectedFile[], now: Date): View<typeof INSPECT, typeof CONTENT> {
  return {
    table: () => files.flatMap(file => formatFile(file, now)).join('\n'),
    json: () => ({
      kind: 'inspect',
      value: { files: files.map(({ file, contents }) => ({ file, contents: contents.map(contentOf) })) },
    }),
    jsonl: () =>
      files.flatMap(({ file, contents }) =>
        contents.map((report, index) => ({ kind: 'content', value: { file, index, ...contentOf(report) } })),
      ),
  };
}

const formatFile = ({ file, contents }: InspectedFile, now: Date): readonly string[] =>
  contents.map((report, index) => {
    const place = contents.length === 1 ? '' : ` (${index + 1} of ${contents.length})`;
    return `${visible(file)}${place}: ${TITLES[report.type]}\n${formatReport(report, now)}`;
  });

const TITLES: Readonly<Record<Report['type'], string>> = {
  certificate: 'certificate',
  request: 'certificate request',
  crl: 'certificate revocation list',
  'private key': 'private key',
  'public key': 'public key',
  pkcs12: 'PKCS#12 file',
  bundle: 'JWK set',
  other: 'other PEM block',
};

function formatReport(report: Report, now: Date): string {
  switch (report.type) {
    case 'certificate':
      return formatFacts(certificateFacts(report, now));
    case 'request':
      return formatFacts(requestFacts(report));
    case 'crl':
      return formatCrl(report, now);
    case 'private key':
      return formatFacts(privateKeyFacts(report));
    case 'public key':
      return formatFacts(keyFacts(report));
    case 'pkcs12':
      return formatPkcs12(report, now);
    case 'bundle':
      return formatBundle(report, now);
    case 'other':
      return formatFacts([['PEM block', `${report.label}, ${report.byteLength} bytes`]]);
  }
}

function certificateFacts(report: CertificateReport, now: Date): readonly Fact[] {
  const selfSigned = report.selfSigned ? ' (self-signed)' : '';
  return [
    ['subject', nameText(report.subject)],
    ['issuer', `${nameText(report.issuer)}${selfSigned}`],
    ['serial', report.serial],
    ['version', report.version === undefined || report.version === 3 ? undefined : String(report.version)],
    ['not before', instantText(report.notBefore, now)],
    ['not after', instantText(report.notAfter, now)],
    ['validity', report.validity],
    ...keyFacts(report.publicKey),
    ['signature', report.signatureAlgorithm],
    ['spiffe', spiffeText(report.spiffe)],
    ...extensionFacts(report),
    ...otherExtensionFacts(report.extensions),
    ['not strict DER', report.notStrict],
    ['sha256', hexOf(report.sha256)],
    ['x5t#S256', report.x5tS256],
  ];
}

const nameText = (name: string): string => (name === '' ? '(empty)' : name);

const instantText = (instant: Date, now: Date): string =>
  `${formatInstant(instant)} (${formatRelativeTime(instant, now)})`;

const requestFacts = (report: RequestReport): readonly Fact[] => [
  ['subject', nameText(report.subject)],
  ...keyFacts(report.publicKey),
  ['signature', report.signatureAlgorithm],
  ['proof of possession', report.proofOfPossession ? 'verified' : 'not verified'],
  ...extensionFacts(report),
  ...otherExtensionFacts(report.extensions),
  ['attributes', report.attributes.length === 0 ? undefined : report.attributes.join(', ')],
];

function formatCrl(report: InspectedCrl, now: Date): string {
  const facts = formatFacts([
    ['issuer', nameText(report.issuer)],
    ['issuer key ID', hexOf(report.keyIdentifier)],
    ['number', report.number?.toString()],
    ['version', report.version === 2 ? undefined : String(report.version)],
    ['this update', instantText(report.thisUpdate, now)],
    ['next update', report.nextUpdate && instantText(report.nextUpdate, now)],
    ['validity', report.validity],
    ['delta', report.delta && 'yes: lists changes only'],
    ['scope', report.scope && 'covers some certificates only'],
    ['other extensions', report.otherExtensions?.join(', ')],
    ['signature', report.signatureAlgorithm],
    ['sha256', hexOf(report.sha256)],
    ['revoked', String(report.entryCount)],
  ]);
  const rows = report.entries.map(({ serial, revokedAt, reason }) => [serial, formatInstant(revokedAt), reason]);
  const left = report.entryCount - report.entries.length;
  const more = left > 0 ? `and ${left} more\n` : '';
  return rows.length === 0 ? facts : `${facts}${formatTable(['SERIAL', 'REVOKED', 'REASON'], rows, 0)}${more}`;
}

const privateKeyFacts = ({ form, encryption, publicKey }: PrivateKeyReport): readonly Fact[] => [
  ['form', form],
  ['encryption', encryption === undefined ? 'none' : encryptionText(encryption)],
  ...keyFacts(publicKey),
];

function formatPkcs12(report: Pkcs12Report, now: Date): string {
  const { mac, certificates, keys, others, closed } = report;
  const packed = (label: string, { friendlyName }: { readonly friendlyName?: string }) =>
    friendlyName === undefined ? label : `${label} ${JSON.stringify(friendlyName)}`;
  const sections = [
    ...keys.map(key => section(packed('key', key), keyBagFacts(key))),
    ...certificates.map(each => section(packed('certificate', each), certificateFacts(each, now))),
  ];
  const facts = formatFacts([
    ['mac', mac === undefined ? 'none: the file has no integrity protection' : macText(mac)],
    ['keys', String(keys.length)],
    ['certificates', String(certificates.length)],
    ['also contains', others.length === 0 ? undefined : others.join(', ')],
    ...closed.map((label): Fact => ['not decrypted', `${label}${closedHint(label)}`]),
  ]);
  return [facts, ...sections].join('\n');
}

const macText = ({ label, iterations, verified }: NonNullable<Pkcs12Report['mac']>): string =>
  `${label} x ${iterations}, ${verified ? 'verified' : 'not verified'}`;

const closedHint = (label: string): string =>
  label === 'PBES2' || label === 'pbeWithSHAAnd3KeyTripleDES'
    ? ': give its passphrase'
    : ': svcauth cannot read it; convert it: openssl pkcs12 -legacy -in OLD -nodes | openssl pkcs12 -export -out NEW';

const keyBagFacts = ({ encryption, publicKey }: Pkcs12Report['keys'][number]): readonly Fact[] => [
  ['encryption', encryption === undefined ? 'none' : encryptionText(encryption)],
  ...keyFacts(publicKey),
];

const section = (title: string, facts: readonly Fact[]): string => `${visible(title)}\n${formatFacts(facts)}`;

function formatBundle({ sequence, refreshHint, keys }: BundleReport, now: Date): string {
  const facts = formatFacts([
    ['sequence', sequence === undefined ? undefined : String(sequence)],
    ['refresh hint', refreshHint === undefined ? undefined : formatDuration(refreshHint)],
    ['keys', String(keys.length)],
  ]);
  return [facts, ...keys.map((key, index) => section(`key ${index + 1}`, jwkFacts(key, now)))].join('\n');
}

const jwkFacts = ({ certificates, ...key }: JwkReport, now: Date): readonly Fact[] => [
  ['use', key.use],
  ['type', [key.kty, key.crv].filter(text => text !== undefined).join(' ')],
  ['algorithm', key.alg],
  ['kid', key.kid],
  ['problem', key.problem],
  ...certificates.flatMap(certificate => certificateFacts(certificate, now)),
];
