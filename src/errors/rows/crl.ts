// The errors of making, reading, comparing and publishing CRLs: code, exit status, message and hints.
// The `crl` commands end with them, by code, through `catalogue.ts`; `tick` reports them.
import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

export const crlErrors = {
  ERR_CRL_REREAD: row<{ authority: string; problem: string }>(
    EXIT.integrity,
    p =>
      `the new CRL of ${p.authority} does not read back as it was signed: ${p.problem}; the old one is still in place`,
    p => [`check the disk, then run again: ${REMEDIES.crlDue({ ca: p.authority })}`],
  ),
  ERR_CRL_UNREADABLE: row<{ path: string; problem: string }>(
    EXIT.usage,
    p => `${quote(p.path)} is not a CRL: ${p.problem}`,
    () => ['a CRL is read as DER, or as one PEM block "X509 CRL"'],
  ),
  ERR_CRL_MISSING: row<{ path: string }>(EXIT.usage, p => `there is no CRL in ${quote(p.path)}`),
  ERR_CRL_UNFINISHED: row<{ problem: string }>(
    EXIT.integrity,
    p => `nothing was published: ${p.problem}`,
    () => [`put it right first: ${REMEDIES.crlDue({ ca: 'all' })}`],
  ),
  ERR_CRL_BACKWARDS: row<{ directory: string; problems: readonly string[] }>(
    EXIT.refused,
    p => `publishing to ${quote(p.directory)} would go backwards; nothing was written there`,
    p => [
      `see what differs: ${REMEDIES.publishedAhead(p)}`,
      'is this the newest manifest? a restored one forgets who was revoked since',
    ],
    p => p.problems,
  ),
  ERR_CRL_REFUSED: row<{ path: string; problem: string }>(
    EXIT.refused,
    p => `the CRL in ${quote(p.path)} was not taken in: ${p.problem}`,
  ),
  ERR_CRL_PUBLISH_HERE: row<{ directory: string }>(
    EXIT.usage,
    p => `${quote(p.directory)} is where CRLs are made: publish to the directory that verifiers read`,
  ),
  ERR_CRL_PUBLISH_WHERE: row<{ path: string }>(
    EXIT.usage,
    p => `nowhere to publish to: neither --to nor crl.publishTo in ${quote(p.path)} names a directory`,
    () => [
      REMEDIES.publishedBehind({ directory: '/srv/www/pki' }),
      'or under crl: in the policy file: publishTo: [/srv/www/pki]',
    ],
  ),
  ERR_CRL_DIFF_KINDS: row<{ before: string; after: string }>(
    EXIT.usage,
    p => `${quote(p.before)} and ${quote(p.after)} cannot be compared: one is a directory and the other is not`,
  ),
  ERR_CRL_SERIES: row<{ reason: string }>(
    EXIT.usage,
    p => `no such series of CRLs can be signed: ${p.reason}`,
    () => [REMEDIES.crlSeriesEnding({ ca: 'root-g1', keyLocation: 'offline' })],
  ),
  ERR_CRL_KEY_OWNER: row<Record<string, never>>(
    EXIT.usage,
    () => '--key is the key of one CA: say which with one --ca',
    () => [REMEDIES.crlDue({ ca: 'root-g1', keyLocation: 'offline' })],
  ),
  ERR_CRL_NOT_NEEDED: row<{ id: string; state: string; notAfter: string }>(
    EXIT.usage,
    p => `${p.id} needs no CRL any more: it is ${p.state} and its certificate ends ${p.notAfter}`,
  ),
} as const;
