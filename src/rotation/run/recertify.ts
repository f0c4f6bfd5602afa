/**
 * Issues an additional certificate for the key of a CA, for `ca extend` and `ca cross-sign`. It proves the certificate first, and updates the
 * files. It takes no step of a rotation.
 */
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { counterexampleText } from '../../verifiers/rules/counterexample-text.ts';
import { ownTier } from '../../ca/rules/active-issuer.ts';
import { crlAddress } from '../../policy/rules/crl-url.ts';
import type { FurtherCertificate } from '../../record/authority.ts';
import { planCrossSigning, planExtension, type Recertification } from '../rules/plan-recertify.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { issuerFactsOf } from '../../pki/certificate/issuer-facts.ts';
import { KEY_ALGORITHMS } from '../../pki/key/algorithm.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { serialToHex } from '../../pki/certificate/serial-number.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { certifyAgain } from '../../ca/run/new-authority.ts';
import { publishAndReload } from '../../deployment/run/publish-and-reload.ts';
import type { TrustSpread } from '../../record/trust-spread.ts';
import { changePki, readPki, type Pki } from '../../store/open-pki.ts';
import { proveRecertification } from './prove-recertification.ts';
import { syncFiles, type SyncedFiles } from './sync-files.ts';
import { rotationIssuer, type RotationKeys } from './keys.ts';
import { recordTrustBundle } from '../../bundle/run/write.ts';

export interface RecertifyOutcome {
  readonly action: 'extend' | 'cross-sign';
  readonly id: string;
  /** Absent: no new certificate is needed. */
  readonly planned?: Recertification;
  readonly dryRun: boolean;
  readonly serial?: string;
  /** Services with new files. */
  readonly services: readonly string[];
  readonly failed: SyncedFiles['failed'];
  /** Absent in a dry run. */
  readonly spread?: TrustSpread;
}

type Ask = { readonly extend: { readonly lifetime: number | undefined } } | { readonly crossSignBy: string };

/**
 * Issues an additional certificate for the key of a CA, and updates every file. The next run finishes an interrupted one. Throws the errors
 * of `planExtension`, `planCrossSigning` and keys, ERR_KEY_AWAY and ERR_RECERTIFY_PROOF.
 */
export async function recertify(
  world: World,
  homeFlag: string | undefined,
  id: string,
  ask: Ask,
  { dryRun, ...keys }: RotationKeys & { readonly dryRun: boolean },
): Promise<RecertifyOutcome> {
  if (dryRun) {
    return readPki(world, homeFlag, async pki => outcomeOf(ask, id, planOf(pki, await loadPolicy(pki), id, ask), true));
  }
  return changePki(world, homeFlag, `ca ${actionOf(ask)}`, async pki => {
    const policy = await loadPolicy(pki);
    const planned = planOf(pki, policy, id, ask);
    const made = planned && (await make(pki, policy, planned, keys));
    const { refreshed, failed } = await syncFiles(pki, policy, { chains: true, destroysKeys: false });
    const spread = await publishAndReload(pki, policy);
    const outcome = outcomeOf(ask, id, planned, false);
    return { ...outcome, ...(made && { serial: made.serial }), services: refreshed, failed, spread };
  });
}

const actionOf = (ask: Ask): RecertifyOutcome['action'] => ('extend' in ask ? 'extend' : 'cross-sign');

const outcomeOf = (ask: Ask, id: string, planned: Recertification | undefined, dryRun: boolean): RecertifyOutcome => ({
  action: actionOf(ask),
  id,
  ...(planned && { planned }),
  dryRun,
  services: [],
  failed: [],
});

function planOf({ world, manifest }: Pki, { leaf }: Policy, id: string, ask: Ask): Recertification | undefined {
  const facts = {
    authorities: manifest.authorities(),
    further: manifest.furtherCertificates(),
    backdate: leaf.backdate,
  };
  return 'extend' in ask
    ? planExtension(facts, { id, lifetime: ask.extend.lifetime }, world.now)
    : planCrossSigning(facts, { id, byId: ask.crossSignBy }, world.now);
}

async function make(
  pki: Pki,
  policy: Policy,
  planned: Recertification,
  keys: RotationKeys,
): Promise<FurtherCertificate> {
  const { world, manifest, identity } = pki;
  const { subject, by, notBefore, notAfter, replaces } = planned;
  if (by.keyLocation === 'file' && keys.rootKey !== undefined) {
    throw failure('ERR_ROOT_KEY_UNUSED', { id: by.id, path: keys.rootKey });
  }
  if (by.keyLocation !== 'file' && keys.rootKey === undefined) {
    throw failure('ERR_KEY_AWAY', { id: by.id, keyLocation: by.keyLocation });
  }
  const issuer = await rotationIssuer(pki, by, keys, 'prepare');
  const facts = issuerFactsOf(decodeCertificate(subject.certificate.der), KEY_ALGORITHMS[subject.keyAlgorithm]);
  const crlUrl = by === subject || policy.crl.url === undefined ? {} : { crlUrl: crlAddress(policy.crl.url, by.id) };
  const terms = { tier: ownTier(subject), notBefore, notAfter, ...crlUrl };
  const { der, tbs } = await certifyAgain(world, identity.trustDomain, facts, terms, issuer);
  const made: FurtherCertificate = {
    authorityId: subject.id,
    issuerId: by.id,
    der,
    serial: serialToHex(tbs.serial),
    notBefore: tbs.notBefore.date,
    notAfter: tbs.notAfter.date,
    createdAt: world.now,
  };
  // no verifier accepts anything below a certificate that begins in the future: there is nothing to lose
  const [first] = subject.certificate.notBefore > world.now ? [] : proveRecertification(pki, made, replaces);
  if (first !== undefined) throw failure('ERR_RECERTIFY_PROOF', { id: subject.id, problem: counterexampleText(first) });
  manifest.transaction(write => {
    write.insertFurtherCertificate(made);
    if (replaces) write.promoteCertificate(subject.id, made.serial);
    const detail = { issuedBy: by.id, serial: made.serial, notAfter: instantText(made.notAfter) };
    write.audit('ca.certified', subject.id, {
      ...detail,
      ...(replaces && { replaces: subject.certificate.serial, was: instantText(subject.certificate.notAfter) }),
    });
    recordTrustBundle(write, manifest, world.now);
  });
  return made;
}
