// Answers: is there a reason to issue a certificate, and which? Called by the planner, and by views for the words of a reason.
// `wait.ts` and `issuance/rules/hold.ts` decide whether such a certificate may wait.

import type { Authority } from '../../record/authority.ts';
import type { Certificate } from '../../record/certificate.ts';

/**
 * State of the files of the current certificate. `served`: complete, and the `current` link points to them. `not-switched`: complete,
 * but the link points elsewhere after a crash. `missing`: incomplete or absent. `key-missing`: without the key, or with a different
 * one. `unseen`: not read.
 */
export type FilesState = 'served' | 'not-switched' | 'missing' | 'key-missing' | 'unseen';

/** Facts that may be a reason to issue a certificate. */
export interface IssueFacts {
  readonly certificate: Omit<Certificate, 'der'> | undefined;
  /** Differences between the requested and the recorded configuration, as text. */
  readonly changes: readonly string[];
  /** The supplied key differs from the key of the certificate. */
  readonly keyDiffers: boolean;
  readonly files: FilesState;
  /** CA that would issue. */
  readonly issuer: { readonly id: string; readonly notAfter: Date };
  /** CAs whose certificates are being replaced. */
  readonly draining: ReadonlySet<string>;
  /** CAs whose certificates are kept. Besides the issuer, a rotation that does not drain yet has a second one. */
  readonly active: ReadonlySet<string>;
  /** Its renewal time; absent without a certificate. */
  readonly dueAt: Date | undefined;
  /** Issue even if the certificate is good. */
  readonly force: boolean;
}

interface Reason {
  /** Sentence about the service, as commands print it. */
  readonly words: string;
  holds(facts: IssueFacts, now: Date): boolean;
}

/** Reasons to issue a certificate; the first that applies counts. */
export const ISSUE_REASONS = {
  new: {
    words: 'it has no certificate',
    holds: ({ certificate }) => certificate === undefined,
  },
  revoked: {
    words: 'its certificate is revoked',
    holds: ({ certificate }) => certificate?.state === 'revoked',
  },
  expired: {
    words: 'its certificate has expired',
    // notAfter is inclusive to its last second (RFC 5280 §4.1.2.5)
    holds: ({ certificate }, now) => certificate !== undefined && certificate.notAfter < now,
  },
  'not-yet-valid': {
    words: 'its certificate begins in the future',
    holds: ({ certificate }, now) => certificate !== undefined && certificate.notBefore > now,
  },
  'issuer-draining': {
    words: 'its issuing CA is being replaced',
    holds: ({ certificate, issuer, draining }) =>
      certificate !== undefined && certificate.authorityId !== issuer.id && draining.has(certificate.authorityId),
  },
  'issuer-changed': {
    words: 'another issuing CA is active',
    holds: ({ certificate, issuer, active }) =>
      certificate?.authorityId !== issuer.id && !(certificate !== undefined && active.has(certificate.authorityId)),
  },
  'spec-changed': {
    words: 'its configuration changed',
    holds: ({ changes }) => changes.length > 0,
  },
  'key-changed': {
    words: 'a different key was supplied',
    holds: ({ keyDiffers }) => keyDiffers,
  },
  'key-missing': {
    words: 'its key is missing or does not match its certificate',
    holds: ({ files }) => files === 'key-missing',
  },
  'files-missing': {
    words: 'its files are missing or damaged',
    holds: ({ files }) => files === 'missing',
  },
  expiring: {
    words: 'its certificate is past its renewal time',
    // a new certificate could not expire later than the issuer either
    holds: ({ certificate, issuer, dueAt }, now) =>
      certificate !== undefined && certificate.notAfter < issuer.notAfter && dueAt !== undefined && dueAt <= now,
  },
  forced: {
    words: 'requested with --force',
    holds: ({ force }) => force,
  },
} as const satisfies Readonly<Record<string, Reason>>;

export type IssueReason = keyof typeof ISSUE_REASONS;

/** Finds the reason to issue a certificate; undefined without one. */
export const issueReason = (facts: IssueFacts, now: Date): IssueReason | undefined =>
  (Object.keys(ISSUE_REASONS) as IssueReason[]).find(reason => ISSUE_REASONS[reason].holds(facts, now));

/** Selects the CAs whose certificates are being replaced. */
export const drainingAuthorities = (authorities: readonly Authority[]): ReadonlySet<string> =>
  new Set(authorities.flatMap(({ id, state }) => (state === 'draining' || state === 'tainted' ? [id] : [])));

/** Selects the CAs that have not begun to drain. */
export const activeAuthorities = (authorities: readonly Authority[]): ReadonlySet<string> =>
  new Set(authorities.flatMap(({ id, state }) => (state === 'active' ? [id] : [])));
