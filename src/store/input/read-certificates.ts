// Reads the certificates of a file that a command names, as PEM or DER, with limits on bytes and blocks.
// Bundle, lookup, publication and rotation call it. It validates no path.
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import { capProblem, countProblem, FILE_CAP } from '../../pki/input-caps.ts';
import { decodePem, isPem, PemError } from '../../pki/pem.ts';
import { parseSpiffeBundle } from '../../pki/bundle/read.ts';
import { derKind } from '../../pki/report/der-kind.ts';
import { readInput } from './read-input.ts';

type Input = Pick<World, 'cwd' | 'files' | 'in'>;

const LABELS = {
  certificate: ['CERTIFICATE', 'X509 CERTIFICATE'],
  crl: ['X509 CRL', 'CRL'],
} as const;

/**
 * Reads every certificate of a PEM file, the certificate of a DER file, or the anchors of a SPIFFE bundle. Throws ERR_FILE_READ,
 * ERR_CERTIFICATE_INPUT.
 */
export async function readCertificates(world: Input, file: string): Promise<readonly Uint8Array[]> {
  const bytes = await readInput(world, file, 'file', FILE_CAP);
  if (/^\s*\{/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'))) {
    const problem = capProblem('bundle', bytes.length);
    if (problem !== undefined) throw failure('ERR_CERTIFICATE_INPUT', { file: nameOf(file), reason: problem });
    return parseSpiffeBundle(Buffer.from(bytes).toString('utf8')).x509Authorities;
  }
  return structuresIn(bytes, 'certificate', file);
}

/** Reads every CRL of a PEM file, or the CRL of a DER file. Throws ERR_FILE_READ, ERR_CERTIFICATE_INPUT. */
export async function readCrls(world: Input, file: string): Promise<readonly Uint8Array[]> {
  return structuresIn(await readInput(world, file, 'file', FILE_CAP), 'crl', file);
}

function structuresIn(bytes: Uint8Array, kind: keyof typeof LABELS, file: string): readonly Uint8Array[] {
  const refuse = (reason: string, cause?: unknown) =>
    failure('ERR_CERTIFICATE_INPUT', { file: nameOf(file), reason }, cause);
  const ders = isPem(bytes) ? blocksOf(bytes, LABELS[kind], refuse) : derKind(bytes) === kind ? [bytes] : [];
  const noun = kind === 'crl' ? 'CRL' : kind;
  if (ders.length === 0) throw refuse(`it contains no ${noun}`);
  for (const problem of [countProblem(ders.length), ...ders.map(der => capProblem(kind, der.length))]) {
    if (problem !== undefined) throw refuse(problem);
  }
  return ders;
}

const nameOf = (file: string): string => (file === '-' ? 'standard input' : quote(file));

function blocksOf(
  bytes: Uint8Array,
  labels: readonly string[],
  refuse: (reason: string, cause: unknown) => Error,
): readonly Uint8Array[] {
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    return decodePem(text).flatMap(({ label, der }) => (labels.includes(label) ? [der] : []));
  } catch (cause) {
    if (cause instanceof PemError) throw refuse(cause.message, cause);
    throw cause;
  }
}
