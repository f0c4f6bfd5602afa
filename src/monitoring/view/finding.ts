// Words each finding of `check`: a message, and a remedy to paste where a command helps.
// Every output format of `check` calls it, and so does `forecast`. A finding without words does not compile.
import type { Finding, FindingName } from '../rules/check.ts';
import { REMEDIES } from '../../errors/remedy.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';

export interface FindingText {
  readonly message: string;
  /** A command to paste; absent where none helps. */
  readonly remedy?: string;
}

type Describe = (finding: Finding, when: string) => FindingText;

const renew = ({ subject, keySource }: Finding): string => REMEDIES.certificateDue({ service: subject, keySource });
const show = ({ subject }: Finding): string => REMEDIES.caDetails({ ca: subject });
const refresh = ({ subject, keyLocation = 'file' }: Finding): string => REMEDIES.crlDue({ ca: subject, keyLocation });

const DESCRIPTIONS: Readonly<Record<FindingName, Describe>> = {
  'certificate-expired': (finding, when) => ({ message: `its certificate expired ${when}`, remedy: renew(finding) }),
  'certificate-expiring': (finding, when) => ({ message: `its certificate expires ${when}`, remedy: renew(finding) }),
  'issuer-outlived': (finding, when) => ({
    message: `its certificate outlives the CA that signed it, which ends ${when}`,
    remedy: REMEDIES.certificateOutlivesIssuer({ service: finding.subject }),
  }),
  'deployment-pending': finding => ({
    message:
      finding.problem === undefined
        ? 'its newest certificate is issued, and not deployed yet'
        : `its newest certificate is issued, and not deployed: ${finding.problem}`,
    remedy: REMEDIES.deploymentPending({ service: finding.subject }),
  }),
  'intent-unfinished': finding => ({
    message: `a run ended while it signed: certificate ${finding.serial} may exist`,
    remedy: REMEDIES.intentUnfinished({ serial: finding.serial ?? 'SERIAL' }),
  }),
  'ca-pending': () => ({
    message: 'it waits for its certificate and can sign nothing',
    remedy: REMEDIES.caPending(),
  }),
  'ca-tainted': finding => ({
    message: 'somebody else may have its key: what it signed has to be replaced',
    remedy: show(finding),
  }),
  'ca-expired': (finding, when) => ({
    message: `it expired ${when}: nothing below it verifies`,
    remedy: show(finding),
  }),
  'ca-expiring': (finding, when) => ({
    message: `it expires ${when}, and all below it with it`,
    remedy: REMEDIES.caExpiring({ tier: finding.tier ?? 'issuing' }),
  }),
  'crl-missing': finding => ({
    message: 'it has no CRL: who checks revocation refuses everyone',
    remedy: refresh(finding),
  }),
  'crl-stale': (finding, when) => ({
    message: `its CRL ended ${when}: who checks revocation refuses everyone`,
    remedy: refresh(finding),
  }),
  'crl-series-ending': (finding, when) => ({
    message: `the last CRL that was signed ahead ends ${when}`,
    remedy: REMEDIES.crlSeriesEnding({ ca: finding.subject, keyLocation: finding.keyLocation ?? 'offline' }),
  }),
  'crl-expiring': (finding, when) => ({ message: `its CRL ends ${when}`, remedy: refresh(finding) }),
};

/** What a finding means to a person who must act on it. */
export const describeFinding = (finding: Finding, now: Date): FindingText =>
  DESCRIPTIONS[finding.name](finding, finding.deadline === undefined ? '' : formatRelativeTime(finding.deadline, now));
