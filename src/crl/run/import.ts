// Decides whether a CRL file may become the newest CRL of one of our CAs, then records it and puts it into public/.
// `crl import` calls it; `--dry-run` makes the same checks and changes nothing. It opens no key.
import { createHash } from 'node:crypto';
import type { World } from '../../world/world.ts';
import { failure, type SvcauthError } from '../../errors/error.ts';
import { compareEntries } from '../rules/diff.ts';
import { crlOwnerProblem } from '../rules/verdict.ts';
import { instantText } from '../../time/instant-text.ts';
import type { Crl } from '../../record/crl.ts';
import type { Revocation } from '../../record/revocation.ts';
import { isCrlReason } from '../../pki/crl/revocation-reason.ts';
import { findExtension } from '../../pki/extension/extension.ts';
import { decodeIssuingDistributionPoint } from '../../pki/extension/issuing-distribution-point.ts';
import { nameToString, sameName } from '../../pki/name/name.ts';
import { OID } from '../../pki/oids.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { crlNumber, type ParsedCrl } from '../../pki/crl/parsed.ts';
import { reportCrlEntries } from '../../pki/report/crl-report.ts';
import { sortedEntries } from '../../pki/crl/sorted-entries.ts';
import { writeDerivedCrlFiles, type PublishedCrl } from './files.ts';
import { isCurrent, readCrlStates, type AuthorityCrl, type CrlPki } from './states.ts';
import { expectedEntries } from './expected-entries.ts';
import { readCrl } from '../../store/input/read-crl.ts';
import { PUBLIC_FILE } from '../../store/home.ts';

export interface CrlImport {
  readonly crl: Crl;
  /** False if it was imported before. */
  readonly changed: boolean;
  /** CAs of this PKI that it revokes: verifiers reject every certificate they issued. */
  readonly revokedCas: readonly string[];
}

/**
 * Imports a CRL that an offline or external CA signed. It checks signature, dates and form, that the number is higher, and that no
 * recorded revocation is missing. Throws ERR_CRL_UNREADABLE and ERR_CRL_REFUSED; then nothing is changed.
 */
export async function importCrl(
  pki: CrlPki & { readonly world: World },
  path: string,
  dryRun: boolean,
): Promise<CrlImport> {
  const { world, home, manifest } = pki;
  const parsed = await readCrl(world, path);
  const refuse = (problem: string): SvcauthError => failure('ERR_CRL_REFUSED', { path, problem });
  const states = readCrlStates(pki);
  const state = ownerOf(parsed, states, refuse);
  const problem = crlOwnerProblem(parsed, state.authority) ?? scopeProblem(parsed) ?? dateProblem(parsed, world.now);
  if (problem !== undefined) throw refuse(problem);
  const crl = recordOf(parsed, state.authority.id);
  const revoked = revokedCas(pki, parsed, state.authority.id);
  const listed = { crl, revokedCas: revoked.map(({ id }) => id) };
  const unrecorded = revoked.filter(({ revocation }) => manifest.revocation(revocation.serial) === undefined);
  if (state.latest?.sha256 === crl.sha256 && state.published?.sha256 === crl.sha256 && unrecorded.length === 0) {
    return { ...listed, changed: false };
  }
  const isNewest = state.latest?.sha256 === crl.sha256;
  if (!isNewest && state.latest !== undefined && crl.number <= state.latest.number) {
    throw refuse(`its number ${crl.number} is not higher than ${state.latest.number}, the number of the newest CRL`);
  }
  const lost = lostRevocation(pki, parsed, state.authority.id);
  if (lost !== undefined) throw refuse(`it does not list ${lost}, which is revoked in the manifest`);
  if (dryRun) return { ...listed, changed: true };
  world.files.makeDirectory(home.public.crls, 0o755);
  const staged = world.files.stage(home.public.crlDer(crl.authorityId), PUBLIC_FILE);
  try {
    staged.write(parsed.der);
    await staged.seal();
    if (!isNewest || unrecorded.length > 0) {
      manifest.transaction(write => {
        for (const { id, revocation } of unrecorded) {
          write.insertRevocation(revocation);
          const { serial, reason, authorityId: ca } = revocation;
          write.audit('certificate.revoked', id, { serial, ca, reason });
        }
        if (isNewest) return;
        write.recordCrl(crl);
        // this CRL may list revocations that the series lacks
        write.voidPresignedCrls(crl.authorityId);
        write.audit('crl.imported', crl.authorityId, { number: crl.number.toString(), sha256: crl.sha256 });
      });
    }
    staged.commit();
  } finally {
    staged.discard();
  }
  await writeDerivedCrlFiles(pki, publishedWith(states, crl), new Set());
  return { ...listed, changed: true };
}

