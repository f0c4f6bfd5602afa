import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

/** Errors about trust bundles from outside, and about federated trust domains. */
export const trustBundleErrors = {
  ERR_TRUST_BUNDLE: row<{ reason: string }>(EXIT.usage, p => `not a SPIFFE trust bundle: ${p.reason}`),
  ERR_BUNDLE_MAP: row<{ reason: string }>(EXIT.usage, p => `not a map of SPIFFE trust bundles: ${p.reason}`),
  ERR_FEDERATED_OWN: row<{ trustDomain: string }>(
    EXIT.refused,
    p => `${p.trustDomain} is the trust domain of this home; its bundle has the roots of this home only`,
    () => [`show our own bundle: ${REMEDIES.anchorsUnclear()}`],
  ),
  ERR_FEDERATED_NAME: row<{ trustDomain: string }>(
    EXIT.usage,
    p => `${quote(p.trustDomain)} cannot be used as a file name: it begins with a dot or is longer than 250 bytes`,
    () => ['use a trust domain that is a DNS name: partner.example'],
  ),
  ERR_FEDERATED_BUNDLE: row<{ trustDomain: string; problems: readonly string[] }>(
    EXIT.refused,
    p => `the bundle of ${p.trustDomain} was rejected; nothing changed`,
    () => [`list all findings: ${REMEDIES.bundleDoubtful()}`],
    p => p.problems,
  ),
  ERR_FEDERATED_BACKWARDS: row<{ trustDomain: string; present: number; given: number | undefined }>(
    EXIT.refused,
    p =>
      p.given === undefined
        ? `the new bundle of ${p.trustDomain} has no sequence; the current one has sequence ${p.present}`
        : p.given === p.present
          ? `the new bundle of ${p.trustDomain} has sequence ${p.given} like the current one, but different content`
          : `the new bundle of ${p.trustDomain} has sequence ${p.given}; the current one has sequence ${p.present}`,
    p => [
      'the sequence grows with every change: get the newest bundle from its owner',
      `if its owner confirms a restart of the sequence, remove the current bundle first: ${REMEDIES.federationRestarted(p)}`,
    ],
  ),
  ERR_FEDERATED_UNKNOWN: row<{ trustDomain: string; file?: string; known: readonly string[] }>(
    EXIT.usage,
    p =>
      p.file === undefined
        ? `${quote(p.trustDomain)} is not a federated trust domain`
        : `${quote(p.file)} has no bundle of ${quote(p.trustDomain)}`,
    p => [
      p.known.length > 0
        ? `${p.file === undefined ? 'federated trust domains' : 'it has bundles of'}: ${p.known.join(', ')}`
        : p.file === undefined
          ? 'there are no federated trust domains'
          : 'it has no bundles',
    ],
  ),
} as const;
