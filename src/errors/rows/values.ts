// The rows of the catalogue about values: flags, names, times, durations and numbers that cannot be read.
// `catalogue.ts` joins them with the rows of other subjects.
import { EXIT } from '../exit-status.ts';
import { nearest, quote, row } from '../row.ts';

/** A value from outside that cannot be used: the text, the reason, and the correct form if there is one. */
export interface BadValue {
  readonly text: string;
  readonly reason: string;
  readonly hint?: string;
}

const badValue = (noun: string) =>
  row<BadValue>(
    EXIT.usage,
    p => `${quote(p.text)} is not ${noun}: ${p.reason}`,
    p => (p.hint === undefined ? [] : [p.hint]),
  );

/** Number of known values that fit into a message. */
const MOST_SHOWN = 10;

/** Names, times and addresses from flags, the policy file and lists. */
export const valueErrors = {
  ERR_SPIFFE_ID: badValue('a SPIFFE ID'),
  ERR_TRUST_DOMAIN: badValue('a trust domain'),
  ERR_SERVICE_NAME: badValue('a service name'),
  ERR_DURATION: badValue('a duration'),
  ERR_CRON: badValue('a cron expression'),
  ERR_TIME_ZONE: badValue('a time zone'),
  ERR_THRESHOLD: badValue('a duration or a percentage'),
  ERR_INSTANT: badValue('a time'),
  ERR_IP_ADDRESS: badValue('an IP address'),
  ERR_IP_RANGE: badValue('an IP range'),
  ERR_DNS_NAME: badValue('a DNS name'),
  ERR_DNS_SUFFIX: badValue('a DNS suffix'),
  ERR_URI_HOST: badValue('a host for a URI constraint'),
  ERR_PATTERN: badValue('a pattern'),
  ERR_ID_TEMPLATE: badValue('a SPIFFE ID template'),
  ERR_TAG_MISSING: row<{ tag: string; service: string; template: string }>(
    EXIT.usage,
    p =>
      `service ${quote(p.service)} has no tag ${quote(p.tag)}, but its SPIFFE ID template ${quote(p.template)} uses it`,
    p => [`add --tag ${p.tag}=VALUE, or give the whole SPIFFE ID: --id spiffe://...`],
  ),
  ERR_TAG: badValue('a tag'),
  ERR_SEQUENCE: badValue('the sequence of a trust bundle'),
  ERR_SERIAL: badValue('a serial number'),
  ERR_DIRECTORY: badValue('a directory to publish to'),
  ERR_PATH: badValue('a path'),
  ERR_ACCOUNT: badValue('the name of a user or a group'),
  ERR_MODE: badValue('a mode for a private key'),
  ERR_KUBERNETES_NAME: badValue('a name in Kubernetes'),
  ERR_CONSUMER_NAME: badValue('a name of a consumer'),
  ERR_CHOICE: row<{ text: string; noun: string; known: readonly string[] }>(
    EXIT.usage,
    p => `${quote(p.text)} is not ${p.noun}${p.known.length > MOST_SHOWN ? '' : `; known: ${p.known.join(', ')}`}`,
    p => {
      const near = nearest(p.text.toLowerCase(), p.known);
      return near === undefined ? [] : [`did you mean: ${near}`];
    },
  ),
} as const;
