import type { Authority } from './authority.ts';

/**
 * Which certificates a root rotation makes beside the new root (RFC 9810 §4.4). `issuing`: the issuing CAs certified by both roots;
 * the next three add certificates of the roots for each other; `none`: nothing at all.
 */
export const CROSS_SIGNINGS = ['issuing', 'new-with-old', 'old-with-new', 'both', 'none'] as const;
export type CrossSigning = (typeof CROSS_SIGNINGS)[number];

/** One overlap rotation. Its phase is derived from what exists and cross-checked with these facts. */
export interface Rotation {
  /** From 1, never reused. */
  readonly id: number;
  readonly tier: Authority['tier'];
  readonly fromId: string;
  readonly toId: string;
  readonly crossSigning: CrossSigning;
  /** Seconds between publishing and activating, and between draining and retiring. */
  readonly soak: number;
  /** Verifiers whose acknowledgement is wanted before activating. */
  readonly requiredAcks: readonly string[];
  readonly preparedAt: Date;
  /** Serial of the throw-away leaf that the new CA signed and our validator accepted; absent until then. */
  readonly selfTest?: string;
  readonly publishedAt?: Date;
  /** The trust bundle's at publishing: what verifiers acknowledge. */
  readonly publishedSequence?: number;
  readonly activatedAt?: Date;
  readonly drainingSince?: Date;
  readonly endedAt?: Date;
  /** Present exactly when it has ended. */
  readonly outcome?: 'retired' | 'rolled-back';
}

/** A verifier has the trust bundle of this sequence, or a later one. */
export interface Acknowledgement {
  readonly verifier: string;
  readonly sequence: number;
  readonly at: Date;
  readonly source: 'hand' | 'probe';
}
