// Formats the result of `check` as Prometheus metrics: validity dates, CRL numbers, pending deployments, number of findings.
// `check -o prometheus` and `tick --metrics` call it.
import type { Finding } from '../rules/finding.ts';
import type { MonitoredItem } from '../rules/monitored-item.ts';
import { countOf, type CheckReport } from './check.ts';
import { describeFinding } from './finding.ts';
import { formatExposition, type MetricFamily } from '../../view/exposition.ts';

const seconds = (instant: Date): number => Math.floor(instant.getTime() / 1000);

/**
 * Formats the metrics under the names of other certificate exporters, so existing alert rules work. The label `ca` of a service's
 * certificate is its issuing CA; of a CA and of a CRL it is that CA, so the three can be joined.
 */
export function formatCheckMetrics({ monitored, directories, findings, at, ranAt }: CheckReport): string {
  const certificates = monitored.filter(each => each.kind === 'certificate' || each.kind === 'ca');
  const crls = monitored.filter(each => each.kind === 'crl');
  const deployments = monitored.filter(each => each.kind === 'certificate');
  const addresses = monitored.filter(each => each.kind === 'address');
  const consumers = oneByName(monitored.filter(each => each.kind === 'consumer'));
  return formatExposition([
    {
      name: 'x509_cert_not_before',
      help: 'Start of the validity of a certificate (notBefore), in Unix seconds.',
      samples: certificates.map(each => ({ labels: labelsOf(each), value: seconds(each.from) })),
    },
    {
      name: 'x509_cert_not_after',
      help: 'End of the validity of a certificate (notAfter), in Unix seconds.',
      samples: certificates.map(each => ({ labels: labelsOf(each), value: seconds(each.end) })),
    },
    {
      name: 'x509_cert_expired',
      help: '1 if the certificate has expired, else 0.',
      samples: certificates.map(each => ({ labels: labelsOf(each), value: Number(each.end < at) })),
    },
    {
      name: 'x509_crl_this_update',
      help: 'When the CRL of a CA was issued (thisUpdate), in Unix seconds.',
      samples: crls.map(each => ({ labels: labelsOf(each), value: seconds(each.from) })),
    },
    {
      name: 'x509_crl_next_update',
      help: 'When the CRL of a CA expires (nextUpdate), in Unix seconds.',
      samples: crls.map(each => ({ labels: labelsOf(each), value: seconds(each.end) })),
    },
    {
      name: 'x509_crl_number',
      help: 'Number of the newest CRL of a CA.',
      samples: crls.map(each => ({ labels: labelsOf(each), value: each.crl.number })),
    },
    {
      name: 'svcauth_deployment_pending',
      help: '1 if the newest certificate of a service is not deployed yet, else 0.',
      samples: deployments.map(each => ({ labels: { service: each.subject }, value: Number(each.deploymentPending) })),
    },
    {
      name: 'svcauth_hook_pending',
      help: '1 if the files are deployed but a hook failed, so the service may still use the previous certificate, else 0.',
      samples: deployments.map(each => ({ labels: { service: each.subject }, value: Number(each.hookPending) })),
    },
    {
      name: 'svcauth_served_reached',
      help: '1 if a server sent a certificate at the last probe of its declared address, else 0.',
      samples: addresses.map(each => ({ labels: labelsOf(each), value: Number(each.isReached) })),
    },
    {
      name: 'svcauth_served_good',
      help: '1 if a server serves the deployed certificate, and clients accept it, else 0.',
      samples: addresses.map(each => ({ labels: labelsOf(each), value: Number(each.isGood) })),
    },
    {
      name: 'svcauth_served_probe_timestamp_seconds',
      help: 'Time of the last probe of a declared address, in Unix seconds.',
      samples: addresses.map(each => ({ labels: labelsOf(each), value: seconds(each.from) })),
    },
    {
      name: 'svcauth_publication_last_success_timestamp_seconds',
      help: 'When svcauth last left a published directory up to date, in Unix seconds.',
      samples: directories.flatMap(({ directory, lastSuccess }) =>
        lastSuccess === undefined ? [] : [{ labels: { directory }, value: seconds(lastSuccess) }],
      ),
    },
    {
      name: 'svcauth_publication_crl_next_update',
      help: 'When the CRL of a CA in a published directory expires (nextUpdate), in Unix seconds.',
      samples: directories.flatMap(({ directory, content }) =>
        [...content.crls].flatMap(([ca, crl]) =>
          crl.problem === undefined ? [{ labels: { directory, ca }, value: seconds(crl.nextUpdate) }] : [],
        ),
      ),
    },
    {
      name: 'svcauth_publication_healthy',
      help: '1 if a published directory has no finding, else 0.',
      samples: directories.map(({ directory }) => ({
        labels: { directory },
        value: Number(!findings.some(({ kind, subject }) => kind === 'directory' && subject === directory)),
      })),
    },
    {
      name: 'svcauth_consumer_loaded_crl_next_update',
      help: 'When the first CRL expires that a consumer has loaded, in Unix seconds.',
      samples: consumers.flatMap(each => (each.end ? [{ labels: labelsOf(each), value: seconds(each.end) }] : [])),
    },
    {
      name: 'svcauth_consumer_pending',
      help: '1 if a consumer has not loaded the published bundle and CRLs, as far as recorded, else 0.',
      samples: consumers.map(each => ({ labels: labelsOf(each), value: Number(each.pending) })),
    },
    {
      name: 'svcauth_check_findings',
      help: 'Number of findings of svcauth check, by the thresholds of svcauth.yaml.',
      samples: (['warning', 'critical'] as const).map(severity => ({
        labels: { severity },
        value: countOf(findings, severity),
      })),
    },
    {
      name: 'svcauth_check_finding',
      help: '1 for each finding of svcauth check.',
      samples: findingLabels(findings, at).map(labels => ({ labels, value: 1 })),
    },
    {
      name: 'svcauth_last_run_timestamp_seconds',
      help: 'When svcauth last wrote these metrics, in Unix seconds.',
      samples: [{ labels: {}, value: seconds(ranAt) }],
    },
  ] satisfies readonly MetricFamily[]);
}

