// Decides whether the key of a certificate made a signature, and remembers the answer for the same pair of objects.
// Path validation and svcauth/node call it. `countAsSigned` is for the plans that `verifiers` proves. It holds no private key.
import { createVerify, verify } from 'node:crypto';
import type { AlgorithmIdentifier } from '../key/algorithm-identifier.ts';
import { oidName } from '../oids.ts';
import { verifyingKey, type VerifyingKey } from '../key/signature.ts';
import { spend, type Budget } from './budget.ts';
import type { PathCertificate } from './path-certificate.ts';
import { refusal, type Refusal, type RefusalCode } from './refusal.ts';

/** A signed structure. The object is its identity: the result of a verification is cached with it. */
export interface Signed {
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

const keys = new WeakMap<PathCertificate, Map<string, VerifyingKey | undefined>>();
const verdicts = new WeakMap<Signed, WeakMap<PathCertificate, boolean>>();

/** Verifies that the key of `issuer` signed `bytes`; returns the refusal if not. A cached result counts in the budget too. */
export function signatureRefusal(
  signed: Signed,
  bytes: Uint8Array,
  issuer: PathCertificate,
  wrong: RefusalCode & `${string}signature-wrong`,
  budget: Budget,
): Refusal | undefined {
  const over = spend(budget, 'signatures');
  if (over !== undefined) return over;
  const key = keyFor(signed.signatureAlgorithm, issuer);
  if (key === undefined) {
    const { oid } = signed.signatureAlgorithm;
    return refusal(
      'signature-algorithm-refused',
      `the signature algorithm ${oidName(oid) ?? oid} is not supported with this key`,
    );
  }
  let good = verdicts.get(signed)?.get(issuer);
  if (good === undefined) remember(signed, issuer, (good = isMadeBy(key, bytes, signed.signature)));
  return good ? undefined : refusal(wrong, 'its signature does not verify with the key of its issuer');
}

/** Bytes hashed between two pauses: less than a millisecond. */
const SLICE = 512 * 1024;

/**
 * Verifies a signature over many bytes in steps, and remembers the answer for `signatureRefusal`. It pauses at each `yield`. An
 * unsupported key is left to `signatureRefusal`.
 */
export function* signatureSteps(
  signed: Signed,
  bytes: Uint8Array,
  issuer: PathCertificate,
): Generator<undefined, void> {
  const key = keyFor(signed.signatureAlgorithm, issuer);
  if (key === undefined || verdicts.get(signed)?.has(issuer) === true) return;
  const { digest } = key.scheme;
  // Ed25519 reads the bytes twice, so it gets them at once
  if (digest === null) return remember(signed, issuer, isMadeBy(key, bytes, signed.signature));
  const verifier = createVerify(digest);
  for (let at = 0; at < bytes.length; at += SLICE) {
    verifier.update(bytes.subarray(at, at + SLICE));
    yield;
  }
  try {
    remember(signed, issuer, verifier.verify(key.publicKey, signed.signature));
  } catch {
    remember(signed, issuer, false);
  }
}

function remember(signed: Signed, issuer: PathCertificate, good: boolean): void {
  let known = verdicts.get(signed);
  if (known === undefined) verdicts.set(signed, (known = new WeakMap()));
  known.set(issuer, good);
}

/**
 * Records that an object counts as signed by an issuer: a planned certificate has no signature yet. It applies to this object
 * only, never to one read from bytes.
 */
export function countAsSigned(planned: Signed, issuer: PathCertificate): void {
  remember(planned, issuer, true);
}

function keyFor(algorithm: AlgorithmIdentifier, issuer: PathCertificate): VerifyingKey | undefined {
  let known = keys.get(issuer);
  if (known === undefined) keys.set(issuer, (known = new Map<string, VerifyingKey | undefined>()));
  const id = Buffer.from(algorithm.der).toString('latin1');
  if (known.has(id)) return known.get(id);
  const key = verifyingKey(algorithm, issuer.tbs.publicKey);
  known.set(id, key);
  return key;
}

function isMadeBy({ scheme, publicKey }: VerifyingKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(scheme.digest, bytes, publicKey, signature);
  } catch {
    return false;
  }
}
