// Proves before `ca extend` and `ca cross-sign` that verifiers with old and with new files accept every valid certificate.
// `recertify.ts` calls it. It reads the manifest and changes nothing.
import { isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import type { FurtherCertificate } from '../../record/authority.ts';
import { proveRotation, type Counterexample } from '../../verifiers/rules/proof.ts';
import { SKEW, type Presenter, type SituationPhase } from '../../verifiers/rules/situation.ts';
import { servedChain } from '../../ca/rules/served-chain.ts';
import { trustAnchors } from '../../ca/rules/trust-anchors.ts';
import { FILE_CAP } from '../../pki/input-caps.ts';
import type { Pki } from '../../store/open-pki.ts';

/** The certificates of the CAs. */
interface State {
  readonly authorities: readonly CertifiedAuthority[];
  readonly further: readonly FurtherCertificate[];
}

/**
 * Proves an additional certificate of a CA: every verifier, with the old or the new anchors, must give the right verdict about every
 * service, with its old or its new chain. `joining`: CAs above it that come with it. Returns the counterexamples.
 */
export function proveRecertification(
  { world: { files, now }, home, manifest }: Pki,
  made: FurtherCertificate,
  replaces: boolean,
  joining: readonly CertifiedAuthority[] = [],
): readonly Counterexample[] {
  const authorities = manifest.authorities().filter(isCertified);
  const further = manifest.furtherCertificates();
  const leaves = [...manifest.unexpiredLeaves(now)];
  const before = authorities.find(({ id }) => id === made.authorityId)!;
  const { certificate } = before;
  const after: State = {
    authorities: [
      ...authorities.map(each => (each === before && replaces ? { ...each, certificate: made } : each)),
      ...joining,
    ],
    further: [...further, replaces ? { ...certificate, authorityId: before.id, createdAt: now } : made],
  };
  const presenters = (name: string, state: State): readonly Presenter[] =>
    state.authorities
      .filter(({ state: each }) => each === 'active' || each === 'draining')
      .map(signer => ({
        name: `${signer.id} ${name}`,
        chain: servedChain(signer, state.authorities, state.further).map(der => ({ der })),
        leaves: leaves.filter(({ authorityId }) => authorityId === signer.id),
      }));
  const anchorsOf = (state: State) => trustAnchors(state.authorities).map(each => ({ der: each.certificate.der }));
  const crls = authorities.flatMap(({ id, certificate: { notAfter } }) => {
    const der = files.read(home.public.crlDer(id), FILE_CAP);
    return der === undefined ? [] : [{ der, refreshedUntil: notAfter }];
  });
  const current: State = { authorities, further };
  const phase: SituationPhase = {
    name: 'activated',
    from: now,
    until: certificate.notAfter,
    presenters: [
      ...presenters('with the current certificate', current),
      ...presenters('with the new certificate', after),
    ],
    bundles: [
      { name: 'old', anchors: anchorsOf(current) },
      { name: 'new', anchors: anchorsOf(after) },
    ],
    crlSets: [{ name: 'unchanged', crls }],
  };
  return proveRotation({ now, skew: SKEW, phases: [phase] }).counterexamples;
}
