// The errors of making, reading, comparing and publishing CRLs: code, exit status, message and hints.
// The `crl` commands and `tick` report them, by code, through `catalogue.ts`.
import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

export const crlErrors = {
  ERR_CRL_REREAD: row<{ authority: string; problem: string }>(
    EXIT.integrity,
    p => `the new CRL of ${p.authority} failed its check: ${p.problem}; the old CRL is still in place`,
    p => [`check the disk, then run: ${REMEDIES.crlDue({ ca: p.authority })}`],
  ),
  ERR_CRL_UNREADABLE: row<{ path: string; problem: string }>(
    EXIT.usage,
    p => `${quote(p.path)} is not a CRL: ${p.problem}`,
    () => ['accepted: DER, or one PEM block "X509 CRL"'],
  ),
  ERR_CRL_MISSING: row<{ path: string }>(EXIT.usage, p => `the CRL file ${quote(p.path)} does not exist`),
  ERR_CRL_UNFINISHED: row<{ problem: string }>(
    EXIT.integrity,
    p => `nothing was published: ${p.problem}`,
    () => [`fix it first: ${REMEDIES.crlDue({ ca: 'all' })}`],
  ),
  ERR_CRL_BACKWARDS: row<{ directory: string; problems: readonly string[] }>(
    EXIT.refused,
    p => `${quote(p.directory)} holds files that must not be replaced; nothing was written there`,
    p => [
      `compare: ${REMEDIES.publishedAhead(p)}`,
      'a manifest restored from a backup lacks later revocations: check that this manifest is the newest',
    ],
    p => p.problems,
  ),
  ERR_CRL_REFUSED: row<{ path: string; problem: string }>(
    EXIT.refused,
    p => `the CRL in ${quote(p.path)} was not imported: ${p.problem}`,
  ),
  ERR_CRL_PUBLISH_HERE: row<{ directory: string }>(
    EXIT.usage,
    p => `${quote(p.directory)} is where svcauth creates CRLs; publish to the directory that verifiers are served from`,
  ),
  ERR_CRL_PUBLISH_WHERE: row<{ path: string }>(
    EXIT.usage,
    p => `no directory to publish to: neither --to nor crl.publishTo in ${quote(p.path)} is set`,
    () => [
      REMEDIES.publishedBehind({ directory: '/srv/www/pki' }),
      'or add to crl: in the policy file: publishTo: [/srv/www/pki]',
    ],
  ),
  ERR_CRL_DIFF_KINDS: row<{ before: string; after: string }>(
    EXIT.usage,
    p => `${quote(p.before)} and ${quote(p.after)} cannot be compared: one is a directory and the other is not`,
  ),
  ERR_CRL_SERIES: row<{ reason: string }>(
    EXIT.usage,
    p => `this series of CRLs cannot be signed: ${p.reason}`,
    () => [REMEDIES.crlSeriesEnding({ ca: 'root-g1', keyLocation: 'offline' })],
  ),
  ERR_CRL_KEY_OWNER: row<Record<string, never>>(
    EXIT.usage,
    () => '--key needs exactly one --ca: the CA that the key belongs to',
    () => [REMEDIES.crlDue({ ca: 'root-g1', keyLocation: 'offline' })],
  ),
  ERR_CRL_NOT_NEEDED: row<{ id: string; state: string; notAfter: string }>(
    EXIT.usage,
    p => `${p.id} no longer needs a CRL (state ${p.state}, notAfter ${p.notAfter})`,
  ),
} as const;
