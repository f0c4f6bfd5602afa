import type { InstallOutcome } from '../run/install-certificate.ts';
import { formatFacts } from '../../view/facts.ts';
import { formatInstant } from '../../view/json.ts';
import type { View } from '../../view/output.ts';

export function installView({ issuing, root, changed, dryRun }: InstallOutcome): View {
  const verb = !changed ? 'unchanged' : dryRun ? 'would install' : 'installed';
  const value = {
    dryRun,
    changed,
    issuing: { id: issuing.id, serial: issuing.certificate.serial, notAfter: issuing.certificate.notAfter },
    root: { id: root.id, serial: root.certificate.serial, notAfter: root.certificate.notAfter },
  };
  return {
    table: () =>
      formatFacts([
        [verb, issuing.id],
        ['expires', formatInstant(issuing.certificate.notAfter)],
        ['below', `${root.id}, until ${formatInstant(root.certificate.notAfter)}`],
        // field notes T2: without the root's CRL a verifier that checks refuses everyone
        ['next', `svcauth crl import ROOT-CRL (the CRL of ${root.id}: verifiers that check CRLs need it)`],
      ]),
    json: () => ({ kind: 'install', value }),
    jsonl: () => [{ kind: 'install', value }],
  };
}
