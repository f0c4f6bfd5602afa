// Lists the steps that replace a CA after its key leaked, as commands with the names, sizes and times of this PKI.
// `drill ca-compromise` prints the list and a rehearsal carries it out on a copy. It is pure: `run/drill.ts` gathers the facts.
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { durationText } from '../../time/duration.ts';
import { instantText } from '../../time/instant-text.ts';
import type { Authority, LeafTotals } from '../../record/authority.ts';
import type { Crl } from '../../record/crl.ts';

/** What is at stake, of a CA whose key somebody else may have. */
export interface CompromiseFacts {
  readonly authority: CertifiedAuthority;
  /** The CA that would replace it. */
  readonly successorId: string;
  /** Who certifies it, where it is not a root, and the CRL by which that one revokes it. */
  readonly above?: { readonly authority: CertifiedAuthority; readonly crl: Crl | undefined };
  /** What it signed, and what the CAs below it signed. */
  readonly leaves: LeafTotals;
  readonly serviceCount: number;
  /** Seconds between two looks of a verifier at the bundle. */
  readonly refreshHint: number;
  /** Seconds between publishing and activating that a rotation without haste keeps. */
  readonly soak: number;
}

/** What a step does; `distribute` and `announce` are the same, before and after the thief is shut out. */
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
  | 'tell';

interface RunbookStep {
  readonly action: RunbookAction;
  /** To be pasted; absent for what nobody can do by a command. */
  readonly command?: string;
  readonly why: string;
}

export interface Runbook {
  readonly authorityId: string;
  readonly tier: Authority['tier'];
  /** In the words of the audit log. */
  readonly reason: string;
  readonly stake: readonly string[];
  readonly steps: readonly RunbookStep[];
}

/** What to do when the key of a CA is out, in order, with the names, sizes and times of this PKI. */
export function compromiseRunbook(facts: CompromiseFacts): Runbook {
  const { id, tier, state } = facts.authority;
  const reason = `the key of ${id} is out`;
  const rotate = (step: string): string =>
    `svcauth ca rotate ${step} --tier ${tier} --force-compromised --reason "${reason}"`;
  const taint: RunbookStep = {
    action: 'taint',
    command: `svcauth ca taint ${id} --reason "${reason}"`,
    why: `${id} signs nothing more; nobody is refused by that`,
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

function stakeOf({ authority, leaves, serviceCount, above }: CompromiseFacts): readonly string[] {
  const { id, certificate, keyLocation } = authority;
  const last = leaves.lastNotAfter === undefined ? '' : `, the last until ${instantText(leaves.lastNotAfter)}`;
  return [
    `whoever has the key of ${id} (it is ${keyLocation === 'file' ? 'in this home' : keyLocation}) makes certificates for any name until ${instantText(certificate.notAfter)}`,
    `${leaves.live} certificates of ours are below it${last}; there are ${serviceCount} services`,
    ...(above?.crl === undefined
      ? []
      : [
          `verifiers may go by the CRL of ${above.authority.id} that they have until ${instantText(above.crl.nextUpdate)}`,
        ]),
  ];
}

type Rotate = (step: string) => string;

const WHILE_BOTH = 'from here on both are accepted, and so is what the thief signs';

function issuingSteps(
  { authority, successorId, above, soak }: CompromiseFacts,
  rotate: Rotate,
): readonly RunbookStep[] {
  const { id } = authority;
  const root = above?.authority;
  const key = root === undefined || root.keyLocation === 'file' ? '' : ` --root-key FILE`;
  return [
    {
      action: 'prepare',
      command: `${rotate('prepare')}${key}`,
      why: `makes ${successorId}${root ? `, signed by ${root.id}` : ''}, and its first CRL`,
    },
    { action: 'publish', command: rotate('publish'), why: `the soak of ${durationText(soak)} would begin here` },
    {
      action: 'distribute',
      command: 'svcauth crl publish --to DIR',
      why: `bring the CRL of ${successorId} to every verifier first: who checks revocation without it refuses the new certificates`,
    },
    { action: 'activate', command: rotate('activate'), why: `${successorId} signs; ${WHILE_BOTH}` },
    { action: 'drain', command: rotate('drain'), why: `everything that ${id} signed is due` },
    { action: 'renew', command: 'svcauth renew', why: 'a new certificate and key for every service' },
    {
      action: 'revoke',
      command: `svcauth ca taint ${id} --reason "every service has a new certificate" --revoke`,
      why: `${root?.id ?? 'its issuer'} revokes ${id}: with that CRL a verifier refuses everything below it, ours and the thief's`,
    },
    ...(root?.keyLocation === 'offline' ? [signStep(root.id)] : []),
    {
      action: 'announce',
      command: 'svcauth crl publish --to DIR',
      why: 'the thief is out where this CRL has arrived, and not before',
    },
    { action: 'retire', command: rotate('retire'), why: `the last CRL of ${id}, and the end of its key here` },
  ];
}

const signStep = (id: string): RunbookStep => ({
  action: 'sign',
  command: `svcauth crl refresh --ca ${id} --key FILE`,
  why: `the CRL of ${id} that says so, with the key that is kept elsewhere`,
});

const DEPLOY = { action: 'deploy', command: 'svcauth deploy' } as const;

function rootSteps({ authority, successorId, refreshHint }: CompromiseFacts, rotate: Rotate): readonly RunbookStep[] {
  const { id, keyLocation } = authority;
  const out = keyLocation === 'file' ? '' : ` --root-key FILE --root-key-out FILE`;
  return [
    {
      action: 'prepare',
      command: `${rotate('prepare')}${out}`,
      why: `makes ${successorId}, and certifies the issuing CAs by it`,
    },
    { action: 'publish', command: rotate('publish'), why: `public/bundle.pem holds both roots; ${WHILE_BOTH}` },
    {
      action: 'distribute',
      command: 'svcauth crl publish --to DIR',
      why: `bring bundle and CRLs to every verifier: those that follow the refresh hint look every ${durationText(refreshHint)}`,
    },
    { ...DEPLOY, why: 'outputs and hooks of every service follow: it trusts both when it has read its files again' },
    { action: 'activate', command: rotate('activate'), why: `${successorId} is the root of every chain` },
    { action: 'drain', command: rotate('drain'), why: 'every service sends the chain of the new root' },
    { ...DEPLOY, why: 'the same for the chain' },
    { action: 'retire', command: rotate('retire'), why: `${id} leaves the bundle; no CRL can revoke a root` },
    { ...DEPLOY, why: `no service of ours trusts ${id} any more when it has read its files again` },
    {
      action: 'announce',
      command: 'svcauth crl publish --to DIR',
      why: 'the thief is out where this bundle has arrived, and not before',
    },
    { action: 'tell', why: 'verifiers that were given the bundle by hand: go through the list of them, one by one' },
  ];
}
