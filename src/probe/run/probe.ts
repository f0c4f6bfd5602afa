// Compares the certificate that each server presents with the certificate that was issued and deployed for it.
// `probe` calls it; `rules/served-verdict.ts` judges. It never changes the manifest, and an unreachable server stops no other.
import { join } from 'node:path';
import type { HandshakeTarget, World } from '../../world/world.ts';
import { failure, SvcauthError } from '../../errors/error.ts';
import { isCertified } from '../../ca/rules/active-issuer.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Deployment } from '../../record/deployment.ts';
import type { Service } from '../../record/service.ts';
import type { ProbeTarget } from '../rules/targets.ts';
import { httpRequest, httpStatus, rejectionOf } from '../rules/http-answer.ts';
import { judgeServed, type ClientOutcome, type ServedFinding } from '../rules/served-verdict.ts';
import { formatSocketAddress } from '../../pki/name/socket-address.ts';
import { equalBytes, toHex } from '../../pki/bytes.ts';
import { DerError } from '../../pki/der/reader.ts';
import { certificateLabel, readPathCertificate, type PathCertificate } from '../../pki/path/path-certificate.ts';
import { refusal } from '../../pki/path/refusal.ts';
import { loadTrustStore, type TrustStore } from '../../pki/path/trust-store.ts';
import { validatePath, type PathVerdict } from '../../pki/path/validate-path.ts';
import { serialToHex } from '../../pki/certificate/serial-number.ts';
import type { Home } from '../../store/home.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { currentDirectory } from '../../store/files/service-files.ts';
import { authorityNamed } from '../../ca/run/named.ts';
import { lookAtServer, type Served } from './look-at-server.ts';
import { ourTrust } from '../../lookup/run/verify-certificate.ts';

/** The result of probing one server. Serials are lower-case hex. */
export interface Probe {
  readonly address: string;
  readonly service?: string;
  readonly issued?: string;
  readonly deployed?: string;
  readonly findings: readonly ServedFinding[];
  /** The error if the server sent no certificate. */
  readonly problem?: SvcauthError;
  readonly shown?: {
    readonly version: Served['version'];
    /** Undefined if the certificate cannot be read. */
    readonly served?: string;
    readonly notAfter?: Date;
    /** CAs from which it accepts client certificates, ours by their id. Absent: it requests no client certificate. */
    readonly clientCas?: readonly string[];
    readonly client?: ClientOutcome;
    /** The certificates that the server sent, the leaf first, as DER. */
    readonly chain: readonly Uint8Array[];
  };
}

interface Asked {
  readonly now: Date;
  readonly client?: HandshakeTarget['client'];
  readonly startTls?: HandshakeTarget['startTls'];
  /** Path of an HTTP request to send after the handshake; absent: none. */
  readonly httpPath?: string;
  /** Time limit for each server. */
  readonly seconds: number;
  /** Returns true when no other server is to be probed; absent: all are. */
  readonly isOver?: () => boolean;
}

type Opened = { readonly home: Home; readonly manifest: Manifest };
type ProbeWorld = Pick<World, 'cwd' | 'files' | 'in' | 'handshake'>;

/** Most servers at the same time; a server that does not answer delays few others. */
const PARALLEL = 16;

