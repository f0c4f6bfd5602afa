// Makes one CRL, as DER and as PEM, from the revocations that the manifest holds.
// `refresh.ts` and `sign-series.ts` call it. It records and publishes nothing: the caller commits or discards both files.
import { createHash } from 'node:crypto';
import { failure } from '../../errors/error.ts';
import type { Crl } from '../../record/crl.ts';
import { equalBytes } from '../../pki/bytes.ts';
import { readCrlStream, type StreamedCrl } from '../../pki/crl/stream.ts';
import { DerError, DerReader } from '../../pki/der/reader.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import { lintCrl } from '../../pki/lint/lint-crl.ts';
import { requireLinted } from '../../pki/lint/gate.ts';
import { sameName } from '../../pki/name/name.ts';
import { crlKeyIdentifier, crlNumber } from '../../pki/crl/parsed.ts';
import { startPem } from '../../pki/pem-stream.ts';
import { prepareCrl, type CrlHeader } from '../../pki/crl/prepare.ts';
import { decodePublicKeyInfo } from '../../pki/key/public-key-info.ts';
import { secondOpinionOnCrl } from '../../pki/second-opinion.ts';
import { crlDer, signCrl } from '../../pki/crl/signed.ts';
import type { CrlListing } from '../../store/manifest/manifest.ts';
import { CRL_PIECE, type CrlPki } from './states.ts';
import type { StagedFile } from '../../world/files.ts';
import { PUBLIC_FILE } from '../../store/home.ts';

/** A new CRL in durable files with temporary names. */
export interface MadeCrl {
  readonly crl: Crl;
  readonly der: StagedFile;
  readonly pem: StagedFile;
}

export interface CrlOrder {
  readonly authorityId: string;
  readonly header: CrlHeader;
  /** The entries that it lists. */
  readonly listing: CrlListing;
  /** The number of the previous CRL. */
  readonly previous: bigint | undefined;
}

/**
 * Prepares, lints and signs a CRL, then verifies it from the disk with two implementations. The whole CRL is never in memory: the
 * entries go from the manifest through the signature into a spool file, and from there between head and tail.
 */
export async function makeCrl(
  { world: { files }, home, manifest }: CrlPki,
  { authorityId, header, listing, previous }: CrlOrder,
  issuer: Issuer,
): Promise<MadeCrl> {
  const path = home.public.crlDer(authorityId);
  const what = `the CRL of ${authorityId}`;
  const totals = manifest.revocationTotals(authorityId, listing);
  const entries = () => manifest.revocationEntries(authorityId, listing);
  const prepared = prepareCrl(header, totals, issuer);
  const linted = requireLinted(lintCrl(prepared, { issuer, previousNumber: previous }), what);
  const staged: StagedFile[] = [];
  const stage = (target: string): StagedFile => {
    const file = files.stage(target, PUBLIC_FILE);
    staged.push(file);
    return file;
  };
  const sealing: Promise<void>[] = [];
  try {
    const spool = stage(path);
    const signed = signCrl(linted, spooled(entries(), spool), issuer);
    const der = stage(path);
    for (const piece of crlDer(signed, spool.chunks(CRL_PIECE))) der.write(piece);
    spool.discard();
    sealing.push(sealed(der));
    await secondOpinionOnCrl(signed, entries(), issuer, what);
    const pem = stage(home.public.crlPem(authorityId));
    const read = readBack(der, pem, issuer);
    const problem =
      read.crl instanceof DerError ? read.crl.message : difference(read.crl, header, totals.count, issuer);
    sealing.push(sealed(pem));
    await Promise.all(sealing);
    if (problem !== undefined) throw failure('ERR_CRL_REREAD', { authority: authorityId, problem });
    return { crl: { authorityId, ...header, entryCount: totals.count, sha256: read.sha256 }, der, pem };
  } catch (cause) {
    await Promise.allSettled(sealing);
    for (const file of staged) file.discard();
    throw cause;
  }
}

/** Seals a file in parallel with other work; a failure is reported when the promise is awaited. */
function sealed(file: StagedFile): Promise<void> {
  const sealing = file.seal();
  sealing.catch(() => undefined);
  return sealing;
}

function* spooled(chunks: Iterable<Uint8Array>, spool: StagedFile): Generator<Uint8Array> {
  for (const chunk of chunks) {
    spool.write(chunk);
    yield chunk;
  }
}

/** Reads the file once, for its structure and signature, its digest and its PEM form. */
function readBack(
  der: StagedFile,
  pem: StagedFile,
  issuer: Issuer,
): { readonly crl: StreamedCrl | DerError; readonly sha256: string } {
  const hash = createHash('sha256');
  const text = startPem('X509 CRL', line => pem.write(line));
  function* pieces(): Generator<Uint8Array> {
    for (const piece of der.chunks(CRL_PIECE)) {
      hash.update(piece);
      text.push(piece);
      yield piece;
    }
  }
  const key = decodePublicKeyInfo(new DerReader(issuer.publicKeyDer));
  let crl: StreamedCrl | DerError;
  try {
    crl = readCrlStream(pieces(), der.size, key);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    crl = cause;
  }
  text.finish();
  return { crl, sha256: hash.digest('hex') };
}

/** Describes the first difference between the CRL on disk and the requested one; undefined if there is none. */
function difference(crl: StreamedCrl, header: CrlHeader, count: number, issuer: Issuer): string | undefined {
  const keyIdentifier = crlKeyIdentifier(crl);
  const checks: readonly (readonly [good: boolean, problem: string])[] = [
    [crl.signatureValid, 'its signature does not verify'],
    [equalBytes(crl.signatureAlgorithm.der, crl.innerAlgorithm.der), 'its two signature algorithms differ'],
    [sameName(crl.issuer, issuer.subject), 'its issuer is not the CA'],
    [
      keyIdentifier !== undefined && equalBytes(keyIdentifier, issuer.keyIdentifier),
      'its authority key identifier is not that of the CA',
    ],
    [crlNumber(crl) === header.number, `its number is ${crlNumber(crl)}, not ${header.number}`],
    [crl.thisUpdate.date.getTime() === header.thisUpdate.getTime(), 'its thisUpdate differs from the requested one'],
    [crl.nextUpdate?.date.getTime() === header.nextUpdate.getTime(), 'its nextUpdate differs from the requested one'],
    [crl.entryCount === count, `it lists ${crl.entryCount} certificates, not ${count}`],
  ];
  return checks.find(([good]) => !good)?.[1];
}
