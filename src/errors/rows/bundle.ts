import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

/** Trust bundles and maps of them that somebody else wrote. */
export const trustBundleErrors = {
  ERR_TRUST_BUNDLE: row<{ reason: string }>(EXIT.usage, p => `this is not a SPIFFE trust bundle: ${p.reason}`),
  ERR_BUNDLE_MAP: row<{ reason: string }>(EXIT.usage, p => `this is not a map of SPIFFE trust bundles: ${p.reason}`),
  ERR_PEER_OWN: row<{ trustDomain: string }>(
    EXIT.refused,
    p =>
      `${p.trustDomain} is our own trust domain: its anchors are made here, and foreign ones are never merged with them`,
    () => [REMEDIES.anchorsUnclear()],
  ),
  ERR_PEER_NAME: row<{ trustDomain: string }>(
    EXIT.usage,
    p => `${quote(p.trustDomain)} cannot name files: it begins with a dot, or has more than 250 bytes`,
    () => ['a trust domain that is a DNS name can: partner.example'],
  ),
  ERR_PEER_BUNDLE: row<{ trustDomain: string; problems: readonly string[] }>(
    EXIT.refused,
    p => `the bundle of ${p.trustDomain} was not taken in`,
    () => [`see everything about it: ${REMEDIES.bundleDoubtful()}`],
    p => p.problems,
  ),
  ERR_PEER_BACKWARDS: row<{ trustDomain: string; present: number; given: number | undefined }>(
    EXIT.refused,
    p =>
      p.given === undefined
        ? `the bundle of ${p.trustDomain} has no sequence, and the one that is here has ${p.present}`
        : p.given === p.present
          ? `the bundle of ${p.trustDomain} has sequence ${p.given}, as the one that is here, and other content`
          : `the bundle of ${p.trustDomain} has sequence ${p.given}, and the one that is here has ${p.present}`,
    p => [
      'it grows with every change: is this the newest bundle?',
      `if they have begun anew, and told you so, forget this one first: ${REMEDIES.peerBegunAnew(p)}`,
    ],
  ),
  ERR_PEER_UNKNOWN: row<{ trustDomain: string; known: readonly string[] }>(
    EXIT.usage,
    p => `there is no bundle of ${quote(p.trustDomain)}`,
    p => [p.known.length === 0 ? 'there is none of any other trust domain' : `known: ${p.known.join(', ')}`],
  ),
} as const;
