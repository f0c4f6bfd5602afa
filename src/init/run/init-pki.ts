// Creates a new PKI: keys, CA certificates, the manifest, the first CRLs, the trust bundle and the policy file.
// `ca init` calls it, first for the plan and then to carry it out. It never changes an occupied home.
import { dirname, resolve } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { readInitRequest, rootKind, type InitText } from '../rules/request.ts';
import type { Authority } from '../../record/authority.ts';
import { planInit, planPolicy, type InitRequest, type RootSource } from '../rules/plan.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import { utf8 } from '../../pki/bytes.ts';
import { issuerFactsOf } from '../../pki/certificate/issuer-facts.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import { KEY_ALGORITHMS } from '../../pki/key/algorithm.ts';
import { generateKeyPair, type KeyPair } from '../../pki/key/pair.ts';
import { encodePem } from '../../pki/pem.ts';
import { serialToHex } from '../../pki/certificate/serial-number.ts';
import { createHome, PRIVATE_DIRECTORY, type Home } from '../../store/home.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { digestOf } from '../../store/files/file-digest.ts';
import { createKeyFile, readKeyFile } from '../../store/files/key-file.ts';
import { createManifest } from '../../store/manifest/sqlite-manifest.ts';
import { encodeKeyPem } from '../../store/input/key-pem.ts';
import { certificateRequest } from '../../ca/run/certificate-request.ts';
import { certifyAuthority, type ReadyAuthority } from '../../ca/run/new-authority.ts';
import { readRoot } from './read-root.ts';
import { refreshCrls } from '../../crl/run/refresh.ts';
import { signingWith } from '../../ca/run/unlock.ts';
import { writeTrustBundle } from '../../bundle/run/write.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import type { PlannedAuthority } from '../../ca/rules/planned-authority.ts';

export interface InitPlan {
  readonly request: InitRequest;
  /** Policy of the new svcauth.yaml. */
  readonly policy: Policy;
  readonly authorities: readonly PlannedAuthority[];
}

/** Reads the flags and the files they name, and plans the PKI. Nothing is written. */
export async function planInitPki(world: World, text: InitText, ask: AskPassphrase): Promise<InitPlan> {
  const base = readInitRequest(text);
  const request = { ...base, root: await rootSource(world, text, ask) };
  const authorities = planInit(request, world.now);
  return { request, policy: planPolicy(request, authorities), authorities };
}

async function rootSource(world: World, text: InitText, ask: AskPassphrase): Promise<RootSource> {
  const kind = rootKind(text);
  switch (kind) {
    case 'create':
    case 'foreign':
      return { kind };
    case 'create-offline':
      return { kind, keyPath: freePath(world, text.rootKeyOut!) };
    case 'import':
      return readRoot(world, { certificate: text.importRoot!, key: text.importKey! }, !text.singleTier, ask);
  }
}

/** Checks that the key of an offline root can be written to a path. Throws ERR_ROOT_KEY_OUT. */
function freePath({ cwd, files }: World, typed: string): string {
  const path = resolve(cwd, typed);
  const unfit = (reason: string, found = false) => failure('ERR_ROOT_KEY_OUT', { path, reason, found });
  if (files.linkStatus(path) !== undefined) throw unfit('the file exists and may be a key', true);
  if (files.status(dirname(path))?.kind !== 'directory') throw unfit('its directory does not exist');
  return path;
}

export interface InitResult {
  readonly home: Home;
  readonly trustDomain: string;
  readonly authorities: readonly Authority[];
  /** CSR for the external root, with --csr-only. */
  readonly csrPem?: string;
  /** Path of the key of an offline root. */
  readonly rootKey?: string;
}

/** A new CA; without a certificate it waits for the external root. */
interface MadeAuthority {
  readonly planned: PlannedAuthority;
  /** Unencrypted, in memory only. */
  readonly pkcs8: Uint8Array;
  readonly ready?: ReadyAuthority;
  readonly csrPem?: string;
}

/**
 * Creates the PKI completely or not at all. It is built beside the home and put in place by one rename. The key of an offline root is
 * durable before that, so a PKI never exists without it. `policyText`: the plan's policy as svcauth.yaml.
 */
export async function applyInit(
  world: World,
  home: Home,
  plan: InitPlan,
  policyText: string,
  ask: AskPassphrase,
): Promise<InitResult> {
  const { files } = world;
  const { root } = plan.request;
  const rootKey = root.kind === 'create-offline' ? root.keyPath : undefined;
  let rootKeyWritten = false;
  try {
    return await createHome(world, home, async draft => {
      const { made, rootKeyPem } = await buildHome(world, draft, plan, policyText, ask);
      if (rootKey !== undefined) createKeyFile(files, rootKey, utf8(rootKeyPem!));
      rootKeyWritten = true;
      return { ...made, home, ...(rootKey !== undefined && { rootKey }) };
    });
  } catch (cause) {
    if (rootKey !== undefined && rootKeyWritten && files.status(home.manifest) === undefined) files.remove(rootKey);
    throw cause;
  }
}

