// Formats the result of `check` as Prometheus metrics: validity dates, CRL numbers, pending deployments, number of findings.
// `check -o prometheus` and `tick --metrics` call it.
import type { MonitoredItem } from '../rules/monitored-item.ts';
import { countOf, type CheckReport } from './check.ts';
import { formatExposition, type MetricFamily } from '../../view/exposition.ts';

const seconds = (instant: Date): number => Math.floor(instant.getTime() / 1000);

/**
 * The names that alert rules already know from other exporters. `ca` is who signed a service's certificate; of a CA and its
 * CRL it is the CA itself, so that the three can be joined.
 */
export function formatCheckMetrics({ monitored, findings, at, ranAt }: CheckReport): string {
  const certificates = monitored.filter(each => each.kind !== 'crl');
  const crls = monitored.filter(each => each.kind === 'crl');
  const deployments = monitored.filter(each => each.kind === 'certificate');
  return formatExposition([
    {
      name: 'x509_cert_not_before',
      help: 'Start of the validity of a certificate, in seconds since 1970.',
      samples: certificates.map(each => ({ labels: labelsOf(each), value: seconds(each.from) })),
    },
    {
      name: 'x509_cert_not_after',
      help: 'End of the validity of a certificate, in seconds since 1970.',
      samples: certificates.map(each => ({ labels: labelsOf(each), value: seconds(each.end) })),
    },
    {
      name: 'x509_cert_expired',
      help: '1 when the certificate has expired.',
      samples: certificates.map(each => ({ labels: labelsOf(each), value: Number(each.end < at) })),
    },
    {
      name: 'x509_crl_this_update',
      help: 'When the CRL of a CA was issued, in seconds since 1970.',
      samples: crls.map(each => ({ labels: labelsOf(each), value: seconds(each.from) })),
    },
    {
      name: 'x509_crl_next_update',
      help: 'When the CRL of a CA goes stale and verifiers refuse everybody, in seconds since 1970.',
      samples: crls.map(each => ({ labels: labelsOf(each), value: seconds(each.end) })),
    },
    {
      name: 'x509_crl_number',
      help: 'Number of the CRL of a CA.',
      samples: crls.map(each => ({ labels: labelsOf(each), value: each.crl.number })),
    },
    {
      name: 'svcauth_deployment_pending',
      help: '1 when a certificate was issued and its files may still be the previous ones.',
      samples: deployments.map(each => ({ labels: { service: each.subject }, value: Number(each.deploymentPending) })),
    },
    {
      name: 'svcauth_hook_pending',
      help: '1 when the files are in place and a hook fails: the service may still serve the previous certificate.',
      samples: deployments.map(each => ({ labels: { service: each.subject }, value: Number(each.hookPending) })),
    },
    {
      name: 'svcauth_check_findings',
      help: 'What svcauth check found, judged by the thresholds of svcauth.yaml.',
      samples: (['warning', 'critical'] as const).map(severity => ({
        labels: { severity },
        value: countOf(findings, severity),
      })),
    },
    {
      name: 'svcauth_last_run_timestamp_seconds',
      help: 'When svcauth check last wrote these metrics, in seconds since 1970.',
      samples: [{ labels: {}, value: seconds(ranAt) }],
    },
  ] satisfies readonly MetricFamily[]);
}

function labelsOf(monitored: MonitoredItem): Readonly<Record<string, string>> {
  switch (monitored.kind) {
    case 'certificate': {
      const { service, spiffeId, serial, authorityId } = monitored.certificate;
      return { kind: 'service', service, spiffe_id: spiffeId, serial, ca: authorityId };
    }
    case 'ca': {
      const { id, tier, certificate } = monitored.authority;
      return { kind: 'ca', ca: id, tier, serial: certificate.serial };
    }
    case 'crl':
      return { ca: monitored.authority.id, tier: monitored.authority.tier };
  }
}
