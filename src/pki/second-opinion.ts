// Compares svcauth's reading of a new CA certificate or CRL with an independent implementation; of a long CRL, a sample.
// `ca/run/new-authority.ts` and `crl/run/make.ts` call it after signing, before the result is used. No leaf is checked here.
import { failure } from '../errors/error.ts';
import { quote } from '../errors/row.ts';
import { concatBytes, toHex } from './bytes.ts';
import { entryInvalidityDate, entryReasonCode, type CrlEntry } from './crl/entry.ts';
import { DerReader } from './der/reader.ts';
import { lengthSize, sequence, TAG } from './der/writer.ts';
import { decodeBasicConstraints } from './extension/basic-constraints.ts';
import { findExtension, type Extension } from './extension/extension.ts';
import { decodeGeneralNames, type GeneralName } from './extension/general-name.ts';
import { decodeAuthorityKeyIdentifier, decodeSubjectKeyIdentifier } from './extension/key-identifier.ts';
import { decodeKeyUsage, KEY_USAGES } from './extension/key-usage.ts';
import { ipAddressText } from './name/ip-address.ts';
import { OID } from './oids.ts';
import { decodeCertificate, type ParsedCertificate } from './certificate/parsed.ts';
import { crlEntries, decodeCrl, readCrlHead, type ParsedCrl } from './crl/parsed.ts';
import type * as Peculiar from './peculiar.ts';
import { serialToHex } from './certificate/serial-number.ts';

/** The fields of a structure as text, for comparing two implementations. */
type Reading = Readonly<Record<string, string>>;

interface SigningKey {
  /** SubjectPublicKeyInfo. */
  readonly publicKeyDer: Uint8Array;
}

/**
 * Decodes a certificate and verifies its signature with @peculiar/x509 and WebCrypto. Every field must be equal to the field that
 * svcauth's strict reader finds. `what` names the certificate in messages. Throws ERR_SECOND_OPINION.
 */
export async function secondOpinionOnCertificate(
  der: Uint8Array,
  issuer: SigningKey,
  what = 'the certificate',
): Promise<void> {
  const x509 = await import('./peculiar.ts');
  await compare(what, ourCertificate(decodeCertificate(der)), async () => {
    const certificate = new x509.X509Certificate(own(der));
    const publicKey = new x509.PublicKey(own(issuer.publicKeyDer));
    const verified = await certificate.verify({ publicKey, signatureOnly: true });
    return { ...theirCertificate(x509, certificate), signature: verdict(verified) };
  });
}

function ourCertificate({ tbs }: ParsedCertificate): Reading {
  const value = <T>(oid: string, decode: (value: Uint8Array) => T): T | undefined => {
    const extension = findExtension(tbs.extensions, oid);
    return extension && decode(extension.value);
  };
  const constraints = value(OID.basicConstraints, decodeBasicConstraints);
  const usages = value(OID.keyUsage, decodeKeyUsage);
  const authority = value(OID.authorityKeyIdentifier, decodeAuthorityKeyIdentifier)?.keyIdentifier;
  const subject = value(OID.subjectKeyIdentifier, decodeSubjectKeyIdentifier);
  return {
    serialNumber: serialToHex(tbs.serial),
    subject: toHex(tbs.subject.der),
    issuer: toHex(tbs.issuer.der),
    notBefore: tbs.notBefore.date.toISOString(),
    notAfter: tbs.notAfter.date.toISOString(),
    publicKey: toHex(tbs.publicKey.der),
    subjectAltName: (value(OID.subjectAltName, names) ?? []).map(nameText).join(' '),
    basicConstraints: `${constraints?.ca ?? false} ${constraints?.pathLength}`,
    keyUsage: String([...(usages ?? [])].reduce((bits, usage) => bits | (1 << KEY_USAGES.indexOf(usage)), 0)),
    authorityKeyIdentifier: authority === undefined ? '' : toHex(authority),
    subjectKeyIdentifier: subject === undefined ? '' : toHex(subject),
    extensions: tbs.extensions.map(extensionText).join(' '),
    signature: verdict(true),
  };
}

function theirCertificate(x509: typeof Peculiar, certificate: Peculiar.X509Certificate): Reading {
  const constraints = certificate.getExtension(x509.BasicConstraintsExtension);
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  return {
    serialNumber: certificate.serialNumber,
    subject: hex(certificate.subjectName.toArrayBuffer()),
    issuer: hex(certificate.issuerName.toArrayBuffer()),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    publicKey: hex(certificate.publicKey.rawData),
    subjectAltName: names.map(({ type, value }) => `${type === 'url' ? 'uri' : type}:${value}`).join(' '),
    basicConstraints: `${constraints?.ca ?? false} ${constraints?.pathLength}`,
    keyUsage: String(certificate.getExtension(x509.KeyUsagesExtension)?.usages ?? 0),
    authorityKeyIdentifier: certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId ?? '',
    subjectKeyIdentifier: certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? '',
    extensions: certificate.extensions.map(theirExtensionText).join(' '),
  };
}

/** A signed CRL without its entries, which belong between `head` and `tail`. */
export interface WrittenCrl {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly byteLength: number;
}

/** The most entries to compare. The library takes a quarter of a millisecond for each. */
const SAMPLE = 100;

/**
 * Checks a CRL in the same way; `chunks` are its entries in pieces of whole entries. For a CRL of more than a hundred entries,
 * the first hundred are decoded between its own head and tail. The signature is then not verified, because it covers all entries.
 * Throws ERR_SECOND_OPINION.
 */
