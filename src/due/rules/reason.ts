// Answers: is there a reason to issue a certificate, and which? Called by the planner, and by views for the words of a reason.
// It does not say whether a certificate may wait or is left alone.

import type { Authority } from '../../record/authority.ts';
import type { Certificate } from '../../record/certificate.ts';

/**
 * Of the current certificate: whole and served by the `current` link; whole, but a crash came before the switch; not there; or there
 * with another key than its own, or none. `unseen`: nobody looked.
 */
export type FilesState = 'served' | 'not-switched' | 'missing' | 'key-missing' | 'unseen';

/** Everything that may be a reason to make a certificate. */
export interface IssueFacts {
  readonly certificate: Omit<Certificate, 'der'> | undefined;
  /** What is asked for otherwise than before, in words. */
  readonly changes: readonly string[];
  /** The key that was brought is not the certificate's. */
  readonly keyDiffers: boolean;
  readonly files: FilesState;
  /** Who would sign. */
  readonly issuer: { readonly id: string; readonly notAfter: Date };
  /** CAs whose certificates are being replaced. */
  readonly draining: ReadonlySet<string>;
  /** CAs that are good to have a certificate from, beside the one that signs: a rotation that does not drain yet has two. */
  readonly active: ReadonlySet<string>;
  /** Its renewal time; absent without a certificate. */
  readonly dueAt: Date | undefined;
  /** Make one even where the certificate is good. */
  readonly force: boolean;
}

interface Reason {
  /** Said of the service: "because …". */
  readonly words: string;
  holds(facts: IssueFacts, now: Date): boolean;
}

/** Why a certificate is made: the first that holds is the answer. */
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
    // one that ends with its issuer gains nothing from being made again
    holds: ({ certificate, issuer, dueAt }, now) =>
      certificate !== undefined && certificate.notAfter < issuer.notAfter && dueAt !== undefined && dueAt <= now,
  },
  forced: {
    words: 'requested with --force',
    holds: ({ force }) => force,
  },
} as const satisfies Readonly<Record<string, Reason>>;

export type IssueReason = keyof typeof ISSUE_REASONS;

/** Undefined when nothing speaks for it. */
export const issueReason = (facts: IssueFacts, now: Date): IssueReason | undefined =>
  (Object.keys(ISSUE_REASONS) as IssueReason[]).find(reason => ISSUE_REASONS[reason].holds(facts, now));

/** CAs whose certificates are being replaced. */
export const drainingAuthorities = (authorities: readonly Authority[]): ReadonlySet<string> =>
  new Set(authorities.flatMap(({ id, state }) => (state === 'draining' || state === 'tainted' ? [id] : [])));

/** CAs that have not begun to drain. */
export const activeAuthorities = (authorities: readonly Authority[]): ReadonlySet<string> =>
  new Set(authorities.flatMap(({ id, state }) => (state === 'active' ? [id] : [])));
