import { REMEDIES } from '../../errors/remedy.ts';
import type { InstallOutcome } from '../run/install-certificate.ts';
import type { CA_INSTALL_CERT } from './documents.ts';
import { plural } from '../../text/plural.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';

export function installView(outcome: InstallOutcome): View<typeof CA_INSTALL_CERT> {
  const { kind, issuing, above, withoutCrl, changed, dryRun, previousNotAfter, services, failed } = outcome;
  const verb = !changed ? 'unchanged' : dryRun ? 'would install' : 'installed';
  const root = above.at(-1)!;
  const value = {
    dryRun,
    changed,
    certificateOf: kind,
    ca: issuing.id,
    serial: issuing.certificate.serial,
    notAfter: issuing.certificate.notAfter,
    ...(previousNotAfter && { previousNotAfter }),
    issuedBy: above[0]!.id,
    chain: above.map(({ id, certificate: { serial, notAfter } }) => {
      return { ca: id, serial, notAfter, crl: !withoutCrl.includes(id) };
    }),
    root: { serial: root.certificate.serial, notAfter: root.certificate.notAfter },
    services,
    failed: failed.map(({ service, error }) => ({ service, code: error.code })),
  };
  return {
    table: () =>
      formatFacts([
        [verb, issuing.id],
        ['expires', formatInstant(issuing.certificate.notAfter)],
        ...(previousNotAfter ? [['previously', formatInstant(previousNotAfter)] as const] : []),
        ...above.map(({ id, certificate }, index) => {
          const ends = `${id}, expires ${formatInstant(certificate.notAfter)}`;
          return [index === 0 ? 'issued by' : 'below', ends] as const;
        }),
        ...(services.length > 0 ? [['new files', `for ${plural(services.length, 'service')}`] as const] : []),
        ...(failed.length > 0 ? [['not written', failed.map(({ service }) => service).join(', ')] as const] : []),
        ...nextFacts(outcome),
      ]),
    json: () => ({ kind: 'ca-install-cert', value }),
    jsonl: () => [{ kind: 'ca-install-cert', value }],
  };
}

function nextFacts({ kind, withoutCrl }: InstallOutcome): readonly (readonly [label: string, value: string])[] {
  if (withoutCrl.length > 0) {
    // without the CRL of every CA above, verifiers that check revocation reject every certificate
    const crls = withoutCrl.length === 1 ? `CRL of ${withoutCrl[0]!}` : `CRLs of ${withoutCrl.join(' and ')}`;
    return [
      ['needed', `the ${crls}, for verifiers that check revocation`],
      ['next', REMEDIES.rootCrlNeeded()],
    ];
  }
  return kind === 'successor' ? [['next', REMEDIES.rotationStep({ step: 'publish', tier: 'issuing' })]] : [];
}
