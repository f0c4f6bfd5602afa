// Describes a rotation phase by phase: the certificates that peers present, the bundles and CRLs that a verifier may hold.
// Rotation builds it from real or planned certificates; `proof.ts` tries every handshake in it. It decides nothing.
import { BACKDATE } from '../../crl/rules/backdate.ts';

/** The largest error of a verifier's clock in seconds: the backdate of CRLs. */
export const SKEW: number = BACKDATE;

/** A certificate as DER. */
export interface KnownCertificate {
  readonly der: Uint8Array;
  /** Present if it is not signed yet. It counts as signed by the CA that its issuer name and key identifier name. */
  readonly planned?: true;
}

export interface KnownCrl extends KnownCertificate {
  /** Its CA replaces it in time until then; absent: it is the last CRL. */
  readonly refreshedUntil?: Date;
}

export interface KnownLeaf extends KnownCertificate {
  /** The service, for messages. */
  readonly service: string;
  readonly revoked: boolean;
}

/** Leaves of one CA, with the chain that is sent after each of them. */
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

/** A phase in which every presenter may meet every verifier, with any bundle and any CRL set. */
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
