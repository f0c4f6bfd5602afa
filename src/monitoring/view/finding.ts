// Writes the message of each finding of `check`, and the command that remedies it if there is one.
// Every output format of `check` calls it, and so does `forecast`. A finding without a message does not compile.
import type { Finding, FindingName } from '../rules/finding.ts';
import { REMEDIES, SHELL_REMEDIES } from '../../errors/remedy.ts';
import { formatInstant } from '../../view/json.ts';
import { plural } from '../../text/plural.ts';
import { describeRefusal } from './refusal.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';

export interface FindingText {
  readonly message: string;
  /** A command to paste; absent if no command helps. */
  readonly remedy?: string;
}

/** `expiry`: "expires in 3 days" or "expired 2 days ago", from the deadline of the finding. */
type Describe = (finding: Finding, expiry: string, now: Date) => FindingText;

const renew = ({ subject, keySource }: Finding): string => REMEDIES.certificateDue({ service: subject, keySource });
const refresh = ({ subject, keyLocation = 'file' }: Finding): string => REMEDIES.crlDue({ ca: subject, keyLocation });

const restore = ({ path = 'FILE' }: Finding): string => SHELL_REMEDIES.keyLost({ path });
const deploy =
  (message: (finding: Finding) => string): Describe =>
  finding => ({ message: message(finding), remedy: REMEDIES.deploymentPending({ service: finding.subject }) });

const publish = ({ subject }: Finding): string => REMEDIES.publishedBehind({ directory: subject });

/** A hook is run again, and an operator reports what no hook does. */
function reload({ subject: consumer, reload }: Finding): string {
  if (reload === 'self') return REMEDIES.everythingDue();
  return reload === 'manual' || reload === 'undeclared'
    ? REMEDIES.reloadReported({ consumer })
    : REMEDIES.reloadPending({ consumer });
}

const whose = ({ services, reload }: Finding): string =>
  reload === 'undeclared' ? `${plural(services ?? 1, 'service')} without a hook: ` : '';

function firstStep({ deadline }: Finding, now: Date): string {
  if (deadline === undefined) return 'first step is due';
  const latest = formatRelativeTime(deadline, now);
  return deadline > now ? `first step is due, ${latest} at the latest` : `first step was due ${latest} at the latest`;
}

function neededBy({ deadline }: Finding, now: Date): string {
  if (deadline === undefined) return '';
  return `; its rotation ${deadline > now ? 'needs' : 'needed'} it ${formatRelativeTime(deadline, now)} at the latest`;
}

const because = ({ failed }: Finding): string => (failed === undefined ? '' : `; ${failed}`);

