import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SvcauthError } from '../../src/errors/error.ts';
import { concatBytes } from '../../src/pki/bytes.ts';
import { decodeCertificationRequest } from '../../src/pki/csr/certification-request.ts';
import { DerError } from '../../src/pki/der/reader.ts';
import { lintBytes } from '../../src/pki/lint/lint-bytes.ts';
import { openPkcs12 } from '../../src/pki/pkcs12/open.ts';
import { readPathCertificate } from '../../src/pki/path/path-certificate.ts';
import { loadTrustStore } from '../../src/pki/path/trust-store.ts';
import { validatePath } from '../../src/pki/path/validate-path.ts';
import { decodePem, PemError } from '../../src/pki/pem.ts';
import { parsePrivateKey } from '../../src/pki/key/private-key.ts';
import { parseSpiffeBundle } from '../../src/pki/bundle/read.ts';
import type { ConformanceSuite } from './case.ts';
import { base64Bytes, readCorpus, vectorsDirectory } from './vectors.ts';

const NOW = new Date('2026-01-01T00:00:00Z');

/** Every parser of bytes from outside. It returns a value or throws its own error, nothing else. */
const PARSERS: readonly ((bytes: Uint8Array) => unknown)[] = [
  bytes => {
    const certificate = readPathCertificate(bytes);
    const trust = loadTrustStore({ anchors: [], intermediates: [bytes], crls: [bytes] });
    return validatePath(certificate, trust, { now: NOW, purpose: 'any' });
  },
  bytes => loadTrustStore({ anchors: [bytes], intermediates: [bytes], crls: [bytes] }),
  bytes => lintBytes(bytes, 'an input', 'an input', ['standard', 'ours']),
  bytes => decodeCertificationRequest(bytes),
  bytes => parsePrivateKey(bytes, undefined),
  bytes => openPkcs12(bytes, undefined),
  bytes => decodePem(Buffer.from(bytes).toString('latin1')),
  bytes => parseSpiffeBundle(Buffer.from(bytes).toString('utf8')),
];

export function corpora(): readonly ConformanceSuite[] {
  const directory = join(vectorsDirectory(), 'corpora');
  return listed(directory).flatMap(file => {
    const corpus = readCorpus(join('corpora', file));
    if (corpus === undefined) return [];
    const cases = corpus.map(({ name, b64 }) => ({
      id: name,
      expected: 'either' as const,
      run: async () => {
        for (const bytes of readings(base64Bytes(b64))) for (const parse of PARSERS) await survive(parse, bytes);
        return { accepted: true } as const;
      },
    }));
    return [{ name: `corpus ${file.replace('.jsonl', '')}`, cases }];
  });
}

/** Mutates corpus inputs: changes, cuts or repeats bytes, the same for the same seed. */
export function mutants(count: number, seed = 1): readonly ConformanceSuite[] {
  const directory = join(vectorsDirectory(), 'corpora');
  const inputs = listed(directory).flatMap(file => readCorpus(join('corpora', file)) ?? []);
  if (inputs.length === 0) return [];
  const random = xorshift(seed);
  const cases = Array.from({ length: count }, (_, index) => {
    const { name, b64 } = inputs[random(inputs.length)]!;
    const bytes = mutate(readings(base64Bytes(b64)).at(-1)!, random);
    return {
      id: `mutant ${index} of ${name}`,
      expected: 'either' as const,
      run: async () => {
        for (const parse of PARSERS) await survive(parse, bytes);
        return { accepted: true } as const;
      },
    };
  });
  return [{ name: `corpus mutants (seed ${seed})`, cases }];
}

/** Returns a generator of numbers below `limit`: Marsaglia's xorshift32. */
function xorshift(seed: number): (limit: number) => number {
  let state = seed;
  return limit => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

function mutate(original: Uint8Array, random: (limit: number) => number): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(original);
  for (let i = 1 + random(4); i > 0 && bytes.length > 0; i--) {
    const at = random(bytes.length);
    const kind = random(8);
    if (kind === 0) bytes = bytes.slice(0, at);
    else if (kind === 1) bytes = concatBytes([bytes.subarray(0, at), bytes.subarray(random(at + 1))]);
    else if (kind < 5) bytes[at] = random(256);
    else bytes[at]! ^= 1 << random(8);
  }
  return bytes;
}

function listed(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter(file => file.endsWith('.jsonl'));
  } catch {
    return [];
  }
}

/** Returns the bytes unchanged, and the contents of their PEM blocks. */
function readings(bytes: Uint8Array): readonly Uint8Array[] {
  try {
    return [bytes, ...decodePem(Buffer.from(bytes).toString('latin1')).map(({ der }) => der)];
  } catch {
    return [bytes];
  }
}

async function survive(parse: (bytes: Uint8Array) => unknown, bytes: Uint8Array): Promise<void> {
  try {
    await parse(bytes);
  } catch (error) {
    if (error instanceof DerError || error instanceof PemError || error instanceof SvcauthError) return;
    throw error;
  }
}
