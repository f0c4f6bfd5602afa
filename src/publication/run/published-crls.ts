// Reads CRL files the way Node, OpenSSL, nginx and HAProxy do, and reports a form that these programs reject.
// `verify-crls.ts` calls it. It never throws for the content of a file: a missing or unreadable file is a problem in its answer.
import type { World } from '../../world/world.ts';
import { SvcauthError } from '../../errors/error.ts';
import { checkCrlValues } from '../../pki/crl/values.ts';
import { DerError } from '../../pki/der/reader.ts';
import { INPUT_CAPS } from '../../pki/input-caps.ts';
import { readPathCrl, type PathCrl } from '../../pki/path/path-crl.ts';
import { decodePem, isPem, PemError } from '../../pki/pem.ts';
import { createHash } from 'node:crypto';

/** How verifiers read a file: DER over HTTP; a PEM file of one CRL (Node); every CRL of a PEM file (OpenSSL, nginx, HAProxy). */
export type CrlForm = 'der' | 'pem' | 'bundle';

export interface PublishedCrls {
  /** CRLs that a verifier gets from the file. */
  readonly crls: readonly PathCrl[];
  readonly problem?: { readonly name: 'missing' | 'unreadable' | 'wrong-form'; readonly text: string };
}

/** Bytes; PEM takes a third more. */
const LIMIT = Math.ceil(INPUT_CAPS.crl * 1.4);

/** Reads files as verifiers do; equal bytes give the same CRL, read once. */
export function publishedCrlReader({ files }: Pick<World, 'files'>): (path: string, form: CrlForm) => PublishedCrls {
  const known = new Map<string, PathCrl>();
  const read = (der: Uint8Array): PathCrl => {
    const digest = createHash('sha256').update(der).digest('hex');
    let crl = known.get(digest);
    if (crl === undefined) known.set(digest, (crl = readPathCrl(der)));
    checkCrlValues(crl);
    return crl;
  };
  return (path, form) => {
    const kind = files.status(path)?.kind;
    if (kind === undefined) return { crls: [], problem: { name: 'missing', text: `${path} is missing` } };
    // opening a named pipe waits for its writer
    if (kind !== 'file') return { crls: [], problem: { name: 'unreadable', text: `${path} is not a plain file` } };
    const held: PathCrl[] = [];
    try {
      const bytes = files.read(path, LIMIT)!;
      const { ders, misfit } = form === 'der' ? derIn(bytes) : pemIn(bytes, form);
      for (const der of ders) held.push(read(der));
      return misfit === undefined
        ? { crls: held }
        : { crls: held, problem: { name: 'wrong-form', text: `${path} ${misfit}` } };
    } catch (cause) {
      if (!(cause instanceof DerError || cause instanceof PemError || cause instanceof SvcauthError)) throw cause;
      return { crls: held, problem: { name: 'unreadable', text: `${path} cannot be parsed: ${cause.message}` } };
    }
  };
}

interface Content {
  readonly ders: readonly Uint8Array[];
  /** A problem with the form. */
  readonly misfit?: string;
}

/** Expects one DER-encoded CRL (RFC 5280 §4.2.1.13). */
const derIn = (bytes: Uint8Array): Content =>
  isPem(bytes) ? { ders: [], misfit: 'is PEM; verifiers that fetch it expect DER' } : { ders: [bytes] };

function pemIn(bytes: Uint8Array, form: 'pem' | 'bundle'): Content {
  if (!isPem(bytes)) return { ders: [], misfit: 'is not PEM; Node throws, nginx does not start' };
  const blocks = decodePem(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'));
  const ders = blocks.filter(({ label }) => label === 'X509 CRL').map(({ der }) => der);
  const other = blocks.find(({ label }) => label !== 'X509 CRL')?.label;
  if (other !== undefined) return { ders, misfit: `has a block "${other}"; only "X509 CRL" is allowed` };
  if (form === 'bundle' || ders.length < 2) return { ders };
  return {
    ders: ders.slice(0, 1),
    misfit: `has ${ders.length} CRLs; Node loads only the first and rejects every certificate`,
  };
}
