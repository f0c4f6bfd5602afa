// Words each finding of `check`: a message, and a remedy to paste where a command helps.
// Every output format of `check` calls it, and so does `forecast`. A finding without words does not compile.
import type { Finding, FindingName } from '../rules/check.ts';
import type { Authority } from '../../record/authority.ts';
import { formatRelativeTime } from '../../view/relative-time.ts';

export interface FindingText {
  readonly message: string;
  /** A command to paste; absent where none helps. */
  readonly remedy?: string;
}

type Describe = (finding: Finding, when: string) => FindingText;

const reissue = ({ subject }: Finding): string => `svcauth issue ${subject}`;
const replace = ({ subject }: Finding): string =>
  `svcauth ca rotate prepare --tier ${subject.startsWith('root-') ? 'root' : 'issuing'}`;
/** Where the key is decides who makes the next certificate. */
const renew = (finding: Finding): string =>
  finding.keySource === 'csr' ? `${reissue(finding)} --csr FILE` : `svcauth renew ${finding.subject}`;
const show = ({ subject }: Finding): string => `svcauth ca show ${subject}`;

/** What it takes to get a new CRL depends on where the CA's key is. */
const REFRESH: Readonly<Record<Authority['keyLocation'], (id: string) => string>> = {
  file: () => 'svcauth crl refresh',
  offline: id => `svcauth crl refresh --ca ${id} --key FILE`,
  foreign: () => 'svcauth crl import FILE',
  destroyed: id => `svcauth ca show ${id}`,
};

const refresh = ({ subject, keyLocation = 'file' }: Finding): string => REFRESH[keyLocation](subject);

const DESCRIPTIONS: Readonly<Record<FindingName, Describe>> = {
  'certificate-expired': (finding, when) => ({ message: `its certificate expired ${when}`, remedy: renew(finding) }),
  'certificate-expiring': (finding, when) => ({ message: `its certificate expires ${when}`, remedy: renew(finding) }),
  'issuer-outlived': (finding, when) => ({
    message: `its certificate outlives the CA that signed it, which ends ${when}`,
    remedy: `${reissue(finding)} --not-after-policy truncate`,
  }),
  'delivery-pending': finding => ({
    message:
      finding.problem === undefined
        ? 'its newest certificate is issued, and not deployed yet'
        : `its newest certificate is issued, and not deployed: ${finding.problem}`,
    remedy: `svcauth deploy ${finding.subject}`,
  }),
  'intent-unfinished': finding => ({
    message: `a run ended while it signed: certificate ${finding.serial} may exist`,
    remedy: `svcauth revoke ${finding.serial?.slice(0, 16)}`,
  }),
  'ca-pending': () => ({
    message: 'it waits for its certificate and can sign nothing',
    remedy: 'svcauth ca install-cert CERT --chain ROOT',
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
    remedy: replace(finding),
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
    remedy: `svcauth crl presign --ca ${finding.subject} --every 30d --for 18mo${finding.keyLocation === 'file' ? '' : ' --key FILE'}`,
  }),
  'crl-expiring': (finding, when) => ({ message: `its CRL ends ${when}`, remedy: refresh(finding) }),
};

/** What a finding means to a person who must act on it. */
export const describeFinding = (finding: Finding, now: Date): FindingText =>
  DESCRIPTIONS[finding.name](finding, finding.deadline === undefined ? '' : formatRelativeTime(finding.deadline, now));
