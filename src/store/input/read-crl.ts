import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { checkCrlValues } from '../../pki/crl/values.ts';
import { DerError } from '../../pki/der/reader.ts';
import { INPUT_CAPS } from '../../pki/input-caps.ts';
import { decodeCrl, type ParsedCrl } from '../../pki/crl/parsed.ts';
import { decodePem, isPem, PemError } from '../../pki/pem.ts';
import { readInput } from './read-input.ts';

/** Largest DER in bytes, some 1.5 million entries. PEM takes a third more. */
const CRL_LIMIT = INPUT_CAPS.crl;
const PEM_LIMIT = Math.ceil(CRL_LIMIT * 1.4);

/** Reads a CRL named on the command line, DER or PEM, and checks every value in it. Throws ERR_FILE_READ, ERR_CRL_UNREADABLE. */
export async function readCrl(world: Pick<World, 'cwd' | 'files' | 'in'>, path: string): Promise<ParsedCrl> {
  return parseCrl(await readInput(world, path, 'the CRL', PEM_LIMIT), path);
}

/** Decodes a CRL; `path` names the file in errors. Throws ERR_CRL_UNREADABLE. */
function parseCrl(bytes: Uint8Array, path: string): ParsedCrl {
  try {
    const der = isPem(bytes) ? onlyCrl(bytes) : bytes;
    if (der.length > CRL_LIMIT) throw new PemError(`it is larger than ${CRL_LIMIT} bytes`);
    const crl = decodeCrl(der);
    checkCrlValues(crl);
    return crl;
  } catch (cause) {
    if (!(cause instanceof DerError || cause instanceof PemError)) throw cause;
    throw failure('ERR_CRL_UNREADABLE', { path, problem: cause.message }, cause);
  }
}

function onlyCrl(bytes: Uint8Array): Uint8Array {
  // @peculiar/x509 and some others write the short label
  const blocks = decodePem(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'));
  const crls = blocks.filter(({ label }) => label === 'X509 CRL' || label === 'CRL');
  if (crls[0] === undefined) throw new PemError(`it contains ${blocks[0]?.label ?? 'no PEM block'}`);
  if (crls.length > 1) throw new PemError(`it contains ${crls.length} CRLs; give a file with one`);
  return crls[0].der;
}
