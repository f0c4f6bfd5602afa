// Declares what public/ and each published directory hold, and what is recorded about them. Types only.
// `run/directory-state.ts` reads them; the gates of a rotation, `check` and the metrics judge them.
import type { CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { PublicationProblem } from '../../record/publication.ts';

export interface PublishedState {
  /** Absolute path. */
  readonly directory: string;
  /** True for public/ in the home, from which the other directories are filled. */
  readonly isHome: boolean;
  readonly lastTry?: Date;
  /** Last run that left the directory up to date. */
  readonly lastSuccess?: Date;
  /** Why the last run failed. */
  readonly problem?: PublicationProblem;
  /** Its content now. */
  readonly content: DirectoryContent;
  readonly bundleSequence?: number;
  /** SHA-256 of each anchor in its bundle.pem, lower-case hex. */
  readonly anchors: readonly string[];
  /** Numbers of its CRLs by CA; a CRL that verifiers cannot use has none. */
  readonly crls: ReadonlyMap<string, bigint>;
  /** True if its bundle holds the present certificate of this CA. */
  holdsAnchor(caId: string): boolean;
  /** Since when the runs have found the anchor of this CA there. Undefined if it is not there, or no run has seen it yet. */
  since(caId: string): Date | undefined;
  /** The same for a CRL of this CA. */
  crlSince(caId: string): Date | undefined;
}

export interface DirectoryContent {
  /** Why nothing can be read; then the rest is empty. */
  readonly obstacle?: string;
  readonly bundle: HeldBundle;
  /** The CRL of each CA that verifiers may need one of. */
  readonly crls: ReadonlyMap<string, HeldCrl>;
  /** Problems of files that repeat these CRLs: PEM, copies, the bundle of all and the index. */
  readonly repeats: readonly FileProblem[];
}

export interface HeldBundle {
  /** Anchors of bundle.pem in their order. */
  readonly anchors: readonly HeldAnchor[];
  /** `spiffe_sequence` of bundle.json. */
  readonly sequence?: number;
  /** Anchors of bundle.json. */
  readonly jsonAnchors: readonly HeldAnchor[];
  /** The first problem of bundle.pem, else of bundle.json. */
  readonly problem?: FileProblem;
}

export interface HeldAnchor {
  /** SHA-256 of the DER, lower-case hex. */
  readonly sha256: string;
  readonly der: Uint8Array;
}

export interface FileProblem {
  /** `stranger`: a CRL that names a CA that is not ours. */
  readonly kind: 'missing' | 'damaged' | 'stranger';
  /** Name of the file below the directory. */
  readonly file: string;
  readonly text: string;
}

/** A CRL in a directory; without a number it cannot be used. */
export type HeldCrl = { readonly authority: CertifiedAuthority } & (
  | {
      readonly problem?: undefined;
      readonly number: bigint;
      readonly thisUpdate: Date;
      readonly nextUpdate: Date;
      readonly entryCount: number;
      readonly sha256: string;
    }
  | { readonly problem: FileProblem }
);