const DESCRIPTIONS: Readonly<Record<FindingName, Describe>> = {
  'certificate-expired': (finding, expiry) => ({ message: `certificate ${expiry}`, remedy: renew(finding) }),
  'certificate-expiring': (finding, expiry) => ({ message: `certificate ${expiry}`, remedy: renew(finding) }),
  'certificate-not-yet-valid': finding => ({
    message: `certificate begins in the future, ${begin(finding)}; verifiers reject it`,
    remedy: renew(finding),
  }),
  'issuer-outlived': (finding, expiry) => ({
    message: `issuing CA ${expiry}, before the certificate`,
    remedy: REMEDIES.certificateOutlivesIssuer({ service: finding.subject, keySource: finding.keySource }),
  }),
  'deployment-pending': finding => ({
    message:
      finding.problem === undefined
        ? 'newest certificate is not deployed yet'
        : `newest certificate is not deployed: ${finding.problem}`,
    remedy: REMEDIES.deploymentPending({ service: finding.subject }),
  }),
  'intent-unfinished': finding => ({
    message: `a run was interrupted while it signed; certificate ${finding.serial} may exist`,
    remedy: REMEDIES.intentUnfinished({ serial: finding.serial ?? 'SERIAL' }),
  }),
  'ca-pending': (finding, _expiry, now) => ({
    message: `has no certificate yet, so it cannot sign${neededBy(finding, now)}`,
    remedy: finding.remedy ?? REMEDIES.caPending(),
  }),
  'ca-tainted': finding => ({
    message: 'key may be compromised; replace every certificate it issued',
    remedy: REMEDIES.compromiseSteps({ ca: finding.subject }),
  }),
  'ca-expired': (finding, expiry) => ({
    message: `${expiry}; verifiers reject every certificate below it`,
    remedy: REMEDIES.caExpired({ ca: finding.subject, keyLocation: finding.keyLocation ?? 'file' }),
  }),
  'ca-expiring': (finding, expiry) => ({
    message: `${expiry}, and with it every certificate below it`,
    remedy: REMEDIES.caExpiring({ tier: finding.tier ?? 'issuing', keyLocation: finding.keyLocation ?? 'file' }),
  }),
  'ca-not-yet-valid': finding => ({
    message: `begins in the future, ${begin(finding)}; verifiers reject every certificate below it`,
    remedy: REMEDIES.caNotYetValid({ ca: finding.subject, keyLocation: finding.keyLocation ?? 'file' }),
  }),
  'crl-not-yet-valid': finding => ({
    message: `CRL begins in the future, ${begin(finding)}; verifiers that check revocation reject every certificate below this CA`,
    remedy: refresh(finding),
  }),
  'clock-behind': finding => ({
    message: `clock is behind: the newest record is of ${begin(finding)}; only revoke and ca taint work`,
    remedy: REMEDIES.clockDoubtful(),
  }),
  'clock-jumped': finding => ({
    message: `clock jumped ahead, or there was no run; the newest record before is of ${begin(finding)}`,
    remedy: REMEDIES.clockDoubtful(),
  }),
  'crl-missing': finding => ({
    message: 'no CRL; verifiers that check revocation reject every certificate below this CA',
    remedy: refresh(finding),
  }),
  'crl-stale': (finding, expiry) => ({
    message: `CRL ${expiry}; verifiers that check revocation reject every certificate below this CA`,
    remedy: refresh(finding),
  }),
  'crl-series-ending': (finding, expiry) => ({
    message: `last presigned CRL ${expiry}`,
    remedy: REMEDIES.crlSeriesEnding({ ca: finding.subject, keyLocation: finding.keyLocation ?? 'offline' }),
  }),
  'renewal-refused': finding => describeRefusal(finding),
  'rotation-due': (finding, _expiry, now) => ({
    message: firstStep(finding, now),
    remedy: REMEDIES.rotationPrepared({ tier: finding.subject, keyLocation: finding.keyLocation ?? 'file' }),
  }),
  'rotation-blocked': finding => ({
    message: `tick cannot rotate this CA: ${finding.problem}`,
    remedy: finding.remedy ?? REMEDIES.rotationByHand({ tier: finding.subject }),
  }),
  'rotation-stalled': finding => ({
    message: `step ${finding.step} is overdue${finding.problem === undefined ? '' : `: ${finding.problem}`}`,
    remedy: finding.remedy ?? REMEDIES.rotationStep({ step: finding.step ?? 'prepare', tier: finding.subject }),
  }),
  'key-destroyable': finding => ({
    message: 'was retired more than 30 days ago, and its key is still in the home',
    remedy: REMEDIES.keyUnneeded({ ca: finding.subject }),
  }),
  'trust-not-loaded': (finding, expiry) => ({
    message: `${whose(finding)}${finding.problem}${expiry === '' ? '' : ` ${expiry}; the newer one is not loaded`}${because(finding)}`,
    remedy: reload(finding),
  }),
  'consumer-pending': finding => ({
    message: `the published bundle and CRLs are not loaded${because(finding)}`,
    remedy: reload(finding),
  }),
  'crl-expiring': (finding, expiry) => ({ message: `CRL ${expiry}`, remedy: refresh(finding) }),
  'certificate-revoked': finding => ({
    message: `certificate is revoked (${finding.problem}) and was not replaced`,
    remedy: renew(finding),
  }),
  'csr-due': (finding, expiry) => ({
    message: `certificate ${expiry} and is past its renewal time; its key is on its own host`,
    remedy: renew(finding),
  }),
  'key-lost': ({ subject: service }) => ({
    message: 'private key is missing or does not match the certificate, so a new certificate is needed',
    remedy: REMEDIES.renewalDue({ service }),
  }),
  'key-readable': deploy(() => 'private key can be read by other accounts'),
  'current-foreign': ({ subject: service }) => ({
    message: '"current" is not a link of svcauth, so its consumers do not load the newest certificate',
    remedy: REMEDIES.deploymentForced({ service }),
  }),
  'files-missing': deploy(({ problem }) => `deployed file is missing: ${problem}`),
  'files-changed': deploy(({ problem }) => `deployed file has other content: ${problem}`),
  'files-not-current': deploy(() => '"current" does not name the newest certificate'),
  'files-access': deploy(() => 'deployed files have another owner or mode'),
  'files-unverified': deploy(({ problem }) => `deployed files cannot be compared: ${problem}`),
  'output-missing': deploy(({ problem }) => `output is missing: ${problem}`),
  'output-changed': deploy(({ problem }) => `output has other content, owner or mode: ${problem}`),
  'ca-key-missing': finding => ({
    message: 'key file is missing, so it cannot sign certificates or CRLs',
    remedy: restore(finding),
  }),
  'ca-key-changed': finding => ({ message: `key file was replaced: ${finding.problem}`, remedy: restore(finding) }),
  'ca-key-readable': ({ path = 'FILE' }) => ({
    message: 'key file can be read by other accounts; svcauth refuses to use it',
    remedy: SHELL_REMEDIES.modeExposed({ path, mode: 0o600 }),
  }),
  'ca-certificate-changed': () => ({
    message: 'ca.crt in the home is not the certificate of the manifest',
    remedy: REMEDIES.everythingDue(),
  }),
  'home-writable': ({ subject: path, mode = 0o700 }) => ({
    message: 'other accounts may change it',
    remedy: SHELL_REMEDIES.modeExposed({ path, mode }),
  }),
  'home-readable': ({ subject: path, mode = 0o600 }) => ({
    message: 'other accounts may read it',
    remedy: SHELL_REMEDIES.modeExposed({ path, mode }),
  }),
  'served-old': (finding, expiry) => ({
    message:
      `${servedBy(finding)} still uses certificate ${(finding.serial ?? 'unreadable').slice(0, 8)}` +
      `${expiry === '' ? '' : `, which ${expiry}`}, and not the deployed one; ` +
      (finding.hasHook === true ? 'its hook did not reload it' : 'no hook reloads it: reload it, then record that'),
    remedy:
      finding.hasHook === true
        ? REMEDIES.deploymentForced({ service: servedService(finding) })
        : REMEDIES.servedAgain({ service: servedService(finding) }),
  }),
  'served-nothing': finding => ({
    message: `${servedBy(finding)} sent no certificate: ${finding.problem ?? 'no reason known'}`,
    remedy: REMEDIES.servedAgain({ service: servedService(finding) }),
  }),
  'served-unverifiable': finding => ({
    message: `${servedBy(finding)} ${finding.problem ?? 'is rejected'}`,
    remedy: REMEDIES.servedAgain({ service: servedService(finding) }),
  }),
  'served-unprobed': finding => ({
    message: `${servedBy(finding)} was not probed for more than two days`,
    remedy: REMEDIES.servedAgain({ service: servedService(finding) }),
  }),
  'crl-damaged': finding => ({
    message: `CRL in public/ cannot be used: ${finding.problem}`,
    remedy: refresh(finding),
  }),
  'bundle-damaged': finding => ({
    message: `trust bundle must not be used: ${finding.problem}`,
    remedy: REMEDIES.bundleOutdated(),
  }),
  'revocation-unlisted': finding => ({
    message: `${plural(finding.count ?? 0, 'revocation')} on no CRL; verifiers accept the revoked certificates`,
    remedy: refresh(finding),
  }),
  'revocation-lost': finding => ({
    message: `published CRL lists ${plural(finding.count ?? 0, 'revocation')} that the manifest lacks`,
    remedy: refresh(finding),
  }),
  'ca-revoked': finding => ({
    message: 'revoked by the CA above it; verifiers reject every certificate below it, and it issues nothing more',
    remedy: REMEDIES.caCompromised({ ca: finding.subject }),
  }),
  'federated-expired': (finding, expiry) => ({
    message: `every anchor of its bundle has expired, the last ${expiry}; our verifiers reject its certificates`,
    remedy: REMEDIES.federatedOutdated({ trustDomain: finding.subject }),
  }),
  'federated-expiring': (finding, expiry) => ({
    message: `last anchor of its bundle ${expiry}`,
    remedy: REMEDIES.federatedOutdated({ trustDomain: finding.subject }),
  }),
  'federated-outdated': (finding, _expiry, now) => ({
    message: `its bundle was last fetched ${finding.since === undefined ? 'long ago' : formatRelativeTime(finding.since, now)}, and may lack new anchors`,
    remedy: REMEDIES.federatedOutdated({ trustDomain: finding.subject }),
  }),
  'federated-shared': finding => ({
    message: `its bundle has an anchor of ${finding.problem}, which can issue certificates for both`,
    remedy: REMEDIES.federationRestarted({ trustDomain: finding.subject }),
  }),
  'publication-failed': (finding, _expiry, now) => ({
    message: `${finding.since === undefined ? 'never published to' : `last published ${formatRelativeTime(finding.since, now)}`}: ${finding.problem}`,
    remedy: publish(finding),
  }),
  'publication-due': finding => ({
    message:
      finding.ca === undefined
        ? finding.problem === undefined
          ? 'nothing was published there yet'
          : `older than public/: ${finding.problem}`
        : `has an older CRL of ${finding.ca} than public/`,
    remedy: publish(finding),
  }),
  'published-file-damaged': finding => ({
    message: `verifiers cannot use a file: ${finding.problem}`,
    remedy: publish(finding),
  }),
  'published-crl-foreign': finding => ({
    message: `CRL of ${finding.ca} is from another CA; ${finding.problem}`,
    remedy: REMEDIES.publishedForeign({ directory: finding.subject }),
  }),
  'published-crl-stale': (finding, expiry) => ({
    message: `CRL of ${finding.ca} there ${expiry}; verifiers reject every certificate below this CA`,
    remedy: publish(finding),
  }),
  'published-crl-expiring': (finding, expiry) => ({
    message: `CRL of ${finding.ca} there ${expiry}`,
    remedy: publish(finding),
  }),
  'published-crl-ahead': ({ ca = 'CA', keyLocation }) => ({
    message: `CRL of ${ca} there is newer than the manifest, which may come from a backup`,
    remedy: REMEDIES.publishedNewer({ ca, keyLocation: keyLocation ?? 'file' }),
  }),
  'published-revocation-missing': finding => ({
    message: `CRL of ${finding.ca} there lacks ${plural(finding.count ?? 0, 'revocation')}; verifiers accept the revoked certificates`,
    remedy: publish(finding),
  }),
  'published-anchor-foreign': finding => ({
    message: `${plural(finding.count ?? 0, 'trust anchor')} there of no CA of this PKI`,
    remedy: REMEDIES.publishedForeign({ directory: finding.subject }),
  }),
  'published-anchor-missing': finding => ({
    message: `trust bundle there lacks ${finding.problem}; verifiers reject its certificates`,
    remedy: publish(finding),
  }),
};

const servedService = ({ servedBy = 'SERVICE' }: Finding): string => servedBy;
const servedBy = (finding: Finding): string => `the server of ${servedService(finding)}`;

const begin = ({ deadline }: Finding): string => (deadline === undefined ? 'unknown' : formatInstant(deadline));

/** Describes a finding for the person who must act on it. While the clock is behind, its remedy comes before every other. */
export function describeFinding(finding: Finding, now: Date): FindingText {
  const expiry = finding.deadline === undefined ? '' : formatExpiry(finding.deadline, now);
  const text = DESCRIPTIONS[finding.name](finding, expiry, now);
  return finding.clockBehind && text.remedy !== undefined ? { ...text, remedy: REMEDIES.clockDoubtful() } : text;
}

const formatExpiry = (deadline: Date, now: Date): string =>
  `${deadline < now ? 'expired' : 'expires'} ${formatRelativeTime(deadline, now)}`;
