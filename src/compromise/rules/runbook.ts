// Lists the steps that replace a compromised CA, as commands with the names, sizes and times of this PKI.
// `drill ca-compromise` prints the list and a rehearsal carries it out on a copy. It is pure: `run/drill.ts` gathers the facts.
import { ownTier, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { durationText } from '../../time/duration.ts';
import { plural } from '../../text/plural.ts';
import { instantText } from '../../time/instant-text.ts';
import type { Authority, LeafTotals, OwnTier } from '../../record/authority.ts';
import type { Crl } from '../../record/crl.ts';

/** The facts about a compromised CA that its runbook names. */
export interface CompromiseFacts {
  readonly authority: CertifiedAuthority;
  /** The CA that would replace it. */
  readonly successorId: string;
  /** The CA that certifies it and revokes it, with the newest CRL of that CA; absent for a root. */
  readonly above?: { readonly authority: CertifiedAuthority; readonly crl: Crl | undefined };
  /** The leaves that chain to it. */
  readonly leaves: LeafTotals;
  readonly serviceCount: number;
  /** Seconds after which a verifier reads the bundle again. */
  readonly refreshHint: number;
  /** Seconds that a rotation without force waits between publishing and activating. */
  readonly soak: number;
}

/** The action of a step; `distribute` and `announce` both publish, before and after the old CA is revoked or removed. */
export type RunbookAction =
  | 'taint'
  | 'prepare'
  | 'publish'
  | 'distribute'
  | 'activate'
  | 'drain'
  | 'deploy'
  | 'renew'
  | 'revoke'
  | 'sign'
  | 'announce'
  | 'retire'
  | 'notify';

interface RunbookStep {
  readonly action: RunbookAction;
  /** Ready to paste; absent for a step that has no command. */
  readonly command?: string;
  readonly purpose: string;
}

export interface Runbook {
  readonly authorityId: string;
  readonly tier: OwnTier;
  /** For the audit log. */
  readonly reason: string;
  readonly stake: readonly string[];
  readonly steps: readonly RunbookStep[];
}

/** Plans the recovery from a compromised CA key, step by step, with the names, sizes and times of this PKI. */
export function compromiseRunbook(facts: CompromiseFacts): Runbook {
  const { id, state } = facts.authority;
  const tier = ownTier(facts.authority);
  const reason = `the key of ${id} is compromised`;
  const rotate = (step: string): string =>
    `svcauth ca rotate ${step} --tier ${tier} --force-compromised --reason "${reason}"`;
  const taint: RunbookStep = {
    action: 'taint',
    command: `svcauth ca taint ${id} --reason "${reason}"`,
    purpose: `mark ${id} as compromised: it stops issuing, and verifiers still accept its certificates`,
  };
  return {
    authorityId: id,
    tier,
    reason,
    stake: stakeOf(facts),
    steps: [
      ...(state === 'tainted' ? [] : [taint]),
      ...(tier === 'root' ? rootSteps(facts, rotate) : issuingSteps(facts, rotate)),
    ],
  };
}

const KEPT: Readonly<Record<Authority['keyLocation'], string>> = {
  file: 'kept in this home',
  offline: 'kept offline',
  foreign: 'kept outside this home',
  destroyed: 'destroyed here',
};

function stakeOf({ authority, leaves, serviceCount, above }: CompromiseFacts): readonly string[] {
  const { id, certificate, keyLocation } = authority;
  const last = leaves.lastNotAfter === undefined ? '' : `, and the last expires ${instantText(leaves.lastNotAfter)}`;
  const chain = leaves.live === 1 ? 'chains' : 'chain';
  return [
    `an attacker with the key of ${id} (${KEPT[keyLocation]}) can issue certificates for any name until ${instantText(certificate.notAfter)}`,
    `${plural(leaves.live, 'valid certificate')} ${chain} to ${id}${last}`,
    `this home has ${plural(serviceCount, 'service')}`,
    ...(above?.crl === undefined
      ? []
      : [
          `verifiers may use the CRL of ${above.authority.id} that they have until it expires ${instantText(above.crl.nextUpdate)}`,
        ]),
  ];
}

type Rotate = (step: string) => string;

const WHILE_BOTH = "verifiers accept certificates of both CAs, including the attacker's";

function issuingSteps(
  { authority, successorId, above, soak }: CompromiseFacts,
  rotate: Rotate,
): readonly RunbookStep[] {
  const { id, keyLocation } = authority;
  const root = above?.authority;
  const key = root === undefined || root.keyLocation === 'file' ? '' : ` --root-key FILE`;
  return [
    {
      action: 'prepare',
      command: `${rotate('prepare')}${key}`,
      purpose: `create ${successorId}${root ? `, issued by ${root.id}` : ''}, and its first CRL`,
    },
    {
      action: 'publish',
      command: rotate('publish'),
      purpose: `publish ${successorId}; without force, a soak of ${durationText(soak)} would follow`,
    },
    {
      action: 'distribute',
      command: 'svcauth crl publish --to DIR',
      purpose: `copy the CRL of ${successorId} to every verifier: without it, one that checks revocation rejects the new certificates`,
    },
    { action: 'activate', command: rotate('activate'), purpose: `issue from ${successorId}: ${WHILE_BOTH}` },
    { action: 'drain', command: rotate('drain'), purpose: `make every certificate of ${id} due for renewal` },
    { action: 'renew', command: 'svcauth renew', purpose: 'renew the certificate and key of every service' },
    {
      action: 'revoke',
      command: `svcauth ca taint ${id} --reason "every service has a new certificate" --revoke`,
      purpose: `revoke ${id}: verifiers with the new CRL of ${root?.id ?? 'its issuing CA'} reject all of its certificates, including the attacker's`,
    },
    ...(root?.keyLocation === 'offline' ? [signStep(root.id, id)] : []),
    {
      action: 'announce',
      command: 'svcauth crl publish --to DIR',
      purpose: "publish that CRL: only verifiers that have it reject the attacker's certificates",
    },
    {
      action: 'retire',
      command: rotate('retire'),
      purpose: `retire ${id}: sign its last CRL${keyLocation === 'file' ? ', and destroy its key in this home' : ''}`,
    },
  ];
}

const signStep = (rootId: string, revoked: string): RunbookStep => ({
  action: 'sign',
  command: `svcauth crl refresh --ca ${rootId} --key FILE`,
  purpose: `sign the CRL of ${rootId} that revokes ${revoked}, with the key of ${rootId} that is kept offline`,
});

const DEPLOY = { action: 'deploy', command: 'svcauth deploy' } as const;

function rootSteps({ authority, successorId, refreshHint }: CompromiseFacts, rotate: Rotate): readonly RunbookStep[] {
  const { id, keyLocation } = authority;
  const out = keyLocation === 'file' ? '' : ` --root-key FILE --root-key-out FILE`;
  return [
    {
      action: 'prepare',
      command: `${rotate('prepare')}${out}`,
      purpose: `create ${successorId}, and certify the issuing CAs with it`,
    },
    {
      action: 'publish',
      command: rotate('publish'),
      purpose: `publish ${successorId} in public/bundle.pem: ${WHILE_BOTH}`,
    },
    {
      action: 'distribute',
      command: 'svcauth crl publish --to DIR',
      purpose: `copy the bundle and the CRLs to every verifier; the refresh hint of the bundle is ${durationText(refreshHint)}`,
    },
    { ...DEPLOY, purpose: 'deploy the bundle to every service: after its reload a service trusts both roots' },
    {
      action: 'activate',
      command: rotate('activate'),
      purpose: `activate ${successorId}: new certificates get its chain`,
    },
    { action: 'drain', command: rotate('drain'), purpose: `give every service the chain of ${successorId}` },
    { ...DEPLOY, purpose: 'deploy that chain to every service' },
    {
      action: 'retire',
      command: rotate('retire'),
      purpose: `retire ${id}: remove it from the bundle, because a CRL cannot revoke a root`,
    },
    { ...DEPLOY, purpose: `deploy the bundle to every service: after its reload a service no longer trusts ${id}` },
    {
      action: 'announce',
      command: 'svcauth crl publish --to DIR',
      purpose: "publish that bundle: only verifiers that have it reject the attacker's certificates",
    },
    { action: 'notify', purpose: 'replace the bundle on every verifier where it was installed by hand' },
  ];
}
