// Reads the extension that limits a CRL to some certificates or to some reasons.
// The import of CRLs, their reports, lint and path validation call it. It only reads: each caller decides which limits to refuse.
import { DerError, DerReader } from '../der/reader.ts';
import { contextTag, TAG } from '../der/writer.ts';
import { decodeGeneralName } from './general-name.ts';

/** The scope of a CRL (RFC 5280 §5.2.5). svcauth never writes one: verifiers reject the CRL if it does not match the leaf. */
export interface IssuingDistributionPoint {
  /** True if it has a distribution point, in any form. */
  readonly named: boolean;
  /** fullName URIs of the distribution point. */
  readonly uris: readonly string[];
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCACerts: boolean;
  readonly onlySomeReasons: boolean;
  readonly indirectCRL: boolean;
  readonly onlyContainsAttributeCerts: boolean;
}

export function decodeIssuingDistributionPoint(value: Uint8Array): IssuingDistributionPoint {
  const outer = new DerReader(value);
  const reader = outer.enter(TAG.sequence, 'issuingDistributionPoint');
  outer.finish('issuingDistributionPoint');
  if (reader.done) throw new DerError('issuingDistributionPoint is empty', reader.position);
  const point = reader.optional(contextTag(0, true), 'distributionPoint');
  const uris = readPoint(point);
  const onlyContainsUserCerts = readFlag(reader, 1);
  const onlyContainsCACerts = readFlag(reader, 2);
  const onlySomeReasons = reader.optional(contextTag(3, false), 'onlySomeReasons') !== undefined;
  const indirectCRL = readFlag(reader, 4);
  const onlyContainsAttributeCerts = readFlag(reader, 5);
  reader.finish('issuingDistributionPoint');
  return {
    named: point !== undefined,
    uris,
    onlyContainsUserCerts,
    onlyContainsCACerts,
    onlySomeReasons,
    indirectCRL,
    onlyContainsAttributeCerts,
  };
}

function readPoint(point: DerReader | undefined): readonly string[] {
  const fullName = point?.optional(contextTag(0, true), 'fullName');
  if (point === undefined || fullName === undefined) return [];
  point.finish('distributionPoint');
  const uris: string[] = [];
  while (!fullName.done) {
    const name = decodeGeneralName(fullName, 'a distribution point name');
    if (name.type === 'uri') uris.push(name.value);
  }
  return uris;
}

/** Reads a BOOLEAN DEFAULT FALSE: if present, it is TRUE (X.690 §11.5). */
function readFlag(reader: DerReader, number: number): boolean {
  const at = reader.position;
  const content = reader.optional(contextTag(number, false), 'an issuingDistributionPoint flag')?.rest;
  if (content === undefined) return false;
  if (content.length !== 1 || content[0] !== 0xff) throw new DerError(`flag [${number}] is not TRUE in DER`, at);
  return true;
}
