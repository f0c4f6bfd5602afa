import { createHash } from 'node:crypto';
import { toHex } from '../../pki/bytes.ts';
import { certificateLabel } from '../../pki/path/path-certificate.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import type { SpiffeBundle } from '../../pki/bundle/read.ts';

/** Identification of an anchor for people. */
export interface AnchorLabel {
  /** SHA-256 of the DER, lower-case hex. */
  readonly sha256: string;
  readonly subject: string;
  readonly notAfter: Date;
}

type Field = 'sequence' | 'refreshHint';

interface Change {
  readonly field: Field;
  readonly before: number;
  readonly after: number;
}

/** Differences between two trust bundles. The order of anchors has no meaning. */
export interface BundleDiff {
  readonly identical: boolean;
  /** Sequence and refresh hint, if both bundles have them and they differ. */
  readonly fields: readonly Change[];
  readonly added: readonly AnchorLabel[];
  readonly removed: readonly AnchorLabel[];
}

export function diffBundles(before: SpiffeBundle, after: SpiffeBundle): BundleDiff {
  const [old, now] = [before, after].map(
    ({ x509Authorities }) => new Map(x509Authorities.map(der => [toHex(der), der])),
  );
  const added = [...now!].filter(([hex]) => !old!.has(hex)).map(([, der]) => anchorLabel(der));
  const removed = [...old!].filter(([hex]) => !now!.has(hex)).map(([, der]) => anchorLabel(der));
  const fields = (['sequence', 'refreshHint'] as const)
    .map(field => ({ field, before: before[field], after: after[field] }))
    .filter(isChange);
  return { identical: added.length + removed.length + fields.length === 0, fields, added, removed };
}

/** Skips a field that one side lacks: PEM has neither. */
const isChange = (field: { field: Field; before: number | undefined; after: number | undefined }): field is Change =>
  field.before !== undefined && field.after !== undefined && field.before !== field.after;

export function anchorLabel(der: Uint8Array): AnchorLabel {
  const certificate = decodeCertificate(der);
  return {
    sha256: createHash('sha256').update(der).digest('hex'),
    subject: certificateLabel(certificate),
    notAfter: certificate.tbs.notAfter.date,
  };
}
