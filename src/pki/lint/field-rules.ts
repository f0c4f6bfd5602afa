// Lint rules for the basic fields of a certificate (RFC 5280 §4.1.2); names, key and extensions have tables of their own.
// `certificate-rules.ts` includes them, before signing and for `lint`. They have no clock: an expired certificate passes.
import { toHex } from '../bytes.ts';
import { LONGEST_SERIAL, SERIAL_LENGTH } from '../certificate/serial-number.ts';
import { isEmptyName } from '../name/name.ts';
import { isCa, type CertificateFacts } from './certificate-facts.ts';
import type { Rule } from './rule.ts';
import { timeFormProblem } from './time-form.ts';

/** Rules for version, serial number, validity and names that must not be empty. */
export const FIELD_RULES: readonly Rule<CertificateFacts>[] = [
  {
    name: 'version-3',
    clause: 'RFC 5280 §4.1.2.1',
    severity: 'error',
    scope: 'ours',
    check: ({ tbs }) => (tbs.version === 3 ? undefined : `the version is ${tbs.version} instead of 3`),
  },
  {
    name: 'serial-positive',
    clause: 'RFC 5280 §4.1.2.2',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs: { serial } }) =>
      serial[0]! < 0x80 && (serial.length > 1 || serial[0] !== 0)
        ? undefined
        : `the serial number ${toHex(serial)} is not positive`,
  },
  {
    name: 'serial-length',
    clause: 'RFC 5280 §4.1.2.2',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs: { serial } }) =>
      serial.length <= LONGEST_SERIAL
        ? undefined
        : `the serial number has ${serial.length} octets, more than ${LONGEST_SERIAL}`,
  },
  {
    // svcauth's serial numbers have 126 random bits, and a first octet of 01xxxxxx that fixes their length
    name: 'serial-random',
    clause: 'RFC 5280 §4.1.2.2',
    severity: 'error',
    scope: 'ours',
    check: ({ tbs: { serial } }) =>
      serial.length === SERIAL_LENGTH && (serial[0]! & 0xc0) === 0x40
        ? undefined
        : `the serial number ${toHex(serial)} is not ${SERIAL_LENGTH} octets that begin with 40 to 7f`,
  },
  {
    name: 'not-before-form',
    clause: 'RFC 5280 §4.1.2.5',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs }) => timeFormProblem('notBefore', tbs.notBefore),
  },
  {
    name: 'not-after-form',
    clause: 'RFC 5280 §4.1.2.5',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs }) => timeFormProblem('notAfter', tbs.notAfter),
  },
  {
    name: 'validity-order',
    clause: 'RFC 5280 §4.1.2.5',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs: { notBefore, notAfter } }) =>
      notBefore.date.getTime() <= notAfter.date.getTime()
        ? undefined
        : `notBefore ${notBefore.date.toISOString()} is after notAfter ${notAfter.date.toISOString()}`,
  },
  {
    name: 'issuer-named',
    clause: 'RFC 5280 §4.1.2.4',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs }) => (isEmptyName(tbs.issuer) ? 'the issuer name is empty' : undefined),
  },
  {
    name: 'ca-named',
    clause: 'RFC 5280 §4.1.2.6',
    severity: 'error',
    scope: 'standard',
    check: facts => (isCa(facts) && isEmptyName(facts.tbs.subject) ? 'the subject of a CA is empty' : undefined),
  },
  {
    name: 'no-unique-identifier',
    clause: 'RFC 5280 §4.1.2.8',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs }) => (tbs.hasUniqueIdentifier ? 'an issuerUniqueID or a subjectUniqueID is present' : undefined),
  },
];
