/**
 * Creates the planned CA with its first CRL and its test, and finishes an interrupted preparation. The step calls it after its gates; it
 * plans nothing.
 */
import { dirname, resolve } from 'node:path';
import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { ownTier, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { Authority, FurtherCertificate } from '../../record/authority.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { openRotation, type RotationFacts } from '../rules/state.ts';
import {
  needsHolder,
  successorProblem,
  type PlannedCross,
  type Successor,
  type SuccessorRequest,
} from '../rules/successor.ts';
import { utf8 } from '../../pki/bytes.ts';
import { issuerFactsOf } from '../../pki/certificate/issuer-facts.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import { KEY_ALGORITHMS } from '../../pki/key/algorithm.ts';
import { generateKeyPair } from '../../pki/key/pair.ts';
import { decodeCertificate, type ParsedCertificate } from '../../pki/certificate/parsed.ts';
import { encodePem } from '../../pki/pem.ts';
import { serialToHex } from '../../pki/certificate/serial-number.ts';
import { PRIVATE_DIRECTORY } from '../../store/home.ts';
import { digestOf } from '../../store/files/file-digest.ts';
import { createKeyFile } from '../../store/files/key-file.ts';
import { encodeKeyPem } from '../../store/input/key-pem.ts';
import { certifyAgain, certifyAuthority, type ReadyAuthority } from '../../ca/run/new-authority.ts';
import type { Pki } from '../../store/open-pki.ts';
import { refreshCrls } from '../../crl/run/refresh.ts';
import { selfTest } from './self-test.ts';
import { homePassphrase, rotationIssuer, type RotationKeys } from './keys.ts';

export interface PrepareRequest extends SuccessorRequest, RotationKeys {
  /** File for the key of a new root that is not kept in the home. */
  readonly rootKeyOut: string | undefined;
  readonly requiredAcks: readonly string[];
}

/** Returns the successor that can be created. Throws ERR_ROTATION_TIER, ERR_ROTATION_KEY_OUT, ERR_ROOT_KEY_OUT, ERR_ROTATION_KEY_NEEDED. */
export function requirePreparable(
  pki: Pki,
  facts: RotationFacts,
  successor: Successor | undefined,
  request: PrepareRequest,
): Successor {
  const { tier } = facts;
  const problem = successorProblem(facts);
  if (problem !== undefined) throw failure('ERR_ROTATION_TIER', { tier, ...problem });
  const { planned, from, above, crosses } = successor!;
  if (planned.tier === 'root' && request.rootKeyOut === undefined && from.keyLocation === 'offline') {
    throw failure('ERR_ROTATION_KEY_OUT', { id: from.id });
  }
  if (request.rootKeyOut !== undefined) requireFree(pki, request.rootKeyOut);
  const signers = [above, ...crosses.map(({ by }) => by)].filter(each => each !== undefined && each !== 'successor');
  const holders = signers.length > 0 ? signers : [from];
  if (request.rootKey !== undefined && holders.every(({ keyLocation }) => keyLocation === 'file')) {
    throw failure('ERR_ROOT_KEY_UNUSED', { id: holders[0]!.id, path: request.rootKey });
  }
  for (const signer of [needsHolder(successor!, request.rootKey) ? undefined : above, ...crosses.map(({ by }) => by)]) {
    if (signer === undefined || signer === 'successor' || signer.keyLocation === 'file') continue;
    if (request.rootKey !== undefined) continue;
    const { id, keyLocation } = signer;
    throw failure('ERR_ROTATION_KEY_NEEDED', { id, keyLocation, step: 'prepare', tier });
  }
  return request.rootKeyOut === undefined
    ? successor!
    : { ...successor!, planned: { ...planned, keyLocation: 'offline' } };
}

function requireFree({ world: { cwd, files } }: Pki, typed: string): void {
  const path = resolve(cwd, typed);
  const unfit = (reason: string, found = false) => failure('ERR_ROOT_KEY_OUT', { path, reason, found });
  if (files.linkStatus(path) !== undefined) throw unfit('it already exists and may be a key', true);
  if (files.status(dirname(path))?.kind !== 'directory') throw unfit('its directory does not exist');
}

/**
 * Creates the key and the certificates, then records them. Before the record they are not in use, and the next run replaces the files of an
 * interrupted one.
 */
export async function makeSuccessor(
  pki: Pki,
  policy: Policy,
  { from, planned, above, crosses }: Successor,
  request: PrepareRequest,
): Promise<void> {
  const { world, home, manifest, identity } = pki;
  const signer = above && (await rotationIssuer(pki, above, request, 'prepare'));
  const keys = await generateKeyPair(KEY_ALGORITHMS[planned.keyAlgorithm]);
  const ready = await certifyAuthority(world, identity, planned, keys, signer);
  const further: FurtherCertificate[] = [];
  for (const cross of crosses) further.push(await makeCross(pki, cross, planned.id, ready, request));
  const passphrase = await homePassphrase(pki, request.ask);
  const keyPem = utf8(await encodeKeyPem(keys.pkcs8, passphrase, length => world.random(length)));
  passphrase?.fill(0);
  keys.pkcs8.fill(0);

  const paths = home.authority(planned.id);
  if (world.files.status(home.public.crlDer(planned.id)) !== undefined) {
    const problems = [`public/crl contains a CRL of ${planned.id}, which is not in the manifest`];
    throw failure('ERR_ROTATION_CONTRADICTION', { tier: planned.tier, problems });
  }
  // files of an interrupted run, which were never in use
  world.files.remove(paths.directory);
  world.files.makeDirectory(paths.directory, PRIVATE_DIRECTORY);
  if (planned.keyLocation === 'file') createKeyFile(world.files, paths.key, keyPem);
  else createKeyFile(world.files, resolve(world.cwd, request.rootKeyOut!), keyPem);
  world.files.createExclusive(paths.certificate, utf8(encodePem('CERTIFICATE', ready.certificate.der)), 0o644);

  const authority: Authority = {
    id: planned.id,
    tier: planned.tier,
    generation: planned.generation,
    state: 'prepared',
    keyAlgorithm: planned.keyAlgorithm,
    keyLocation: planned.keyLocation,
    certificate: certificateOf(ready.certificate, above?.id ?? planned.id),
    createdAt: world.now,
  };
  manifest.transaction(write => {
    write.insertAuthority(authority);
    if (planned.keyLocation === 'file') write.putKeyFileDigest(planned.id, digestOf(keyPem));
    write.audit('ca.created', planned.id, {
      tier: planned.tier,
      keyAlgorithm: planned.keyAlgorithm,
      keyLocation: planned.keyLocation,
      serial: authority.certificate!.serial,
      notAfter: instantText(planned.notAfter),
    });
    for (const each of further) {
      write.insertFurtherCertificate(each);
      write.audit('ca.certified', each.authorityId, {
        issuedBy: each.issuerId,
        serial: each.serial,
        notAfter: instantText(each.notAfter),
      });
    }
    write.insertRotation({
      tier: planned.tier,
      fromId: from.id,
      toId: planned.id,
      crossSigning: request.crossSigning,
      soak: request.soak ?? policy.rotation.soak,
      requiredAcks: request.requiredAcks,
      preparedAt: world.now,
    });
    write.audit('rotation.prepared', planned.id, { from: from.id, crossSigning: request.crossSigning });
  });
  await finishPreparation(pki, policy, authority as CertifiedAuthority, ready.issuer);
}

/** Signs the first CRL and makes the test, where they are missing. */
async function finishPreparation(
  pki: Pki,
  policy: Policy,
  authority: CertifiedAuthority,
  issuer: Issuer,
): Promise<void> {
  await refreshCrls(pki, { issuers: new Map([[authority.id, issuer]]), schedule: policy.crl });
  await selfTest(pki, policy, authority, issuer);
}

/** Completes an interrupted preparation. Returns true if anything was missing. */
export async function resumePreparation(
  pki: Pki,
  policy: Policy,
  facts: RotationFacts,
  keys: RotationKeys,
): Promise<boolean> {
  const open = openRotation(facts);
  if (open?.phase !== 'prepared' || open.unfinished.length === 0) return false;
  await finishPreparation(pki, policy, open.to, await rotationIssuer(pki, open.to, keys, 'prepare'));
  return true;
}

async function makeCross(
  pki: Pki,
  { subject, by, notBefore, notAfter, crlUrl }: PlannedCross,
  successorId: string,
  successor: ReadyAuthority,
  keys: RotationKeys,
): Promise<FurtherCertificate> {
  const issuer = by === 'successor' ? successor.issuer : await rotationIssuer(pki, by, keys, 'prepare');
  const facts =
    subject === 'successor'
      ? successor.issuer
      : issuerFactsOf(decodeCertificate(subject.certificate.der), KEY_ALGORITHMS[subject.keyAlgorithm]);
  const tier = subject === 'successor' ? 'root' : ownTier(subject);
  const terms = { tier, notBefore, notAfter, ...(crlUrl !== undefined && { crlUrl }) };
  const certificate = await certifyAgain(pki.world, pki.identity.trustDomain, facts, terms, issuer);
  return {
    ...certificateOf(certificate, by === 'successor' ? successorId : by.id),
    authorityId: subject === 'successor' ? successorId : subject.id,
    createdAt: pki.world.now,
  };
}

const certificateOf = ({ der, tbs }: ParsedCertificate, issuerId: string) => ({
  der,
  serial: serialToHex(tbs.serial),
  issuerId,
  notBefore: tbs.notBefore.date,
  notAfter: tbs.notAfter.date,
});
