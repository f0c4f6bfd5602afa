// Formats the verdict of a path validation: the path or the reason with its clause, and the number of anchors.
// `verify` prints it. It validates nothing.
import { createHash } from 'node:crypto';
import type { Verification, VerifyRequest } from '../run/verify-certificate.ts';
import type { PathCertificate } from '../../pki/path/path-certificate.ts';
import { nameToString } from '../../pki/name/name.ts';
import { serialToHex } from '../../pki/certificate/serial-number.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { DocumentOf, View } from '../../view/output.ts';
import { formatTable } from '../../view/table.ts';
import type { Terminal } from '../../view/terminal.ts';
import type { VERIFY } from './verify-documents.ts';

/** Formats the verdict; with `explain` also every path that was tried and the clause that rejected it. */
export function verifyView(
  request: VerifyRequest,
  verification: Verification,
  explain: boolean,
  { colours, columns }: Terminal,
): View<typeof VERIFY> {
  const { verdict, target } = verification;
  const { file, now, purpose, identity } = request;
  const value = () => plain(request, verification, explain);
  return {
    table: () => {
      const paint = verdict.accepted ? colours.green : colours.red;
      const who = target === undefined ? file : labelOf(target);
      const answer = formatFacts([
        [{ text: verdict.accepted ? 'accepted' : 'rejected', paint }, who],
        ['reason', verdict.accepted ? undefined : verdict.reason.message],
        ['clause', verdict.accepted ? undefined : `${verdict.reason.clause} [${verdict.reason.code}]`],
        ['path', verdict.accepted ? pathText(verdict.path) : undefined],
        ['required', requiredText(purpose, identity)],
        ['at', formatInstant(now)],
        ['trust', trustText(verification)],
        ...verification.unreadable.map(
          ({ what, index, message }) => ['unreadable', `${what} ${index + 1}: ${message}`] as const,
        ),
      ]);
      if (!explain) return answer;
      const rows = verdict.tried.map(({ certificates, refusal: { code, message, clause } }) => [
        pathText(certificates),
        code,
        message,
        clause,
      ]);
      if (rows.length === 0) return `${answer}\nno other path to try\n`;
      return `${answer}\n${formatTable(['PATH TRIED', 'CODE', 'REASON', 'CLAUSE'], rows, columns)}`;
    },
    json: () => ({ kind: 'verify', value: value() }),
    jsonl: () => [{ kind: 'verify', value: value() }],
  };
}

const labelOf = ({ tbs }: PathCertificate): string => nameToString(tbs.subject) || `serial ${serialToHex(tbs.serial)}`;

const pathText = (path: readonly PathCertificate[]): string => path.map(labelOf).join(' <- ');

const IDENTITIES: Readonly<Record<string, string>> = { dns: 'DNS name', ip: 'IP address', spiffe: 'X509-SVID of' };

function requiredText(purpose: VerifyRequest['purpose'], identity: VerifyRequest['identity']): string | undefined {
  const asked = [
    ...(purpose === 'any' ? [] : [purpose]),
    ...Object.entries(identity ?? {}).map(([kind, value]) => `${IDENTITIES[kind]} ${String(value)}`),
  ];
  return asked.length === 0 ? undefined : asked.join(', ');
}

function trustText({ anchors, crls }: Verification): string {
  const revocation = crls === undefined ? 'revocation not checked' : `${crls} CRL${crls === 1 ? '' : 's'}`;
  return `${anchors} anchor${anchors === 1 ? '' : 's'}, ${revocation}`;
}

function plain(
  { file, now, purpose, identity }: VerifyRequest,
  { verdict, target, anchors, crls, unreadable }: Verification,
  explain: boolean,
): DocumentOf<typeof VERIFY>['value'] {
  return {
    at: now,
    file,
    certificate: target && plainCertificate(target),
    accepted: verdict.accepted,
    purpose,
    identity: identity && 'spiffe' in identity ? { spiffeId: identity.spiffe } : identity,
    ...(verdict.accepted ? { path: verdict.path.map(plainCertificate) } : { reason: verdict.reason }),
    ...(explain && {
      tried: verdict.tried.map(({ certificates, refusal }) => ({
        path: certificates.map(plainCertificate),
        reason: refusal,
      })),
    }),
    anchorCount: anchors,
    crlCount: crls,
    unreadable: unreadable.map(({ what, index, message }) => ({ type: what, index, message })),
  };
}

const plainCertificate = ({ tbs, der }: PathCertificate) => ({
  subject: nameToString(tbs.subject),
  serial: serialToHex(tbs.serial),
  sha256: createHash('sha256').update(der).digest('hex'),
});