export async function secondOpinionOnCrl(
  crl: WrittenCrl,
  chunks: Iterable<Uint8Array>,
  issuer: SigningKey,
  what = 'the CRL',
): Promise<void> {
  const x509 = await import('./peculiar.ts');
  const { entries, all } = firstEntries(chunks);
  const der = all ? concatBytes([crl.head, entries, crl.tail]) : sampleCrl(crl, entries);
  await compare(what, ourCrl(decodeCrl(der)), async () => {
    // at most ten nodes for each entry; the library's own limit is 10,000 for the whole CRL
    const theirs = new x509.X509Crl(own(der), { berOptions: { maxNodes: 20_000 } });
    const publicKey = new x509.PublicKey(own(issuer.publicKeyDer));
    const verified = all ? await theirs.verify({ publicKey }) : true;
    return { ...theirCrl(theirs), signature: verdict(verified) };
  });
}

function firstEntries(chunks: Iterable<Uint8Array>): { readonly entries: Uint8Array; readonly all: boolean } {
  const entries: Uint8Array[] = [];
  for (const chunk of chunks) {
    const reader = new DerReader(chunk);
    while (!reader.done) {
      if (entries.length === SAMPLE) return { entries: concatBytes(entries), all: false };
      // a chunk is valid only until the next one
      entries.push(Uint8Array.from(reader.any('an entry')));
    }
  }
  return { entries: concatBytes(entries), all: true };
}

/** Makes a CertificateList from the fields of a CRL and some entries. It has correct lengths and an invalid signature. */
function sampleCrl({ head, tail, byteLength }: WrittenCrl, entries: Uint8Array): Uint8Array {
  const { entries: list, tbs } = readCrlHead(head, byteLength);
  if (list === undefined) throw new RangeError('a CRL with entries has no revokedCertificates');
  const fields = new DerReader(head, tbs.start, tbs.end).enter(TAG.sequence, 'tbsCertList').position;
  const listStart = list.start - 1 - lengthSize(list.end - list.start);
  const tbsTail = tbs.end - list.end;
  return sequence(
    sequence(head.subarray(fields, listStart), sequence(entries), tail.subarray(0, tbsTail)),
    tail.subarray(tbsTail),
  );
}

function ourCrl(crl: ParsedCrl): Reading {
  return {
    issuer: toHex(crl.issuer.der),
    thisUpdate: crl.thisUpdate.date.toISOString(),
    nextUpdate: crl.nextUpdate?.date.toISOString() ?? '',
    entries: Array.from(crlEntries(crl), ourEntry).join(' '),
    extensions: crl.extensions.map(extensionText).join(' '),
    signature: verdict(true),
  };
}

function ourEntry(entry: CrlEntry): string {
  const invalidity = entryInvalidityDate(entry)?.toISOString() ?? '';
  return `${serialToHex(entry.serial)}/${entry.revocationDate.date.toISOString()}/${entryReasonCode(entry)}/${invalidity}`;
}

function theirCrl(crl: Peculiar.X509Crl): Reading {
  return {
    issuer: hex(crl.issuerName.toArrayBuffer()),
    thisUpdate: crl.thisUpdate.toISOString(),
    nextUpdate: crl.nextUpdate?.toISOString() ?? '',
    entries: crl.entries.map(theirEntry).join(' '),
    extensions: crl.extensions.map(theirExtensionText).join(' '),
  };
}

function theirEntry(entry: Peculiar.X509CrlEntry): string {
  const { serialNumber, revocationDate, reason, invalidity } = entry;
  return `${serialNumber}/${revocationDate.toISOString()}/${reason ?? 0}/${invalidity?.toISOString() ?? ''}`;
}

const names = (value: Uint8Array): readonly GeneralName[] => decodeGeneralNames(value, 'subjectAltName');

function nameText(name: GeneralName): string {
  switch (name.type) {
    case 'dns':
    case 'uri':
    case 'email':
      return `${name.type}:${name.value}`;
    case 'ip':
      return `ip:${ipAddressText(name.octets)}`;
    default:
      return name.type;
  }
}

const extensionText = ({ oid, critical, value }: Extension): string => `${oid}/${critical}/${toHex(value)}`;

const theirExtensionText = (extension: {
  readonly type: string;
  readonly critical: boolean;
  readonly value: ArrayBuffer;
}) => `${extension.type}/${extension.critical}/${hex(extension.value)}`;

const hex = (buffer: ArrayBuffer): string => toHex(new Uint8Array(buffer));
const verdict = (verified: boolean): string => (verified ? 'verified' : 'not verified');

/** Copies bytes into a buffer of their own, which the library requires. */
const own = (der: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(der);

/** Compares two readings. An exception in the library is a difference too. */
async function compare(what: string, ours: Reading, read: () => Promise<Reading>): Promise<void> {
  const differences = await read().then(
    theirs => Object.keys(ours).flatMap(field => difference(field, ours[field], theirs[field])),
    (cause: unknown) => [cause instanceof Error ? cause.message : String(cause)],
  );
  if (differences.length > 0) throw failure('ERR_SECOND_OPINION', { what, differences });
}

function difference(field: string, ours: string | undefined, theirs: string | undefined): readonly string[] {
  return ours === theirs
    ? []
    : [`${field}: svcauth reads ${quote(ours ?? '')}, @peculiar/x509 reads ${quote(theirs ?? '')}`];
}
