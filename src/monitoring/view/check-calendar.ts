import type { Finding } from '../rules/finding.ts';
import type { MonitoredItem } from '../rules/monitored-item.ts';
import { formatCalendar } from '../../view/calendar.ts';
import type { CheckReport } from './check.ts';
import { describeFinding } from './finding.ts';

/** Formats an event for each expiry of a certificate, CA or CRL. Each finding is an event at the time of the check. */
export const formatCheckCalendar = ({ monitored, findings, name, trustDomain, ranAt, at }: CheckReport): string =>
  formatCalendar(
    `svcauth: ${name}`,
    [
      ...monitored.filter(isExpiring).map(each => ({
        uid: `${each.kind}-${each.subject}@${trustDomain}`,
        at: each.end,
        summary: SUMMARY[each.kind](each.subject),
        description: describeFinding(endOf(each), at).remedy ?? '',
      })),
      ...findings.map(finding => {
        const { message, remedy = '' } = describeFinding(finding, at);
        const uid = [finding.name, finding.subject, ...(finding.serial === undefined ? [] : [finding.serial])].join(
          '-',
        );
        return { uid: `${uid}@${trustDomain}`, at, summary: `${finding.subject}: ${message}`, description: remedy };
      }),
    ],
    ranAt,
  );

/** An item whose `end` is an expiry. */
type ExpiringItem = Extract<MonitoredItem, { readonly kind: 'certificate' | 'ca' | 'crl' }>;

const isExpiring = (each: MonitoredItem): each is ExpiringItem => Object.hasOwn(SUMMARY, each.kind);

const SUMMARY: Readonly<Record<ExpiringItem['kind'], (subject: string) => string>> = {
  certificate: service => `certificate of ${service} expires`,
  ca: id => `CA ${id} expires`,
  crl: id => `CRL of ${id} expires`,
};

/** Makes the finding of a check shortly before the expiry: the event carries its remedy. */
function endOf(monitored: ExpiringItem): Finding {
  const about = { subject: monitored.subject, deadline: monitored.end, severity: 'warning' } as const;
  switch (monitored.kind) {
    case 'certificate': {
      const { keySource } = monitored.certificate;
      return { ...about, kind: 'service', name: 'certificate-expiring', ...(keySource === 'csr' && { keySource }) };
    }
    case 'ca':
      return {
        ...about,
        kind: 'ca',
        name: 'ca-expiring',
        keyLocation: monitored.authority.keyLocation,
        tier: monitored.authority.tier,
      };
    case 'crl':
      return { ...about, kind: 'ca', name: 'crl-expiring', keyLocation: monitored.authority.keyLocation };
  }
}
