/** Issues a test leaf from a new CA and validates it. The preparation calls it; the leaf is never kept. */
import { failure } from '../../errors/error.ts';
import { instantText } from '../../time/instant-text.ts';
import { chainToRoot, isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { crlAddress } from '../../policy/rules/crl-url.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { Issuer } from '../../pki/certificate/issuer.ts';
import { readPathCertificate } from '../../pki/path/path-certificate.ts';
import { loadTrustStore } from '../../pki/path/trust-store.ts';
import { validatePath } from '../../pki/path/validate-path.ts';
import { leafIssuer } from '../../issuance/run/leaf-issuer.ts';
import type { Pki } from '../../store/open-pki.ts';
import { readCrl } from '../../store/input/read-crl.ts';

const LIFETIME = 3600;

/**
 * Issues a test leaf, validates it with the CRLs that were just published, and discards it with its key. The audit log has its serial
 * number. Throws ERR_ROTATION_TEST. Returns the serial.
 */
export async function selfTest(
  { world, home, manifest, identity }: Pki,
  policy: Policy,
  authority: CertifiedAuthority,
  issuer: Issuer,
): Promise<string> {
  const { now } = world;
  const end = new Date(now.getTime() + LIFETIME * 1000);
  const { notBefore, notAfter } = authority.certificate;
  const crlUrl = policy.crl.url === undefined ? undefined : crlAddress(policy.crl.url, authority.id);
  const engine = leafIssuer(world, issuer, crlUrl);
  const [leaf] = await engine.prepare([
    {
      service: 'svcauth-self-test',
      spec: {
        spiffeId: `spiffe://${identity.trustDomain}/svcauth/self-test`,
        profile: 'svid',
        dns: [],
        ip: [],
        ttl: LIFETIME,
        keyAlgorithm: policy.leaf.keyAlgorithm,
        tags: {},
      },
      notBefore: notBefore > now ? notBefore : now,
      notAfter: end < notAfter ? end : notAfter,
      key: { source: 'generated' },
    },
  ]);
  const refused = (problem: string) => failure('ERR_ROTATION_TEST', { id: authority.id, problem });
  const chain = chainToRoot(authority, manifest.authorities().filter(isCertified));
  const crls = await Promise.all(
    chain
      .filter(({ id }) => world.files.status(home.public.crlDer(id)))
      .map(({ id }) => readCrl(world, home.public.crlDer(id))),
  );
  const store = loadTrustStore({
    anchors: [chain.at(-1)!.certificate.der],
    intermediates: chain.slice(0, -1).map(({ certificate }) => certificate.der),
    crls: crls.map(({ der }) => der),
  });
  const target = readPathCertificate(engine.sign(leaf!));
  for (const purpose of ['server', 'client'] as const) {
    const verdict = validatePath(target, store, { now, purpose });
    if (!verdict.accepted) throw refused(`${verdict.reason.message} (${verdict.reason.clause})`);
  }
  const { serial } = leaf!;
  manifest.transaction(write => {
    const open = manifest.rotations().find(({ toId, endedAt }) => toId === authority.id && endedAt === undefined);
    if (open !== undefined) write.updateRotation(open.id, { selfTest: serial });
    write.audit('rotation.tested', authority.id, { serial, notAfter: instantText(target.tbs.notAfter.date) });
  });
  return serial;
}
