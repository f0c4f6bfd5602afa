// Lint rules for the basic fields of a certificate (RFC 5280 §4.1.2); names, key and extensions have tables of their own.
// `certificate-rules.ts` includes them, before signing and for `lint`. They have no clock: an expired certificate passes.
import { toHex } from '../bytes.ts';
import { LONGEST_SERIAL, SERIAL_LENGTH } from '../certificate/serial-number.ts';
import { isEmptyName } from '../name/name.ts';
import { isCa, type CertificateFacts } from './certificate-facts.ts';
import type { Rule } from './rule.ts';
import { timeFormProblem } from './time-form.ts';

/** Version, serial number, validity and what must not be empty. */
export const FIELD_RULES: readonly Rule<CertificateFacts>[] = [
  {
    name: 'version-3',
    clause: 'RFC 5280 §4.1.2.1',
    severity: 'error',
    scope: 'ours',
    check: ({ tbs }) => (tbs.version === 3 ? undefined : `version ${tbs.version} instead of 3`),
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
    // 126 random bits behind a first octet of 01xxxxxx: the length is part of the promise, not the least that is allowed
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
    check: facts => (isCa(facts) && isEmptyName(facts.tbs.subject) ? 'a CA has an empty subject' : undefined),
  },
  {
    name: 'no-unique-identifier',
    clause: 'RFC 5280 §4.1.2.8',
    severity: 'error',
    scope: 'standard',
    check: ({ tbs }) => (tbs.hasUniqueIdentifier ? 'it has an issuerUniqueID or a subjectUniqueID' : undefined),
  },
];
