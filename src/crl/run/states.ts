// Reads, for every CA that needs a CRL: its newest CRL, the file in public/crl, its unlisted revocations and its series.
// Refresh, import, presigning, publication and rotation start from these facts. It changes nothing; `rules/schedule.ts` decides.
import { createHash } from 'node:crypto';
import type { World } from '../../world/world.ts';
import { isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { CrlState } from '../rules/schedule.ts';
import type { Crl } from '../../record/crl.ts';
import { offersCrl } from '../rules/last.ts';
import { readCrlStream } from '../../pki/crl/stream.ts';
import { DerError } from '../../pki/der/reader.ts';
import { sameName } from '../../pki/name/name.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { crlNumber } from '../../pki/crl/parsed.ts';
import { PEM_LINE } from '../../pki/pem-stream.ts';
import { clockOf } from '../../store/clock.ts';
import type { Home } from '../../store/home.ts';

import type { Manifest, RevocationTotals } from '../../store/manifest/manifest.ts';
import { outsideCrls } from './outside-crls.ts';
import { readSeal } from './seal.ts';

/** The parts of an opened PKI that CRLs need. */
export interface CrlPki {
  readonly world: Pick<World, 'files' | 'now'>;
  readonly home: Home;
  readonly manifest: Manifest;
}

export interface AuthorityCrl extends CrlState {
  readonly authority: CertifiedAuthority;
  readonly totals: RevocationTotals;
}

/** Size in bytes of the pieces in which a CRL is read: whole lines of PEM. */
export const CRL_PIECE = PEM_LINE * 1024;

/**
 * Reads the CRL state of every CA that verifiers may need a CRL of, root first (RFC 5280 §6.3.3): CAs in any state of a rotation,
 * and retired ones until their last CRL expires. CAs without a certificate and expired ones are left out. With `glance`, a CRL in a
 * sealed directory is not read. `directories` are those that CRLs are published to.
 */
export function readCrlStates(
  pki: CrlPki,
  glance = false,
  directories: readonly string[] = [],
): readonly AuthorityCrl[] {
  const { world, home, manifest } = pki;
  const { span } = clockOf(pki);
  const inDoubt = span.from.getTime() === span.to.getTime() ? {} : { clock: span };
  const numberOutside = (authority: CertifiedAuthority, latest: Crl | undefined): bigint | undefined =>
    authority.keyLocation === 'foreign'
      ? undefined
      : outsideCrls(world, authority, { directories, latest, glance }).reduce<bigint | undefined>(
          (most, { number }) => (most === undefined || number > most ? number : most),
          undefined,
        );
  const sealed = glance ? readSeal(world, home.public.directory)?.digests : undefined;
  return manifest
    .authorities()
    .filter(isCertified)
    .flatMap(authority => {
      const latest = manifest.latestCrl(authority.id);
      return offersCrl(authority, latest, span.from) ? [{ authority, latest }] : [];
    })
    .map(({ authority, latest }) => {
      const totals = manifest.revocationTotals(authority.id);
      return {
        authority,
        tier: authority.tier,
        certificate: authority.certificate,
        latest,
        published:
          latest !== undefined && sealed?.get(authority.id) === latest.sha256
            ? latest
            : readPublished(pki, authority, latest),
        unlisted: totals.unlisted,
        outside: numberOutside(authority, latest),
        ...inDoubt,
        series: manifest.presignedCrls(authority.id),
        voidSeries: manifest.voidCrlSeries(authority.id),
        totals,
      };
    });
}

/** Returns true when the newest CRL is in public/crl. */
export const isCurrent = ({ latest, published }: AuthorityCrl): boolean =>
  latest !== undefined && published?.sha256 === latest.sha256;

function readPublished({ world, home }: CrlPki, authority: CertifiedAuthority, latest: Crl | undefined) {
  const path = home.public.crlDer(authority.id);
  const status = world.files.status(path);
  if (status?.kind !== 'file') return undefined;
  const hash = createHash('sha256');
  for (const piece of world.files.chunks(path, CRL_PIECE)) hash.update(piece);
  const sha256 = hash.digest('hex');
  if (sha256 === latest?.sha256) return { sha256, number: latest.number };
  return { sha256, number: publishedNumber(world.files.chunks(path, CRL_PIECE), status.size, authority) };
}

/** Reads the number of a CRL that the manifest lacks; undefined unless the CA signed it. */
function publishedNumber(
  pieces: Iterable<Uint8Array>,
  size: number,
  { certificate }: CertifiedAuthority,
): bigint | undefined {
  const { tbs } = decodeCertificate(certificate.der);
  try {
    const crl = readCrlStream(pieces, size, tbs.publicKey);
    return crl.signatureValid && sameName(crl.issuer, tbs.subject) ? crlNumber(crl) : undefined;
  } catch (cause) {
    if (cause instanceof DerError) return undefined;
    throw cause;
  }
}
