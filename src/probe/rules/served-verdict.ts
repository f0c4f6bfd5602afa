// Judges a server by its certificate, its chain and its answer to a client of ours.
// `run/probe.ts` calls it once for each server. It is pure: the paths were validated before, with and without our own CAs.
import { REMEDIES } from '../../errors/remedy.ts';
import type { PathVerdict } from '../../pki/path/validate-path.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Deployment } from '../../record/deployment.ts';
import type { Service } from '../../record/service.ts';

/** The certificate that a server sent, and the records of the manifest about it. */
export interface ServedFacts {
  /** Serial of the served certificate, lower-case hex; absent if it cannot be read. */
  readonly serial?: string;
  /** Record of the served certificate; absent if the manifest does not have it. */
  readonly certificate?: Certificate;
  /** The expected service; if only an address was named, the service of the certificate. */
  readonly service?: Service;
  readonly deployment?: Deployment;
  /** Verdict with our anchors and CRLs, and only the certificates that the server sent. */
  readonly verdict: PathVerdict;
  /** True if the path is valid with our own CAs in place of the certificates that were sent. */
  readonly acceptedWithOurChain: boolean;
  /** Id of the issuing CA. */
  readonly issuedBy?: string;
  /** Ids or labels of the certificates sent after the leaf, in that order. */
  readonly sent: readonly string[];
  readonly inOrder: boolean;
  /** How the server treated the client; absent if only its certificate was asked for. */
  readonly client?: ClientOutcome;
}

/**
 * The treatment of a client. `completed`: the handshake was, and the server did not reject the client in the moment after it, which does
 * not prove that it accepts the client. `answered`: with an HTTP status that is not a rejection.
 */
export type ClientOutcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'answered'; readonly status: number }
  | {
      readonly kind: 'rejected';
      readonly reason: string;
      readonly status?: number;
      readonly withoutCertificate: boolean;
    }
  | { readonly kind: 'unanswered'; readonly reason: string };

type ServedProblem =
  | 'old-in-memory'
  | 'not-deployed'
  | 'revoked'
  | 'expired'
  | 'other-service'
  | 'stranger'
  | 'refused'
  | 'chain-missing'
  | 'chain-disordered'
  | 'client-refused'
  | 'no-answer';

export interface ServedFinding {
  readonly name: ServedProblem;
  readonly severity: 'warning' | 'critical';
  readonly message: string;
  readonly remedy?: string;
}

/** Lists the findings about a server, critical ones first; empty if it serves the deployed certificate. */
export function judgeServed(facts: ServedFacts): readonly ServedFinding[] {
  const found = [...identityFindings(facts), ...chainFindings(facts), ...clientFindings(facts), ...ageFindings(facts)];
  return found.sort((a, b) => Number(b.severity === 'critical') - Number(a.severity === 'critical'));
}

function identityFindings({ certificate, service, serial, verdict }: ServedFacts): ServedFinding[] {
  if (certificate === undefined) {
    const message = `serves a certificate that is not in the manifest: serial ${serial ?? 'unreadable'}`;
    return [critical('stranger', message, serial === undefined ? undefined : REMEDIES.certificateUnknown({ serial }))];
  }
  if (service !== undefined && certificate.service !== service.name) {
    return [critical('other-service', `serves the certificate of ${certificate.service}`, reload(service))];
  }
  if (verdict.accepted) return [];
  const { code, message, clause } = verdict.reason;
  if (code === 'revoked' || certificate.state === 'revoked') {
    return [critical('revoked', 'serves a revoked certificate', replace(certificate, service))];
  }
  if (code === 'expired') return [critical('expired', message, replace(certificate, service))];
  // `chainFindings` reports it
  return code === 'no-issuer' ? [] : [critical('refused', `${message} (${clause})`)];
}

function chainFindings({ certificate, verdict, acceptedWithOurChain, issuedBy, sent, inOrder }: ServedFacts) {
  if (certificate === undefined) return [];
  if (!verdict.accepted && verdict.reason.code === 'no-issuer') {
    const what = sent.length === 0 ? 'only its own certificate' : `its certificate and that of ${sent.join(', ')}`;
    const missing = `not that of ${issuedBy ?? 'its issuing CA'}`;
    const message = `sends ${what}, ${missing}; clients without that intermediate reject the connection`;
    const remedy = acceptedWithOurChain ? 'configure the server with tls.crt, which contains the chain' : undefined;
    return [critical('chain-missing', message, remedy)];
  }
  if (inOrder) return [];
  const message = 'sends its chain in the wrong order; some clients reject the connection';
  return [warning('chain-disordered', message, 'configure the server with tls.crt, which has the right order')];
}

function clientFindings({ client }: ServedFacts): ServedFinding[] {
  if (client?.kind === 'rejected') {
    const whom = client.withoutCertificate ? 'a client without a certificate' : 'this client';
    return [critical('client-refused', `rejects ${whom}: ${client.reason}`)];
  }
  return client?.kind === 'unanswered' ? [warning('no-answer', `completes the handshake, but ${client.reason}`)] : [];
}

/** Reports a certificate of the right service that is not its newest. */
function ageFindings({ certificate, service, deployment, verdict }: ServedFacts): ServedFinding[] {
  if (certificate === undefined || service?.currentSerial === undefined) return [];
  if (certificate.service !== service.name || certificate.serial === service.currentSerial) return [];
  const isSaid = !verdict.accepted && (verdict.reason.code === 'revoked' || verdict.reason.code === 'expired');
  if (isSaid || certificate.state === 'revoked') return [];
  if (deployment?.state === 'pending') {
    const message = 'newest certificate is not deployed; the server uses the previous one';
    return [warning('not-deployed', message, REMEDIES.deploymentPending({ service: service.name }))];
  }
  return [
    warning('old-in-memory', 'new certificate is on disk but the server still uses the old one', reload(service)),
  ];
}

const reload = ({ upkeep }: Service): string =>
  (upkeep?.deployment?.hooks?.length ?? 0) > 0
    ? 'reload the server; its hook ran but did not reload it'
    : 'reload the server, and add a hook to the service that does so after every renewal';

/** Reloads the server if a newer certificate exists; else replaces the certificate. */
const replace = (certificate: Certificate, service: Service | undefined): string =>
  service !== undefined && service.currentSerial !== certificate.serial
    ? reload(service)
    : REMEDIES.certificateDue(certificate);

const critical = (name: ServedProblem, message: string, remedy?: string): ServedFinding => ({
  ...{ name, severity: 'critical', message },
  ...(remedy !== undefined && { remedy }),
});
const warning = (name: ServedProblem, message: string, remedy?: string): ServedFinding => ({
  ...{ name, severity: 'warning', message },
  ...(remedy !== undefined && { remedy }),
});
