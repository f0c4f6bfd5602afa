// Describes a rotation phase by phase: the certificates that peers present, the bundles and CRLs that a verifier may hold.
// Rotation builds it from real or planned certificates; `proof.ts` tries every handshake in it. It decides nothing.
import { BACKDATE } from '../../crl/rules/backdate.ts';

/** Seconds that no verifier's clock is off by more: what CRLs are backdated by. */
export const SKEW: number = BACKDATE;

/** A certificate by its DER. */
export interface KnownCertificate {
  readonly der: Uint8Array;
  /** Not signed yet: it counts as signed by the CA whose name and key it names. */
  readonly planned?: true;
}

export interface KnownCrl extends KnownCertificate {
  /** Its CA signs it anew in time until then; absent: this very list is the last. */
  readonly refreshedUntil?: Date;
}

export interface KnownLeaf extends KnownCertificate {
  /** Whose it is: for telling a person. */
  readonly service: string;
  readonly revoked: boolean;
}

/** Leaves of one generation, with the chain that is sent behind each of them. */
export interface Presenter {
  readonly name: string;
  readonly chain: readonly KnownCertificate[];
  readonly leaves: readonly KnownLeaf[];
}

export interface HeldBundle {
  readonly name: string;
  readonly anchors: readonly KnownCertificate[];
}

export interface HeldCrls {
  readonly name: string;
  readonly crls: readonly KnownCrl[];
}

export type RotationPhase = 'prepared' | 'published' | 'activated' | 'draining' | 'retired';

/** One phase: every presenter may meet every verifier, and each verifier holds any of the bundles and any of the CRL sets. */
export interface SituationPhase {
  readonly name: RotationPhase;
  readonly from: Date;
  /** Inclusive. */
  readonly until: Date;
  readonly presenters: readonly Presenter[];
  readonly bundles: readonly HeldBundle[];
  readonly crlSets: readonly HeldCrls[];
}

export interface RotationSituation {
  readonly now: Date;
  /** Seconds that a verifier's clock may be ahead or behind. */
  readonly skew: number;
  /** In order of time. */
  readonly phases: readonly SituationPhase[];
}
