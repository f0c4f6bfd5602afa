// Formats the certificates and CAs that `who` found: state, dates, predecessor and successor, fingerprints.
// `who` prints it. It decides nothing.
import type { Clue, Found } from '../run/look-up.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { DocumentOf, View } from '../../view/output.ts';
import type { MATCH, WHO } from './who-documents.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';

type Fact = readonly [label: string, value: string | undefined];

export function whoView(found: readonly Found[], now: Date): View<typeof WHO, typeof MATCH> {
  return {
    table: () => found.map(each => formatFacts(factsOf(each, now))).join('\n'),
    json: () => ({
      kind: 'who',
      value: { at: now, matches: found.map(each => plain(each, now)) },
    }),
    jsonl: () => found.map(each => ({ kind: 'match', value: plain(each, now) })),
  };
}

const CLUES: Readonly<Record<Clue, string>> = {
  ca: 'CA',
  service: 'service',
  spiffeId: 'SPIFFE ID',
  serial: 'serial number',
  sha256: 'SHA-256 fingerprint',
  x5tS256: 'x5t#S256',
  keyId: 'key ID',
  file: 'file',
};

const withRelative = (instant: Date, now: Date): string =>
  `${formatInstant(instant)} (${formatRelativeTime(instant, now)})`;

function factsOf(found: Found, now: Date): readonly Fact[] {
  const prints: readonly Fact[] = [
    ['key ID', found.prints?.keyId],
    ['sha256', found.prints?.sha256],
    ['x5t#S256', found.prints?.x5tS256],
    ['found by', CLUES[found.foundBy]],
  ];
  if (found.type === 'ca') {
    const { id, tier, generation, state, certificate } = found.authority;
    return [
      ['CA', id],
      ['tier', `${tier}, generation ${generation}`],
      ['state', validity(state, certificate, now)],
      ['issued by', certificate?.issuerId],
      ['serial', certificate?.serial],
      ['not before', certificate && formatInstant(certificate.notBefore)],
      ['not after', certificate && withRelative(certificate.notAfter, now)],
      ...prints,
    ];
  }
  const { certificate, revocation, deployment, predecessor, successor } = found;
  return [
    ['service', certificate.service],
    ['SPIFFE ID', certificate.spiffeId],
    ['serial', certificate.serial],
    ['state', validity(certificate.state, certificate, now)],
    ['revoked', revocation && `${withRelative(revocation.revokedAt, now)}, ${revocation.reason}`],
    ['issued by', certificate.authorityId],
    ['not before', formatInstant(certificate.notBefore)],
    ['not after', withRelative(certificate.notAfter, now)],
    ['deployed', deployment && (deployment.state === 'pending' ? 'pending' : deployment.directory)],
    ['predecessor', predecessor],
    ['successor', successor],
    ...prints,
  ];
}

/** Words the state in the manifest, and whether the certificate is expired or not yet valid. */
function validity(
  state: string,
  dates: { readonly notBefore: Date; readonly notAfter: Date } | undefined,
  now: Date,
): string {
  if (dates === undefined) return state;
  if (now > dates.notAfter) return `${state}, expired`;
  return now < dates.notBefore ? `${state}, not yet valid` : state;
}

/** The JSON of a match, without the certificate itself, which `inspect` shows. */
function plain(found: Found, now: Date): DocumentOf<typeof MATCH>['value'] {
  const { foundBy, prints } = found;
  if (found.type === 'ca') {
    const { id, certificate, ...facts } = found.authority;
    return {
      ...{ type: found.type, foundBy, ca: id, ...facts },
      ...(certificate && {
        issuedBy: certificate.issuerId,
        serial: certificate.serial,
        notBefore: certificate.notBefore,
        notAfter: certificate.notAfter,
        expired: now > certificate.notAfter,
      }),
      ...prints,
    };
  }
  const { certificate, revocation, deployment, predecessor, successor } = found;
  const {
    service,
    serial,
    authorityId: ca,
    state,
    spiffeId,
    notBefore,
    notAfter,
    keySource,
    issuedAt,
    tbsSha256,
  } = certificate;
  return {
    ...{
      type: found.type,
      foundBy,
      service,
      serial,
      ca,
      state,
      spiffeId,
      notBefore,
      notAfter,
      expired: now > notAfter,
    },
    ...{ keySource, issuedAt, tbsSha256 },
    ...prints,
    ...(revocation && {
      revocation: {
        revokedAt: revocation.revokedAt,
        reason: revocation.reason,
        invalidityDate: revocation.invalidityDate,
      },
    }),
    ...(deployment && {
      deployment: {
        directory: deployment.directory,
        state: deployment.state,
        updatedAt: deployment.updatedAt,
        deployedSerial: deployment.deployedSerial,
        attempts: deployment.attempts,
        problem: deployment.problem,
        hookFailed: deployment.hookFailed,
      },
    }),
    predecessor,
    successor,
  };
}