/** Probes the servers until time is over, and answers in the order of the targets. An unreachable server is a result, not an error. */
export async function probeServers(
  world: ProbeWorld,
  { home, manifest }: Opened,
  targets: readonly ProbeTarget[],
  asked: Asked,
): Promise<readonly Probe[]> {
  const trust = await ourTrust(world, { home, manifest }, []);
  const { anchors, crls } = trust;
  // `bare` uses only the certificates that the server sent, because other verifiers do not have our CAs
  const judges = { bare: loadTrustStore({ anchors, crls }), helped: loadTrustStore(trust) };
  const probes = new Map<ProbeTarget, Probe>();
  const queue = targets.values();
  const worker = async (): Promise<void> => {
    for (const target of queue) {
      if (asked.isOver?.() === true) return;
      probes.set(target, await probeOne(world, manifest, judges, target, asked));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return targets.flatMap(target => probes.get(target) ?? []);
}

interface Judges {
  readonly bare: TrustStore;
  readonly helped: TrustStore;
}

async function probeOne(
  world: ProbeWorld,
  manifest: Manifest,
  judges: Judges,
  { address, serverName, service }: ProbeTarget,
  asked: Asked,
): Promise<Probe> {
  const { now, client, startTls, httpPath, seconds } = asked;
  const at = formatSocketAddress(address);
  const target: HandshakeTarget = {
    ...{ ...address, seconds },
    ...(serverName !== undefined && { serverName }),
    ...(client && { client }),
    ...(startTls && { startTls }),
    ...(httpPath !== undefined && { request: httpRequest(httpPath, address, serverName) }),
  };
  try {
    const served = await lookAtServer(world, target);
    return { address: at, ...judge(manifest, judges, served, service, outcomeOf(served, asked), now) };
  } catch (problem) {
    if (!(problem instanceof SvcauthError)) throw problem;
    return { address: at, ...(service && recorded(service, manifest.deployment(service.name))), findings: [], problem };
  }
}

/** Returns the treatment of the client; undefined if the probe asked only for the certificate. */
function outcomeOf({ refusedUs, answer }: Served, { client, httpPath, seconds }: Asked): ClientOutcome | undefined {
  if (client === undefined && httpPath === undefined) return undefined;
  const withoutCertificate = client === undefined;
  if (refusedUs !== undefined) return { kind: 'rejected', reason: refusedUs, withoutCertificate };
  if (httpPath === undefined) return { kind: 'completed' };
  if (answer === undefined) return { kind: 'unanswered', reason: `does not answer the request within ${seconds} s` };
  const status = httpStatus(answer);
  if (status === undefined) return { kind: 'unanswered', reason: 'its answer is not HTTP/1.1' };
  const reason = rejectionOf(status);
  return reason === undefined ? { kind: 'answered', status } : { kind: 'rejected', reason, status, withoutCertificate };
}

function judge(
  manifest: Manifest,
  { bare, helped }: Judges,
  { chain, version, clientAuthorities }: Served,
  expected: Service | undefined,
  client: ClientOutcome | undefined,
  now: Date,
) {
  const [leaf, ...sent] = chain.map(readOrNothing);
  const certificate = leaf && known(manifest, leaf);
  const service = expected ?? (certificate && manifest.service(certificate.service));
  const deployment = service && manifest.deployment(service.name);
  const identity = expected && { spiffe: expected.spec.spiffeId };
  const verdictOf = (store: TrustStore): PathVerdict =>
    leaf === undefined
      ? { accepted: false, reason: refusal('not-der', 'it cannot be read'), tried: [] }
      : validatePath(leaf, store, {
          ...{ now, purpose: 'server', intermediates: sent.filter(each => each !== undefined) },
          ...(identity && { identity }),
        });
  const ids = new Map(
    manifest
      .authorities()
      .filter(isCertified)
      .map(({ id, certificate: { der } }) => [toHex(der), id]),
  );
  const serial = leaf && serialToHex(leaf.tbs.serial);
  const findings = judgeServed({
    verdict: verdictOf(bare),
    acceptedWithOurChain: verdictOf(helped).accepted,
    sent: sent.map(each =>
      each === undefined ? 'an unreadable certificate' : (ids.get(toHex(each.der)) ?? certificateLabel(each)),
    ),
    inOrder: isInOrder([leaf, ...sent]),
    ...(serial !== undefined && { serial }),
    ...(certificate && { certificate, issuedBy: certificate.authorityId }),
    ...(service && { service }),
    ...(deployment && { deployment }),
    ...(client && { client }),
  });
  return {
    ...(service && recorded(service, deployment)),
    findings,
    shown: {
      ...{ version, chain },
      ...(serial !== undefined && { served: serial, notAfter: leaf!.tbs.notAfter.date }),
      ...(client && { client }),
      ...(clientAuthorities && { clientCas: clientAuthorities.map(der => authorityNamed(manifest, der)) }),
    },
  };
}

const recorded = ({ name, currentSerial }: Service, deployment: Deployment | undefined) => {
  const deployed = deployment?.state === 'deployed' ? deployment.serial : deployment?.deployedSerial;
  return { service: name, ...(currentSerial && { issued: currentSerial }), ...(deployed && { deployed }) };
};

function readOrNothing(der: Uint8Array): PathCertificate | undefined {
  try {
    return readPathCertificate(der);
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** Finds the record of a certificate. A certificate of another PKI can have the same serial number. */
function known(manifest: Manifest, { der, tbs }: PathCertificate): Certificate | undefined {
  const certificate = manifest.certificate(serialToHex(tbs.serial));
  return certificate?.der !== undefined && equalBytes(certificate.der, der) ? certificate : undefined;
}

/** RFC 5246 §7.4.2: each certifies the one before. */
const isInOrder = (chain: readonly (PathCertificate | undefined)[]): boolean =>
  chain.every((each, index) => index === 0 || chain[index - 1]?.issuerName === each?.subjectName);

const KEY_LIMIT = 64 * 1024;
const CERTIFICATE_LIMIT = 1024 * 1024;

/** Reads the certificate and key of a service, for use as a client. Throws ERR_SERVICE_UNKNOWN, ERR_PROBE_CLIENT. */
export function clientOf({ files }: Pick<World, 'files'>, { home, manifest }: Opened, name: string) {
  const service = manifest.service(name);
  if (service === undefined) throw failure('ERR_SERVICE_UNKNOWN', { text: name, known: manifest.serviceNames() });
  const directory = currentDirectory(service.spec.out ?? home.service(name));
  const certificatePem = files.read(join(directory, 'tls.crt'), CERTIFICATE_LIMIT);
  if (certificatePem === undefined) {
    throw failure('ERR_PROBE_CLIENT', { service: name, reason: `it has no certificate in ${directory}` });
  }
  const keyPem = files.read(join(directory, 'tls.key'), KEY_LIMIT);
  if (keyPem === undefined)
    throw failure('ERR_PROBE_CLIENT', { service: name, reason: `it has no key in ${directory}` });
  return { keyPem, certificatePem };
}
