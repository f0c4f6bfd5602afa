// Words the parts that several reports share: keys, encryption, names, extensions and the X509-SVID verdict.
// `inspect.ts` calls it. It decodes nothing: every value comes from a report.
import { toHex } from '../../pki/bytes.ts';
import type { ExtensionFields, ExtensionReport, NameReport } from '../../pki/report/certificate-report.ts';
import type { EncryptionReport, PublicKeyReport } from '../../pki/report/key-report.ts';
import type { SvidVerdict } from '../../pki/certificate/svid.ts';

/** A line for `formatFacts`. */
export type Fact = readonly [label: string, value: string | undefined];

export const hexOf = (bytes: Uint8Array | undefined): string | undefined => bytes && toHex(bytes);

export const keyFacts = (key: PublicKeyReport | undefined): readonly Fact[] => [
  ['key', key?.algorithm],
  ['key sha256', hexOf(key?.sha256)],
  ['key problem', key?.problem],
];

export function encryptionText({ scheme, cipher, kdf, iterations }: EncryptionReport): string {
  return cipher === undefined || kdf === undefined ? scheme : `${scheme}: ${cipher}, ${kdf} x ${iterations}`;
}

export function spiffeText(verdict: SvidVerdict | undefined): string | undefined {
  switch (verdict?.kind) {
    case undefined:
      return undefined;
    case 'svid':
      return `X509-SVID ${verdict.id}`;
    case 'signing':
      return verdict.id === undefined
        ? 'signing certificate without a SPIFFE ID'
        : `signing certificate of ${verdict.id}`;
    case 'none':
      return `not an X509-SVID: ${verdict.refusals.map(({ message, clause }) => `${message} (${clause})`).join('; ')}`;
  }
}

/** Words the extensions that have fields of their own, and marks the critical ones. */
export function extensionFacts(
  report: ExtensionFields & { readonly extensions: readonly ExtensionReport[] },
): readonly Fact[] {
  const critical = (name: string): string =>
    report.extensions.some(extension => extension.critical && extension.name === name) ? ' (critical)' : '';
  const { basicConstraints, keyUsage, extKeyUsage, nameConstraints } = report;
  return [
    ...nameFacts(report.names),
    ['ca', basicConstraints && `${caText(basicConstraints)}${critical('basicConstraints')}`],
    ['key usage', keyUsage && `${keyUsage.join(', ')}${critical('keyUsage')}`],
    ['extended key usage', extKeyUsage && `${extKeyUsage.join(', ')}${critical('extKeyUsage')}`],
    ['permitted names', namesText(nameConstraints?.permitted)],
    ['excluded names', namesText(nameConstraints?.excluded)],
    ['key ID', hexOf(report.subjectKeyIdentifier)],
    ['issuer key ID', hexOf(report.authorityKeyIdentifier)],
    ...(report.crlUrls ?? []).map((url): Fact => ['crl', url]),
    ...(report.access ?? []).map(({ method, location }): Fact => [ACCESS[method] ?? method, location.value]),
    ['malformed', report.malformed],
  ];
}

const ACCESS: Readonly<Record<string, string>> = { adOcsp: 'ocsp', adCaIssuers: 'issuer certificate' };

const caText = ({ ca, pathLength }: NonNullable<ExtensionFields['basicConstraints']>): string => {
  if (!ca) return 'no';
  return pathLength === undefined ? 'yes' : `yes, path length ${pathLength}`;
};

/** Words the names, one line for each type. */
function nameFacts(names: readonly NameReport[]): readonly Fact[] {
  const types = [...new Set(names.map(({ type }) => type))];
  return types.map(type => [type, names.flatMap(name => (name.type === type ? [name.value] : [])).join(', ')]);
}

const namesText = (names: readonly NameReport[] | undefined): string | undefined =>
  names === undefined || names.length === 0 ? undefined : names.map(({ type, value }) => `${type}:${value}`).join(', ');

/** Words the extensions that have no fields of their own. */
export const otherExtensionFacts = (extensions: readonly ExtensionReport[]): readonly Fact[] =>
  extensions.flatMap(({ oid, name, critical, value }): readonly Fact[] =>
    value === undefined ? [] : [['extension', `${name ?? oid}${critical ? ' (critical)' : ''}, ${value.length} bytes`]],
  );
