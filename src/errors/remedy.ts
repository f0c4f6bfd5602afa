/**
 * The one table of command lines that resolve a situation. Findings, forecasts, verifications, statuses and errors print them. A word
 * in capitals is a value to fill in. It only formats; its callers decide which situation it is.
 */
import { shell } from './row.ts';

/** A CA with the place of its key, which decides how its next CRL is made. */
export interface CaKey {
  readonly ca: string;
  readonly keyLocation: 'file' | 'offline' | 'foreign' | 'destroyed';
}

interface OneService {
  readonly service: string;
}

interface OneCa {
  readonly ca: string;
}

interface OneTier {
  readonly tier: string;
}

const withKey = (keyLocation: CaKey['keyLocation']): string => (keyLocation === 'file' ? '' : ' --key FILE');

/** The first five tasks of a new user, for `svcauth --help`. */
export const FIRST_HOUR: Readonly<Record<string, string>> = {
  'create a CA': 'svcauth ca init --trust-domain example.org',
  'issue a certificate': 'svcauth issue payments',
  'connect a server': 'svcauth config nginx payments',
  'schedule renewal': 'svcauth config cron',
  'see what expires': 'svcauth check',
};

export const REMEDIES = {
  // certificates of services
  /** Its next certificate needs a new CSR if the key is on its own host. */
  certificateDue: ({ service, keySource }: OneService & { readonly keySource?: string | undefined }) =>
    keySource === 'csr' ? REMEDIES.requestNeeded({ service }) : REMEDIES.renewalDue({ service }),
  renewalDue: ({ service }: OneService) => `svcauth renew ${service}`,
  renewalsDue: () => 'svcauth renew',
  renewalForced: ({ service }: OneService) => `svcauth renew ${service} --force`,
  everyRenewalForced: () => "svcauth renew '*' --force",
  requestNeeded: ({ service }: OneService) => `svcauth issue ${service} --csr FILE`,
  certificateMissing: ({ service }: OneService) => `svcauth issue ${service}`,
  serviceListed: () => 'svcauth issue --from services.csv',
  tagMissing: () => 'svcauth issue NAME --tag team=web',
  renewalOutlivesIssuer: ({ service }: OneService) => `svcauth renew ${service} --not-after-policy truncate`,
  certificateOutlivesIssuer: ({ service, keySource }: OneService & { readonly keySource?: string | undefined }) =>
    `svcauth issue ${service}${keySource === 'csr' ? ' --csr FILE' : ''} --not-after-policy truncate`,
  /** `longest`: longest lifetime in the form of `--ttl`. */
  lifetimeTooLong: ({ service, longest = 'TTL' }: OneService & { readonly longest?: string }) =>
    `svcauth issue ${service} --ttl ${longest}`,
  deploymentPending: ({ service }: OneService) => `svcauth deploy ${service}`,
  deploymentsPending: () => 'svcauth deploy',
  reloadPending: ({ consumer }: { readonly consumer: string }) => `svcauth reload ${shell(consumer)}`,
  reloadReported: ({ consumer }: { readonly consumer: string }) => `svcauth reload ${shell(consumer)} --done`,
  deploymentForced: ({ service }: OneService) => `svcauth deploy ${service} --force`,
  servicesFileUnsure: ({ path }: { readonly path: string }) => `svcauth apply -f ${shell(path)} --dry-run`,
  massPruneMeant: ({ path }: { readonly path: string }) => `svcauth apply -f ${shell(path)} --prune --allow-mass-prune`,
  servicesFileSchema: () => 'svcauth schema services',
  servicesUnknown: () => 'svcauth status',
  /** After the server was started, reloaded or configured: looks again, and records the result. */
  servedAgain: ({ service }: OneService) => `svcauth probe ${service} --record`,

  // revocation
  intentUnfinished: ({ serial }: { readonly serial: string }) => `svcauth revoke ${serial.slice(0, 16)}`,
  revocable: ({ text }: { readonly text: string }) => `svcauth revoke ${shell(text)}`,
  revocableAll: ({ text }: { readonly text: string }) => `svcauth revoke ${shell(text)} --all`,
  supersededLive: ({ serial }: { readonly serial: string }) => `svcauth revoke ${serial} --reason superseded`,
  keyLeaked: ({ service }: OneService) => `svcauth revoke ${service} --reason keyCompromise`,
  unknownCertificate: ({ ca }: OneCa) => `svcauth revoke SERIAL --unknown --ca ${ca}`,

  // CAs
  rootCrlNeeded: () => 'svcauth crl import ROOT-CRL',
  firstCertificate: () => 'svcauth issue SERVICE',
  caUnclear: () => 'svcauth ca list',
  caDetails: ({ ca }: OneCa) => `svcauth ca show ${ca}`,
  caPending: () => 'svcauth ca install-cert CERT --chain ROOT',
  /** Its holder signs again, with the known chain or a new one. */
  successorPending: () => 'svcauth ca install-cert CERT',
  foreignCaExpiring: () => 'svcauth ca install-cert CERT --chain CHAIN',
  /** `keyLocation`: of the key that signs the certificate of the successor. */
  caExpiring: ({ tier, keyLocation = 'file' }: OneTier & Partial<Pick<CaKey, 'keyLocation'>>): string =>
    REMEDIES.rotationPrepared({ tier, keyLocation }),
  /** A certificate for the same key that begins now. `keyLocation`: of the key that signs it. */
  caNotYetValid: ({ ca, keyLocation = 'file' }: OneCa & Partial<CaKey>): string =>
    keyLocation === 'foreign'
      ? REMEDIES.foreignCaExpiring()
      : `svcauth ca extend ${ca}${keyLocation === 'file' ? '' : ' --root-key FILE'}`,
  /** A longer certificate for the same key: an expired CA cannot be rotated. */
  caExpired: ({ ca, keyLocation }: CaKey): string =>
    keyLocation === 'foreign'
      ? REMEDIES.caPending()
      : `svcauth ca extend ${ca} --lifetime 90d${keyLocation === 'file' ? '' : ' --root-key FILE'}`,
  caCompromised: ({ ca }: OneCa) => `svcauth ca taint ${ca} --reason TEXT`,
  caRevocable: ({ ca }: OneCa) => `svcauth ca taint ${ca} --reason TEXT --revoke`,
  caTooShort: ({ ca, lifetime }: OneCa & { readonly lifetime: string }) =>
    `svcauth ca extend ${ca} --lifetime ${lifetime}`,
  compromiseSteps: ({ ca }: OneCa) => `svcauth drill ca-compromise --ca ${ca}`,
  compromiseRehearsal: () => 'svcauth drill ca-compromise --sandbox --keep /var/tmp/drill',
  rotationUnclear: ({ tier }: OneTier) => `svcauth ca rotate status --tier ${tier}`,
  rotationStep: ({ step, tier }: OneTier & { readonly step: string }) => `svcauth ca rotate ${step} --tier ${tier}`,
  rotationKeyNeeded: ({ step, tier }: OneTier & { readonly step: string }) =>
    `svcauth ca rotate ${step} --tier ${tier} --root-key FILE`,
  rotationKeyOut: () => 'svcauth ca rotate prepare --tier root --root-key-out /media/usb/root-g2.key',
  /** Opens the keys for a scheduled run; its own line needs the same option. */
  tickUnlocked: () => 'svcauth tick --passphrase-file FILE',
  keyUnneeded: ({ ca }: OneCa) => `svcauth ca key destroy ${ca}`,
  rotationByHand: ({ tier }: OneTier) => `svcauth ca rotate manual --tier ${tier}`,
  /** The first step, with the key that it needs. */
  rotationPrepared: ({ tier, keyLocation }: OneTier & Pick<CaKey, 'keyLocation'>): string => {
    // its holder replaces it, and sends the next chain
    if (tier === 'policy' || (tier === 'root' && keyLocation === 'foreign')) return REMEDIES.foreignCaExpiring();
    if (keyLocation === 'file' || keyLocation === 'foreign') return REMEDIES.rotationStep({ step: 'prepare', tier });
    return tier === 'root' ? REMEDIES.rotationKeyOut() : REMEDIES.rotationKeyNeeded({ step: 'prepare', tier });
  },
  rotationForced: ({ step, tier }: OneTier & { readonly step: string }) =>
    `svcauth ca rotate ${step} --tier ${tier} --force-compromised --reason TEXT`,
  bundleLoaded: ({ verifier = 'NAME', sequence }: { readonly verifier?: string; readonly sequence: number }) =>
    `svcauth ca rotate ack ${shell(verifier)} --sequence ${sequence}`,
  bundleProbed: ({ verifier, at }: { readonly verifier: string; readonly at: string }) =>
    `svcauth ca rotate ack ${shell(verifier)} --from-probe ${at}`,

  // CRLs
  /** The remedy for a CRL that is missing, wrong or about to expire. Without `keyLocation` it is for every CA. */
  crlDue: ({ ca, keyLocation = 'file' }: OneCa & Partial<CaKey>): string => {
    const lines = {
      file: 'svcauth crl refresh',
      offline: `svcauth crl refresh --ca ${ca} --key FILE`,
      foreign: 'svcauth crl import FILE',
      destroyed: REMEDIES.caDetails({ ca }),
    };
    return lines[keyLocation];
  },
  crlOwed: ({ ca }: OneCa) => `svcauth crl refresh --ca ${ca} --force`,
  crlSeriesEnding: ({ ca, keyLocation }: CaKey) =>
    `svcauth crl presign --ca ${ca} --every 30d --for 18mo${withKey(keyLocation)}`,
  crlDoubtful: () => 'svcauth crl verify',
  publishedBehind: ({ directory }: { readonly directory: string }) => `svcauth crl publish --to ${shell(directory)}`,
  /** Replaces CRLs and bundles that another PKI made. */
  publishedForeign: ({ directory }: { readonly directory: string }) =>
    `svcauth crl publish --to ${shell(directory)} --replace-foreign`,
  /** The next CRL takes over what the newer one lists. */
  publishedNewer: ({ ca, keyLocation }: CaKey): string =>
    keyLocation === 'file' ? REMEDIES.everythingDue() : REMEDIES.crlDue({ ca, keyLocation }),
  publishedAhead: ({ directory }: { readonly directory: string }) => `svcauth crl diff ${shell(directory)}`,

  // trust bundles
  bundleOutdated: () => 'svcauth bundle write',
  anchorsUnclear: () => 'svcauth bundle show',
  bundleDoubtful: () => 'svcauth bundle verify FILE',
  federatedOutdated: ({ trustDomain }: { readonly trustDomain: string }) =>
    `svcauth bundle federate ${trustDomain} --from FILE`,
  federationRestarted: ({ trustDomain }: { readonly trustDomain: string }) =>
    `svcauth bundle unfederate ${trustDomain}`,

  everythingDue: () => 'svcauth tick',

  // look-ups
  somethingWrong: () => 'svcauth check',
  fileUnclear: ({ path = 'FILE' }: { readonly path?: string }) => `svcauth inspect ${shell(path)}`,
  certificateUnknown: ({ serial }: { readonly serial: string }) => `svcauth who ${serial}`,
  addressUnknown: ({ service }: OneService) => `svcauth probe ${service} --connect ${service}=HOST:PORT`,
  auditDoubtful: () => 'svcauth audit verify',

  // the clock
  clockDoubtful: () => 'svcauth tick --force-clock',

  // the home
  homeMissing: ({ home }: { readonly home?: string | undefined }) =>
    `svcauth ca init --trust-domain example.org${home === undefined ? '' : ` --home ${shell(home)}`}`,
} as const;

/** Remedies that are commands of the shell. svcauth neither changes the mode of a CA key by itself nor has a copy of it. */
export const SHELL_REMEDIES = {
  modeExposed: ({ path, mode }: { readonly path: string; readonly mode: number }) =>
    `chmod ${mode.toString(8)} ${shell(path)}`,
  keyLost: ({ path }: { readonly path: string }) => `install -m 600 BACKUP ${shell(path)}`,
} as const;
