// Reads the facts of the manifest and the files that a plan depends on. `issue`, `apply` and `renew` call it once in a run, before
// they plan. It decides nothing and changes nothing.

import { resolve } from 'node:path';
import { activeIssuer, chainToRoot, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import { lifeOf } from '../../ca/rules/life.ts';
import { activeAuthorities, drainingAuthorities, type FilesState } from '../../due/rules/reason.ts';
import { decodeCertificate } from '../../pki/certificate/parsed.ts';
import { findExtension } from '../../pki/extension/extension.ts';
import { decodeNameConstraints } from '../../pki/extension/name-constraints.ts';
import { OID } from '../../pki/oids.ts';
import type { IssuerLimits } from '../../policy/rules/decide-spec.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { Authority } from '../../record/authority.ts';
import type { Certificate } from '../../record/certificate.ts';
import { directoryFaults } from '../../service/run/directories.ts';
import {
  compareVersion,
  currentVersion,
  expectedCredential,
  isWhole,
  readVersion,
} from '../../store/files/service-files.ts';
import type { KnownService, LiveService } from '../../store/manifest/manifest.ts';
import type { Pki } from '../../store/open-pki.ts';
import type { IssuanceFacts, ServiceFacts } from '../rules/facts.ts';
import type { Requested } from '../rules/requested.ts';

/** Reads the facts that all services share, and the CA that would issue. Throws ERR_NO_ISSUER and ERR_ISSUER_*. */
export function readIssuer(
  { manifest, world: { now } }: Pki,
  policy: Policy,
): {
  readonly issuer: CertifiedAuthority;
  readonly authorities: readonly Authority[];
  readonly shared: Omit<IssuanceFacts, 'services'>;
} {
  const authorities = manifest.authorities();
  const issuer = activeIssuer(authorities, now);
  const [first, ...above] = chainToRoot(issuer, authorities);
  const { notBefore, notAfter } = issuer.certificate;
  return {
    issuer,
    authorities,
    shared: {
      policy,
      issuer: { id: issuer.id, notBefore, notAfter },
      chain: [limitsOf(first!), ...above.map(limitsOf)],
      draining: drainingAuthorities(authorities),
      active: activeAuthorities(authorities),
    },
  };
}

function limitsOf(authority: CertifiedAuthority): IssuerLimits {
  const { id, tier, certificate } = authority;
  const constraints = findExtension(decodeCertificate(certificate.der).tbs.extensions, OID.nameConstraints);
  return {
    id,
    tier,
    ...lifeOf(authority),
    ...(constraints && { nameConstraints: decodeNameConstraints(constraints.value) }),
  };
}

/** Reads the facts of every requested service. `force`: files of an unknown certificate may be replaced. */
export function readServices(
  pki: Pki,
  requests: readonly Requested[],
  force: boolean,
): ReadonlyMap<string, ServiceFacts> {
  const rows = pki.manifest.servicesNamed(requests.map(({ spec }) => spec.service));
  const known = new Map(rows.map(row => [row.service.name, row]));
  const places = requests.map(requested => placeOf(pki, requested, known.get(requested.spec.service)));
  const faults = directoryFaults(pki, places, force);
  return new Map(
    places.map(({ service, directory }) => {
      const row = known.get(service);
      const fault = faults.get(service);
      const about: ServiceFacts = {
        ...factsOf(pki, row, service, directory),
        files: fault === undefined ? filesState(pki, row?.certificate, directory) : 'unseen',
        ...(fault && { directoryFault: fault }),
      };
      return [service, about];
    }),
  );
}

function placeOf({ world, home }: Pki, { spec, asRecorded }: Requested, known: KnownService | undefined) {
  const { service } = spec;
  const out = asRecorded && known ? known.service.spec.out : spec.out;
  const directory = out === undefined ? home.service(service) : resolve(world.cwd, out);
  return { service, directory, currentSerial: known?.certificate?.serial };
}

/** Reads the facts of one service that do not depend on its files. */
export function factsOf(
  { home, manifest }: Pki,
  known: LiveService | undefined,
  service: string,
  directory: string,
): Omit<ServiceFacts, 'files'> {
  const { certificate } = known ?? {};
  const revocation = certificate?.state === 'revoked' ? manifest.revocation(certificate.serial) : undefined;
  return {
    directory,
    isDefaultDirectory: directory === home.service(service),
    ...(known && { known }),
    ...(revocation && { revokedFor: revocation.reason }),
  };
}

/** Compares the files in a service's directory with its current certificate. */
export function filesState(
  { world: { files } }: Pick<Pki, 'world'>,
  certificate: Certificate | undefined,
  directory: string,
): FilesState {
  if (certificate?.der === undefined) return 'missing';
  const { serial, der, keySource } = certificate;
  const state = compareVersion(readVersion(files, directory, serial), expectedCredential({ der, keySource }));
  if (!isWhole(state)) return 'missing';
  if (state.key !== 'right') return 'key-missing';
  return currentVersion(files, directory) === serial ? 'served' : 'not-switched';
}
