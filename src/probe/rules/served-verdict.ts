// Judges a server: its certificate against the manifest, its chain against the path validation, its answer to a client of ours.
// `run/probe.ts` calls it once for each server. It is pure: the paths were validated before, with and without our own CAs.
import { REMEDIES } from '../../errors/remedy.ts';
import type { PathVerdict } from '../../pki/path/validate-path.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { Deployment } from '../../record/deployment.ts';
import type { Service } from '../../record/service.ts';

/** What a server shows, beside what the manifest has. */
export interface ServedFacts {
  /** The serial of what is served, lower-case hex; absent where it cannot be read. */
  readonly serial?: string;
  /** As the manifest has it; absent for a stranger. */
  readonly certificate?: Certificate;
  /** Who should be there; where only an address was named, whose certificate it is. */
  readonly service?: Service;
  readonly deployment?: Deployment;
  /** By our anchors and CRLs, with nothing but what was sent. */
  readonly verdict: PathVerdict;
  /** Whether our own CAs in place of what was sent would have helped. */
  readonly acceptedWithOurChain: boolean;
  /** The authority that signed it, and those whose certificates were sent behind it, in that order. */
  readonly signedBy?: string;
  readonly sent: readonly string[];
  readonly inOrder: boolean;
  /** The server's alert at a client of ours. */
  readonly clientRefused?: string;
}

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
  | 'client-refused';

export interface ServedFinding {
  readonly name: ServedProblem;
  readonly severity: 'warning' | 'critical';
  readonly message: string;
  readonly remedy?: string;
}

/** What is wrong with a server, the worst first; nothing when it serves what it should. */
export function judgeServed(facts: ServedFacts): readonly ServedFinding[] {
  const found = [...identityFindings(facts), ...chainFindings(facts), ...clientFindings(facts), ...ageFindings(facts)];
  return found.sort((a, b) => Number(b.severity === 'critical') - Number(a.severity === 'critical'));
}

function identityFindings({ certificate, service, serial, verdict }: ServedFacts): ServedFinding[] {
  if (certificate === undefined) {
    const message = `what it serves is not in the manifest: serial ${serial ?? 'unreadable'}`;
    return [critical('stranger', message, serial === undefined ? undefined : REMEDIES.certificateUnknown({ serial }))];
  }
  if (service !== undefined && certificate.service !== service.name) {
    return [critical('other-service', `it serves the certificate of ${certificate.service}`, reload(service))];
  }
  if (verdict.accepted) return [];
  const { code, message, clause } = verdict.reason;
  if (code === 'revoked' || certificate.state === 'revoked') {
    return [critical('revoked', 'what it serves is revoked', replace(certificate, service))];
  }
  if (code === 'expired') return [critical('expired', message, replace(certificate, service))];
  // said better by what is wrong with the chain
  return code === 'no-issuer' ? [] : [critical('refused', `${message} (${clause})`)];
}

function chainFindings({ certificate, verdict, acceptedWithOurChain, signedBy, sent, inOrder }: ServedFacts) {
  if (certificate === undefined) return [];
  if (!verdict.accepted && verdict.reason.code === 'no-issuer') {
    const what = sent.length === 0 ? 'its certificate alone' : `its certificate and that of ${sent.join(', ')}`;
    const message = `it sends ${what}, and not that of ${signedBy ?? 'its issuer'}: who does not have it refuses`;
    const remedy = acceptedWithOurChain ? 'serve tls.crt, which holds the chain' : undefined;
    return [critical('chain-missing', message, remedy)];
  }
  if (inOrder) return [];
  const message = 'what it sends is not in order, each certified by the next one: some clients refuse';
  return [warning('chain-disordered', message, 'serve tls.crt as it is')];
}

const clientFindings = ({ clientRefused }: ServedFacts): ServedFinding[] =>
  clientRefused === undefined ? [] : [critical('client-refused', `it does not let this client in: ${clientRefused}`)];

/** Of a certificate of the right service that is not its newest. */
function ageFindings({ certificate, service, deployment, verdict }: ServedFacts): ServedFinding[] {
  if (certificate === undefined || service?.currentSerial === undefined) return [];
  if (certificate.service !== service.name || certificate.serial === service.currentSerial) return [];
  const isSaid = !verdict.accepted && (verdict.reason.code === 'revoked' || verdict.reason.code === 'expired');
  if (isSaid || certificate.state === 'revoked') return [];
  if (deployment?.state === 'pending') {
    const message = 'renewed, and not deployed: it serves the one before';
    return [warning('not-deployed', message, REMEDIES.deploymentPending({ service: service.name }))];
  }
  return [warning('old-in-memory', 'renewed on disk, old one in memory', reload(service))];
}

const reload = ({ upkeep }: Service): string =>
  (upkeep?.deployment?.hooks?.length ?? 0) > 0
    ? 'reload the server: its hook has run and did not do it'
    : 'reload the server; a hook of the service does it after every renewal';

/** There is a newer one, or there has to be one. */
const replace = (certificate: Certificate, service: Service | undefined): string =>
  service !== undefined && service.currentSerial !== certificate.serial
    ? reload(service)
    : REMEDIES.certificateDue(certificate);

const critical = (name: ServedProblem, message: string, remedy?: string): ServedFinding => ({
  ...{ name, severity: 'critical', message },
  ...(remedy !== undefined && { remedy }),
});
const warning = (name: ServedProblem, message: string, remedy: string): ServedFinding => ({
  ...{ name, severity: 'warning', message, remedy },
});
