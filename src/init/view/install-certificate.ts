import { REMEDIES } from '../../errors/remedy.ts';
import type { InstallOutcome } from '../run/install-certificate.ts';
import type { CA_INSTALL_CERT } from './documents.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';

export function installView({ issuing, root, changed, dryRun }: InstallOutcome): View<typeof CA_INSTALL_CERT> {
  const verb = !changed ? 'unchanged' : dryRun ? 'would install' : 'installed';
  const value = {
    dryRun,
    changed,
    ca: issuing.id,
    serial: issuing.certificate.serial,
    notAfter: issuing.certificate.notAfter,
    issuedBy: root.id,
    root: { serial: root.certificate.serial, notAfter: root.certificate.notAfter },
  };
  return {
    table: () =>
      formatFacts([
        [verb, issuing.id],
        ['expires', formatInstant(issuing.certificate.notAfter)],
        ['issued by', `${root.id}, expires ${formatInstant(root.certificate.notAfter)}`],
        // without the CRL of the root, verifiers that check revocation reject every certificate
        ['needed', `the CRL of ${root.id}, for verifiers that check revocation`],
        ['next', REMEDIES.rootCrlNeeded()],
      ]),
    json: () => ({ kind: 'ca-install-cert', value }),
    jsonl: () => [{ kind: 'ca-install-cert', value }],
  };
}