/** Finds the CA that the CRL names; if several have that name, the CA whose key signed it. */
function ownerOf(
  crl: ParsedCrl,
  states: readonly AuthorityCrl[],
  refuse: (problem: string) => SvcauthError,
): AuthorityCrl {
  const named = states.filter(({ certificate }) =>
    sameName(crl.issuer, decodeCertificate(certificate.der).tbs.subject),
  );
  const state = named.find(({ authority }) => crlOwnerProblem(crl, authority) === undefined) ?? named[0];
  if (state === undefined) throw refuse(`its issuer ${nameToString(crl.issuer)} is not a CA of this PKI`);
  const { id, keyLocation } = state.authority;
  if (keyLocation === 'file') throw refuse(`the key of ${id} is in this home, so "svcauth crl refresh" signs its CRLs`);
  return state;
}

/** Explains why a CRL does not cover all certificates of its CA (RFC 5280 §5.2.5); undefined if it does. */
function scopeProblem({ extensions }: ParsedCrl): string | undefined {
  const extension = findExtension(extensions, OID.issuingDistributionPoint);
  if (extension === undefined) return undefined;
  // a CRL of only CAs or only end entities is accepted: Node, OpenSSL and Java use it correctly (tested)
  const { uris, onlySomeReasons, indirectCRL, onlyContainsAttributeCerts } = decodeIssuingDistributionPoint(
    extension.value,
  );
  if (indirectCRL) return 'it is an indirect CRL, which covers other CAs';
  if (onlySomeReasons) return 'it covers only some revocation reasons';
  if (onlyContainsAttributeCerts) return 'it covers only attribute certificates';
  return uris.length > 0
    ? 'it is limited to a distribution point, so verifiers do not use it for other certificates'
    : undefined;
}

function dateProblem({ thisUpdate, nextUpdate }: ParsedCrl, now: Date): string | undefined {
  if (thisUpdate.date > now) return `it is not valid before ${instantText(thisUpdate.date)}`;
  return nextUpdate !== undefined && nextUpdate.date <= now ? `it expired ${instantText(nextUpdate.date)}` : undefined;
}

const recordOf = (crl: ParsedCrl, authorityId: string): Crl => ({
  authorityId,
  // `crlOwnerProblem` has seen both
  number: crlNumber(crl)!,
  thisUpdate: crl.thisUpdate.date,
  nextUpdate: crl.nextUpdate!.date,
  entryCount: crl.entryCount,
  sha256: createHash('sha256').update(crl.der).digest('hex'),
});

/** Finds the first recorded revocation of an unexpired certificate that the CRL lacks. */
function lostRevocation({ manifest, world }: CrlPki, crl: ParsedCrl, authorityId: string): string | undefined {
  const ours = expectedEntries(manifest, authorityId, world.now);
  for (const { serial, after } of compareEntries(ours, sortedEntries(crl))) if (after === undefined) return serial;
  return undefined;
}

/** Finds the certificates of our CAs, issued by this CA, that the CRL lists. */
function revokedCas({ manifest }: CrlPki, crl: ParsedCrl, issuerId: string) {
  const owners = new Map(
    manifest
      .authorities()
      .flatMap(({ id, certificate }) =>
        certificate?.issuerId === issuerId ? [[certificate.serial, { id, certificate }] as const] : [],
      ),
  );
  return Array.from(reportCrlEntries(crl)).flatMap(({ serial, revokedAt, reason, invalidityDate }) => {
    const owner = owners.get(serial);
    if (owner === undefined) return [];
    const revocation: Revocation = {
      ...{ serial, authorityId: issuerId, revokedAt, notAfter: owner.certificate.notAfter },
      reason: isCrlReason(reason) ? reason : 'unspecified',
      ...(invalidityDate && { invalidityDate }),
    };
    return [{ id: owner.id, revocation }];
  });
}

const publishedWith = (states: readonly AuthorityCrl[], crl: Crl): readonly PublishedCrl[] =>
  states.flatMap(state => {
    const { authority, latest } = state;
    if (authority.id === crl.authorityId) return [{ authority, crl }];
    return latest !== undefined && isCurrent(state) ? [{ authority, crl: latest }] : [];
  });
