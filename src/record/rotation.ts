// Declares a rotation as the manifest stores it: its tier, phase and the times of its steps. Types only.
// `rotation` writes it; `monitoring` and `tick` read it.
import type { OwnTier } from './authority.ts';

/**
 * Certificates that a root rotation makes beside the new root (RFC 9810 §4.4). `issuing`: both roots certify the issuing CAs; the
 * next three also let the roots certify each other; `none`: no certificates.
 */
export const CROSS_SIGNINGS = ['issuing', 'new-with-old', 'old-with-new', 'both', 'none'] as const;
export type CrossSigning = (typeof CROSS_SIGNINGS)[number];

/** One overlap rotation. Its phase is derived from the home, and cross-checked with these facts. */
export interface Rotation {
  /** Number from 1 on, never reused. */
  readonly id: number;
  readonly tier: OwnTier;
  readonly fromId: string;
  readonly toId: string;
  readonly crossSigning: CrossSigning;
  /** Seconds between publishing and activating, and between draining and retiring. */
  readonly soak: number;
  /** Verifiers that must acknowledge the bundle before activation. */
  readonly requiredAcks: readonly string[];
  readonly preparedAt: Date;
  /** Serial of the throw-away certificate that the new CA signed and our validator accepted; absent until then. */
  readonly selfTest?: string;
  readonly publishedAt?: Date;
  /** Sequence of the trust bundle at publishing; verifiers acknowledge it. */
  readonly publishedSequence?: number;
  readonly activatedAt?: Date;
  readonly drainingSince?: Date;
  readonly endedAt?: Date;
  /** Present only when the rotation has ended. */
  readonly outcome?: 'retired' | 'rolled-back';
}

/** A statement that a verifier has loaded the trust bundle of this sequence, or a later one. */
export interface Acknowledgement {
  readonly verifier: string;
  readonly sequence: number;
  readonly at: Date;
  readonly source: 'hand' | 'probe';
}

/** The last attempt of `tick` to take the next step of a rotation by itself. */
export interface RotationUpkeep {
  readonly tier: Rotation['tier'];
  /** Time of the last change of this record. */
  readonly at: Date;
  /** Last time at which `tick` opened the key that signs the successor; absent: never. */
  readonly openedAt?: Date;
  /** Obstacle of the last attempt; absent: there was none. */
  readonly obstacle?: RotationObstacle;
}

/** The reason why `tick` does not take a step. `keys`: a key cannot be opened; `gate`: a gate is closed until a person acts. */
export interface RotationObstacle {
  readonly kind: 'keys' | 'gate';
  readonly since: Date;
  readonly problem: string;
  /** A command; absent: no command helps. */
  readonly remedy?: string;
}