/** Keeps one consumer of a name: that whose CRL expires first. */
function oneByName<T extends { readonly subject: string; readonly end?: Date }>(consumers: readonly T[]): readonly T[] {
  const first = new Map<string, T>();
  const endOf = ({ end }: T): number => end?.getTime() ?? 0;
  for (const each of consumers) {
    const before = first.get(each.subject);
    if (before === undefined || endOf(each) < endOf(before)) first.set(each.subject, each);
  }
  return [...first.values()];
}

/** Lists the labels of findings, each once: two findings can differ in a serial number only. */
function findingLabels(findings: readonly Finding[], at: Date): readonly Readonly<Record<string, string>>[] {
  const labels = findings.map(finding => {
    const { name, severity, kind, subject } = finding;
    return { name, severity, kind, subject, remedy: describeFinding(finding, at).remedy ?? '' };
  });
  return [...new Map(labels.map(each => [JSON.stringify(each), each])).values()];
}

/** Labels that a renewal does not change: a serial number would make a new series for each certificate. */
function labelsOf(monitored: MonitoredItem): Readonly<Record<string, string>> {
  switch (monitored.kind) {
    case 'certificate': {
      const { service, spiffeId, authorityId } = monitored.certificate;
      return { kind: 'service', service, spiffe_id: spiffeId, ca: authorityId };
    }
    case 'ca': {
      const { id, tier } = monitored.authority;
      return { kind: 'ca', ca: id, tier };
    }
    case 'crl':
      return { ca: monitored.authority.id, tier: monitored.authority.tier };
    case 'consumer':
      return { consumer: monitored.subject };
    case 'address':
      return { service: monitored.service, address: monitored.subject };
  }
}