async function buildHome(
  world: World,
  draft: Home,
  plan: InitPlan,
  policyText: string,
  ask: AskPassphrase,
): Promise<{ readonly made: Omit<InitResult, 'home'>; readonly rootKeyPem?: string }> {
  const { request } = plan;
  const made = await makeAuthorities(world, plan);
  const rootKeyPem = await writeAuthorities(world, draft, request, made, ask);
  world.files.createExclusive(draft.policy, utf8(policyText), 0o644);
  const manifest = await createManifest(world, draft.manifest);
  try {
    const authorities = recordAuthorities(manifest, world, draft, request, made);
    const issuers = new Map(made.flatMap(({ planned, ready }) => (ready ? [[planned.id, ready.issuer] as const] : [])));
    await refreshCrls({ world, home: draft, manifest }, { issuers, schedule: plan.policy.crl });
    writeTrustBundle(world, draft, manifest);
    const csrPem = made.find(one => one.csrPem !== undefined)?.csrPem;
    return {
      made: { trustDomain: request.trustDomain, authorities, ...(csrPem !== undefined && { csrPem }) },
      ...(rootKeyPem !== undefined && { rootKeyPem }),
    };
  } finally {
    manifest.close();
  }
}

async function makeAuthorities(world: World, { request, authorities }: InitPlan): Promise<readonly MadeAuthority[]> {
  // RSA keys are searched for side by side
  const keys = await Promise.all(
    authorities.map(async ({ how, keyAlgorithm }) =>
      how === 'import' ? undefined : generateKeyPair(KEY_ALGORITHMS[keyAlgorithm]),
    ),
  );
  const made: MadeAuthority[] = [];
  for (const [index, planned] of authorities.entries()) {
    made.push(await makeAuthority(world, request, planned, keys[index], made.at(-1)?.ready?.issuer));
  }
  return made;
}

async function makeAuthority(
  world: World,
  request: InitRequest,
  planned: PlannedAuthority,
  keys: KeyPair | undefined,
  above: Issuer | undefined,
): Promise<MadeAuthority> {
  const { root } = request;
  if (keys === undefined) {
    if (root.kind !== 'import') throw new TypeError('a CA is imported or has a new key');
    const { certificate, key } = root;
    const issuer = { ...issuerFactsOf(certificate, key.algorithm), ...signingWith(key) };
    return { planned, pkcs8: key.pkcs8, ready: { certificate, issuer } };
  }
  if (planned.how === 'request')
    return { planned, pkcs8: keys.pkcs8, csrPem: await certificateRequest(request, planned, keys) };
  return { planned, pkcs8: keys.pkcs8, ready: await certifyAuthority(world, request, planned, keys, above) };
}

/** Writes the files of the CAs. Returns the key of an offline root as PEM. */
async function writeAuthorities(
  { files, random }: Pick<World, 'files' | 'random'>,
  draft: Home,
  { keyProtection }: InitRequest,
  made: readonly MadeAuthority[],
  ask: AskPassphrase,
): Promise<string | undefined> {
  let offline: string | undefined;
  const passphrase = keyProtection === 'none' ? undefined : await ask('the new CA keys');
  // the derivations run side by side in the thread pool
  const keyPems = await Promise.all(made.map(({ pkcs8 }) => encodeKeyPem(pkcs8, passphrase, random)));
  passphrase?.fill(0);
  for (const [index, { planned, ready, csrPem, pkcs8 }] of made.entries()) {
    pkcs8.fill(0);
    const paths = draft.authority(planned.id);
    files.makeDirectory(paths.directory, PRIVATE_DIRECTORY);
    const keyPem = keyPems[index]!;
    if (planned.keyLocation === 'offline') offline = keyPem;
    else createKeyFile(files, paths.key, utf8(keyPem));
    if (ready !== undefined)
      files.createExclusive(paths.certificate, utf8(encodePem('CERTIFICATE', ready.certificate.der)), 0o644);
    if (csrPem !== undefined) files.createExclusive(paths.csr, utf8(csrPem), 0o644);
  }
  return offline;
}

function recordAuthorities(
  manifest: Manifest,
  { files, now }: Pick<World, 'files' | 'now'>,
  draft: Home,
  request: InitRequest,
  made: readonly MadeAuthority[],
): readonly Authority[] {
  const { trustDomain, name } = request;
  const authorities = made.map(one => authorityOf(one, made[0]!.planned.id, now));
  manifest.transaction(write => {
    write.setIdentity({ trustDomain, name, createdAt: now });
    for (const [index, authority] of authorities.entries()) {
      write.insertAuthority(authority);
      if (authority.keyLocation === 'file') {
        write.putKeyFileDigest(authority.id, digestOf(readKeyFile(files, draft, authority.id)));
      }
      const { how } = made[index]!.planned;
      write.audit(AUDIT_ACTIONS[how], authority.id, auditDetail(authority));
    }
  });
  return authorities;
}

const AUDIT_ACTIONS = {
  create: 'ca.created',
  import: 'ca.imported',
  request: 'ca.requested',
} as const;

function authorityOf({ planned, ready }: MadeAuthority, rootId: string, now: Date): Authority {
  const { id, tier, generation, keyAlgorithm, keyLocation } = planned;
  const base = { id, tier, generation, keyAlgorithm, keyLocation, createdAt: now };
  if (ready === undefined) return { ...base, state: 'pending' };
  const { der, tbs } = ready.certificate;
  return {
    ...base,
    state: 'active',
    certificate: {
      der,
      serial: serialToHex(tbs.serial),
      issuerId: tier === 'root' ? id : rootId,
      notBefore: tbs.notBefore.date,
      notAfter: tbs.notAfter.date,
    },
  };
}

function auditDetail({ tier, keyAlgorithm, keyLocation, certificate }: Authority): Readonly<Record<string, string>> {
  return {
    tier,
    keyAlgorithm,
    keyLocation,
    ...(certificate && { serial: certificate.serial, notAfter: instantText(certificate.notAfter) }),
  };
}
