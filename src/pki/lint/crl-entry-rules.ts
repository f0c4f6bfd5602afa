// Lint rules for one entry of a CRL, seen with the entry before it and with thisUpdate (RFC 5280 §5.3).
// `crl-entry-lint.ts` applies them only to entries that its shortcut does not recognise: add a new rule there too.
import { toHex } from '../bytes.ts';
import type { CrlEntry } from '../crl/entry.ts';
import { DerError, DerReader } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { findExtension } from '../extension/extension.ts';
import { OID, oidName } from '../oids.ts';
import { CRL_REASONS, reasonWord } from '../crl/revocation-reason.ts';
import { LONGEST_SERIAL, serialToHex } from '../certificate/serial-number.ts';
import type { Rule } from './rule.ts';
import { timeFormProblem } from './time-form.ts';

/** An element of revokedCertificates with the element before it. */
export interface CrlEntryCandidate {
  readonly entry: CrlEntry;
  /** The previous serial number in content octets; empty for the first entry. */
  readonly previousSerial: Uint8Array;
  readonly thisUpdate: Date;
}

const REASON_CODES: ReadonlySet<number> = new Set(Object.values(CRL_REASONS));

export const CRL_ENTRY_RULES: readonly Rule<CrlEntryCandidate>[] = [
  {
    name: 'entry-serial',
    clause: 'RFC 5280 §4.1.2.2',
    severity: 'error',
    scope: 'standard',
    check: ({ entry: { serial } }) => {
      const positive = serial[0]! < 0x80 && (serial.length > 1 || serial[0] !== 0);
      return positive && serial.length <= LONGEST_SERIAL
        ? undefined
        : `the serial number ${toHex(serial)} is not positive or is longer than ${LONGEST_SERIAL} octets`;
    },
  },
  {
    name: 'entries-sorted',
    clause: 'RFC 5280 §5.1.2.6',
    severity: 'error',
    scope: 'ours',
    check: ({ entry: { serial }, previousSerial }) =>
      compareSerials(previousSerial, serial) < 0
        ? undefined
        : `the serial number ${serialToHex(serial)} comes after the larger ${serialToHex(previousSerial)}`,
  },
  {
    name: 'revocation-date',
    clause: 'RFC 5280 §5.1.2.4',
    severity: 'error',
    scope: 'ours',
    check: ({ entry: { serial, revocationDate }, thisUpdate }) =>
      revocationDate.date.getTime() <= thisUpdate.getTime()
        ? undefined
        : `the revocation of ${serialToHex(serial)} at ${revocationDate.date.toISOString()} is after thisUpdate ` +
          thisUpdate.toISOString(),
  },
  {
    name: 'revocation-date-form',
    clause: 'RFC 5280 §5.1.2.6',
    severity: 'error',
    scope: 'standard',
    check: ({ entry }) => timeFormProblem(`the revocation of ${serialToHex(entry.serial)} at`, entry.revocationDate),
  },
  {
    name: 'entry-extension-known',
    clause: 'RFC 5280 §5.3',
    severity: 'error',
    scope: 'ours',
    check: ({ entry }) => {
      for (const { oid } of entry.extensions) {
        if (oid === OID.reasonCode || oid === OID.invalidityDate) continue;
        return `the entry extension ${oidName(oid) ?? oid} is one that svcauth does not issue`;
      }
      return undefined;
    },
  },
  {
    name: 'entry-extension-not-critical',
    clause: 'RFC 5280 §5.3.1, §5.3.2',
    severity: 'error',
    scope: 'standard',
    check: ({ entry }) => {
      for (const { oid, critical } of entry.extensions) if (critical) return `${oidName(oid) ?? oid} is critical`;
      return undefined;
    },
  },
  {
    // svcauth omits unspecified, removeFromCRL is for delta CRLs, and a certificateHold could be lifted
    name: 'entry-reason',
    clause: 'RFC 5280 §5.3.1',
    severity: 'error',
    scope: 'ours',
    check: ({ entry }) => {
      const extension = findExtension(entry.extensions, OID.reasonCode);
      if (extension === undefined) return undefined;
      const code = read(extension.value, reader => reader.smallInteger('reasonCode', TAG.enumerated));
      if (typeof code === 'string') return code;
      return code !== CRL_REASONS.unspecified && REASON_CODES.has(code)
        ? undefined
        : `the reason ${reasonWord(code) ?? code} is one that svcauth does not issue`;
    },
  },
  {
    name: 'entry-invalidity-date',
    clause: 'RFC 5280 §5.3.2',
    severity: 'error',
    scope: 'standard',
    check: ({ entry }) => {
      const extension = findExtension(entry.extensions, OID.invalidityDate);
      if (extension === undefined) return undefined;
      const time = read(extension.value, reader => reader.time('invalidityDate'));
      if (typeof time === 'string') return time;
      return time.form === 'generalizedTime' ? undefined : 'invalidityDate is not a GeneralizedTime';
    },
  },
];

/** Compares two positive integers in minimal content octets: the longer one is greater. */
function compareSerials(a: Uint8Array, b: Uint8Array): number {
  return a.length === b.length ? Buffer.compare(a, b) : a.length - b.length;
}

/** Reads the value of an extension; returns the problem if it cannot be read. */
function read<T>(value: Uint8Array, decode: (reader: DerReader) => T): T | string {
  try {
    const reader = new DerReader(value);
    const decoded = decode(reader);
    reader.finish('a CRL entry extension');
    return decoded;
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}
