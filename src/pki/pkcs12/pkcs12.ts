// Splits a PKCS#12 file into its parts (PFX, safes, bags) for `open.ts`.
// It takes no passphrase: the MAC is not verified here, and encrypted parts are returned encrypted.
import { decodeAlgorithmIdentifier, type AlgorithmIdentifier } from '../key/algorithm-identifier.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { contextTag, TAG } from '../der/writer.ts';
import { OID, oidName } from '../oids.ts';
import { decodeEncryption, decodeIterations, type Encryption } from '../key/pbes2.ts';

/** A PFX (RFC 7292 §4) before anything is decrypted. */
export interface Pfx {
  /** Absent if the file has no MAC. */
  readonly mac: MacParameters | undefined;
  /** The bytes that the MAC protects. */
  readonly authenticatedSafe: Uint8Array;
  readonly safes: readonly Safe[];
}

export interface MacParameters {
  readonly algorithm: AlgorithmIdentifier;
  readonly digest: Uint8Array;
  readonly salt: Uint8Array;
  readonly iterations: bigint;
}

/** One ContentInfo of the AuthenticatedSafe: SafeContents, plain or encrypted. `foreign` is encrypted to a public key. */
export type Safe =
  | { readonly kind: 'plain'; readonly contents: Uint8Array }
  | {
      readonly kind: 'encrypted';
      readonly encryption: Encryption;
      readonly ciphertext: Uint8Array;
    }
  | { readonly kind: 'foreign'; readonly label: string };

/** One SafeBag (RFC 7292 §4.2). */
export interface Bag {
  /** Dotted decimal. */
  readonly type: string;
  /** The content of bagValue: PrivateKeyInfo or EncryptedPrivateKeyInfo; for a certBag, the certificate itself. */
  readonly value: Uint8Array;
  readonly friendlyName: string | undefined;
  readonly localKeyId: Uint8Array | undefined;
}

/** Decodes strict DER. It refuses BER with indefinite lengths, which some programs write. Throws DerError. */
export function decodePfx(der: Uint8Array): Pfx {
  const outer = new DerReader(der);
  const reader = outer.enter(TAG.sequence, 'a PFX');
  outer.finish('a PFX');
  const version = reader.smallInteger('version');
  if (version !== 3) throw new DerError(`PFX version ${version} does not exist`, reader.position);
  const { type, content } = readContentInfo(reader);
  if (type !== OID.pkcs7Data) throw new DerError(`a PFX protected by ${oidName(type) ?? type} is not supported`, 0);
  const authenticatedSafe = content.content(TAG.octetString, 'the authenticated safe');
  const mac = reader.done ? undefined : decodeMac(reader);
  reader.finish('a PFX');
  return { mac, authenticatedSafe, safes: decodeSafes(authenticatedSafe) };
}

function readContentInfo(reader: DerReader): { readonly type: string; readonly content: DerReader } {
  const info = reader.enter(TAG.sequence, 'a ContentInfo');
  const type = info.oid('a content type');
  const content = info.enter(contextTag(0, true), 'the content');
  info.finish('a ContentInfo');
  return { type, content };
}

/** Reads MacData (RFC 7292 §4). */
function decodeMac(outer: DerReader): MacParameters {
  const reader = outer.enter(TAG.sequence, 'macData');
  const digestInfo = reader.enter(TAG.sequence, 'the MAC');
  const algorithm = decodeAlgorithmIdentifier(digestInfo, 'the MAC algorithm');
  const digest = digestInfo.content(TAG.octetString, 'the MAC value');
  digestInfo.finish('the MAC');
  const salt = reader.content(TAG.octetString, 'the MAC salt');
  const iterations = reader.done ? 1n : decodeIterations(reader);
  reader.finish('macData');
  return { algorithm, digest, salt, iterations };
}

function decodeSafes(authenticatedSafe: Uint8Array): readonly Safe[] {
  const outer = new DerReader(authenticatedSafe);
  const reader = outer.enter(TAG.sequence, 'the authenticated safe');
  outer.finish('the authenticated safe');
  const safes: Safe[] = [];
  while (!reader.done) {
    const { type, content } = readContentInfo(reader);
    switch (type) {
      case OID.pkcs7Data:
        safes.push({ kind: 'plain', contents: content.content(TAG.octetString, 'a safe') });
        break;
      case OID.pkcs7EncryptedData:
        safes.push(decodeEncryptedSafe(content));
        break;
      default:
        safes.push({ kind: 'foreign', label: oidName(type) ?? type });
    }
  }
  return safes;
}

/** Reads EncryptedData (RFC 5652 §8). */
function decodeEncryptedSafe(content: DerReader): Safe {
  const data = content.enter(TAG.sequence, 'EncryptedData');
  data.smallInteger('version');
  const info = data.enter(TAG.sequence, 'EncryptedContentInfo');
  info.oid('the type of the encrypted content');
  const encryption = decodeEncryption(decodeAlgorithmIdentifier(info, 'the encryption algorithm'));
  const ciphertext = info.content(contextTag(0, false), 'the encrypted content');
  return { kind: 'encrypted', encryption, ciphertext };
}

/** Decodes SafeContents (RFC 7292 §4.2). Throws DerError. */
export function decodeBags(contents: Uint8Array): readonly Bag[] {
  const outer = new DerReader(contents);
  const reader = outer.enter(TAG.sequence, 'SafeContents');
  outer.finish('SafeContents');
  const bags: Bag[] = [];
  while (!reader.done) {
    const bag = reader.enter(TAG.sequence, 'a bag');
    const type = bag.oid('a bag type');
    const value = bag.enter(contextTag(0, true), 'a bag value');
    const attributes = decodeBagAttributes(bag.optional(TAG.set, 'bag attributes'));
    bag.finish('a bag');
    bags.push({ type, value: type === OID.certBag ? certificateOf(value) : value.rest, ...attributes });
  }
  return bags;
}

/** Returns the certificate in a CertBag (RFC 7292 §4.2.3). */
function certificateOf(value: DerReader): Uint8Array {
  const bag = value.enter(TAG.sequence, 'a certBag');
  const type = bag.oid('a certificate type');
  if (type !== OID.x509CertificateBag)
    throw new DerError(`a certificate of type ${type} is not supported`, bag.position);
  return bag.enter(contextTag(0, true), 'a certificate').content(TAG.octetString, 'a certificate');
}

function decodeBagAttributes(list: DerReader | undefined): Pick<Bag, 'friendlyName' | 'localKeyId'> {
  let friendlyName: string | undefined;
  let localKeyId: Uint8Array | undefined;
  while (list !== undefined && !list.done) {
    const attribute = list.enter(TAG.sequence, 'a bag attribute');
    const type = attribute.oid('a bag attribute type');
    const values = attribute.enter(TAG.set, 'the values of a bag attribute');
    if (type === OID.localKeyId) localKeyId = values.content(TAG.octetString, 'localKeyId');
    if (type === OID.friendlyName) friendlyName = bmpText(values.content(TAG.bmpString, 'friendlyName'));
  }
  return { friendlyName, localKeyId };
}

function bmpText(content: Uint8Array): string {
  if (content.length % 2 !== 0) throw new DerError('friendlyName is a BMPString of odd length', 0);
  return Buffer.from(content).swap16().toString('utf16le');
}
