// Formats a certificate or CA found by `who`: its state, its dates, its predecessor and successor, its fingerprints.
// Only that command calls it.
import type { Found } from '../run/find-anything.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';

type Fact = readonly [label: string, value: string | undefined];

export function whoView(found: readonly Found[], now: Date): View {
  return {
    table: () => found.map(each => formatFacts(factsOf(each, now))).join('\n'),
    json: () => ({ kind: 'who', value: { at: now, matches: found.map(each => plain(each, now)) } }),
    jsonl: () => found.map(each => ({ kind: 'who-match', value: plain(each, now) })),
  };
}

const until = (instant: Date, now: Date): string => `${formatInstant(instant)} (${formatRelativeTime(instant, now)})`;

function factsOf(found: Found, now: Date): readonly Fact[] {
  const prints: readonly Fact[] = [
    ['key id', found.prints?.keyIdentifier],
    ['sha256', found.prints?.sha256],
    ['x5t#S256', found.prints?.x5tS256],
    ['found by', found.foundBy],
  ];
  if (found.kind === 'authority') {
    const { id, tier, generation, state, certificate } = found.authority;
    return [
      ['authority', id],
      ['tier', `${tier}, generation ${generation}`],
      ['state', validity(state, certificate, now)],
      ['issued by', certificate?.issuerId],
      ['serial', certificate?.serial],
      ['not before', certificate && formatInstant(certificate.notBefore)],
      ['not after', certificate && until(certificate.notAfter, now)],
      ...prints,
    ];
  }
  const { certificate, revocation, deployment, predecessor, successor } = found;
  return [
    ['service', certificate.service],
    ['spiffe id', certificate.spiffeId],
    ['serial', certificate.serial],
    ['state', validity(certificate.state, certificate, now)],
    ['revoked', revocation && `${until(revocation.revokedAt, now)}, ${revocation.reason}`],
    ['issued by', certificate.authorityId],
    ['not before', formatInstant(certificate.notBefore)],
    ['not after', until(certificate.notAfter, now)],
    ['deployed', deployment && (deployment.state === 'pending' ? 'pending' : deployment.directory)],
    ['predecessor', predecessor],
    ['successor', successor],
    ...prints,
  ];
}

/** The state in the manifest, and what the clock says. */
function validity(
  state: string,
  dates: { readonly notBefore: Date; readonly notAfter: Date } | undefined,
  now: Date,
): string {
  if (dates === undefined) return state;
  if (now > dates.notAfter) return `${state}, expired`;
  return now < dates.notBefore ? `${state}, not yet valid` : state;
}

/** Without the DER, which `inspect` shows. */
function plain(found: Found, now: Date): object {
  if (found.kind === 'authority') {
    const { certificate, ...authority } = found.authority;
    const { der: _, ...dates } = certificate ?? { der: undefined };
    return { ...found, authority: { ...authority, ...dates }, expired: certificate && now > certificate.notAfter };
  }
  const { der: _, ...certificate } = found.certificate;
  return { ...found, certificate, expired: now > certificate.notAfter };
}
