import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/monitoring/rules/finding.ts';
import { monitoredItems } from '../../../src/monitoring/rules/monitored-item.ts';
import { formatCalendar, type CalendarEvent } from '../../../src/view/calendar.ts';
import { formatCheckJunit } from '../../../src/monitoring/view/check-junit.ts';
import { formatCheckMetrics } from '../../../src/monitoring/view/check-metrics.ts';
import { formatCheckCalendar } from '../../../src/monitoring/view/check-calendar.ts';
import type { CheckReport } from '../../../src/monitoring/view/check.ts';
import { formatExposition } from '../../../src/view/exposition.ts';
import { formatNagios } from '../../../src/monitoring/view/nagios.ts';
import { nagiosLine } from '../../../src/view/nagios-line.ts';
import { visible } from '../../../src/view/visible.ts';
import { element, escapeXml } from '../../../src/view/xml.ts';
import { describeWith, run } from '../../support/programs.ts';
import { at, authorityRow, crlRow, serviceRow } from '../../support/pki/rows.ts';
import { annotation } from '../../../src/view/github-annotation.ts';

const now = at('2026-11-21');

/** Arbitrary text, often with characters that have a meaning in a format. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      ...['"', '\\', '\n', '\r', '\r\n', '%', ':', ',', ';', '|', '<', '&', ']]>', "'", 'é', '😀', '\u0000', '\u001b'],
      ...['\u2028', '\ud800', '\ufffe', '::error::', '%0A', '\\n', ' ', 'x'],
    ),
    maxLength: 60,
  }),
);
const wellFormed = text.filter(value => !/\p{Cs}/u.test(value));

const report = (changes: Partial<CheckReport> = {}): CheckReport => ({
  name: 'Example',
  trustDomain: 'example.org',
  at: now,
  ranAt: now,
  checked: { services: 1, cas: 1 },
  findings: [],
  failOn: 'warning',
  directories: [],
  monitored: monitoredItems({ services: [serviceRow({})], authorities: [authorityRow()] }, now),
  ...changes,
});

const finding = (changes: Partial<Finding> = {}): Finding => ({
  ...{ name: 'certificate-expiring', severity: 'warning', kind: 'service', subject: 'payments' },
  deadline: at('2026-11-24'),
  ...changes,
});

describe('Prometheus', () => {
  test('labels hold any text', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (label, help) => {
        const written = formatExposition([{ name: 'm', help, samples: [{ labels: { label }, value: 1 }] }]);
        expect(parseExposition(written)).toEqual([{ name: 'm', help, labels: { label }, value: '1' }]);
      }),
    );
  });

  test('a CRL number is written to its last digit', () => {
    const crl = crlRow({ number: 2n ** 159n - 1n });
    const monitored = monitoredItems({ services: [], authorities: [authorityRow({}, crl)] }, now);
    expect(formatCheckMetrics(report({ monitored }))).toContain(
      'x509_crl_number{ca="issuing-g1",tier="issuing"} 730750818665451459101842416358141509827966271487\n',
    );
  });

  test('retired CAs and revoked or superseded certificates have no series', () => {
    const services = [serviceRow({ state: 'revoked' }), serviceRow({ state: 'superseded' }), serviceRow()];
    const monitored = monitoredItems({ services, authorities: [authorityRow({ state: 'retired' })] }, now);
    expect(formatCheckMetrics(report({ monitored }))).not.toContain('x509_');
  });
});

describeWith(['promtool'], 'the metrics', () => {
  test('are accepted, whatever the labels hold', async () => {
    const metrics = formatCheckMetrics(report());
    const samples = fc
      .sample(wellFormed, 200)
      .map((label, index) => ({ labels: { label, index: String(index) }, value: index }));
    const hostile = formatExposition([{ name: 'hostile', help: 'a \\ b \n c', samples }]);
    const { status, stdout, stderr } = await run(['promtool', 'check', 'metrics'], { input: metrics + hostile });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe('Nagios', () => {
  test('is one line with one bar', () => {
    fc.assert(
      fc.property(text, subject => {
        const line = formatNagios(report({ findings: [finding({ subject })] }));
        expect(line).toMatch(/^SVCAUTH WARNING - [^|\n\r]* \| (\w+=\d+;\d*;\d*;\d+ ?)+\n$/);
        expect(nagiosLine('unknown', subject)).toMatch(/^SVCAUTH UNKNOWN - [^|\n\r]*$/);
      }),
    );
  });

  test('prints five findings and counts the rest', () => {
    const findings = Array.from({ length: 8 }, (_, n) => finding({ subject: `s${n}` }));
    const line = formatNagios(report({ findings }));
    expect(line).toContain('s4: certificate expires in 3 days; and 3 more | ');
    expect(line).not.toContain('s5');
  });
});

describeWith(['python3'], 'XML', () => {
  const texts = fc.sample(text, 400);
  const shown = texts.map(each => visible(each).replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff'));

  test('holds any text, in attributes and between tags', async () => {
    const input = element('all', {}, texts.map(each => element('each', { a: each }, escapeXml(each))).join(''));
    expect(await parseXml(input)).toEqual(shown.map(each => [each, each]));
  });

  test('of JUnit has a case for each item, and for a missing one', async () => {
    const findings = [
      finding(),
      finding({ name: 'crl-missing', kind: 'ca', severity: 'critical', subject: 'root-g1' }),
    ];
    const xml = formatCheckJunit(report({ name: texts.join(''), findings, failOn: 'critical' }));
    expect(await parseJunit(xml)).toEqual([
      ['svcauth.certificate', 'payments', 'system-out'],
      ['svcauth.ca', 'issuing-g1', ''],
      ['svcauth.crl', 'issuing-g1', ''],
      ['svcauth.crl', 'root-g1', 'failure'],
    ]);
    expect(xml).toMatch(/tests="4" failures="1"/);
  });
});

test('a GitHub annotation is one workflow command whatever it says', () => {
  fc.assert(
    fc.property(text, text, (title, message) => {
      const line = annotation('warning', title, message);
      const [, property = '', data = ''] = /^::warning title=([^:,\r\n]*)::([^\r\n]*)\n$/.exec(line)!;
      expect(unescapeCommand(property)).toBe(title);
      expect(unescapeCommand(data)).toBe(message);
    }),
  );
});

describe('a calendar', () => {
  test('keeps to RFC 5545 whatever it says', () => {
    const event = fc.record({ uid: text, at: fc.constant(now), summary: text, description: text });
    fc.assert(
      fc.property(text, fc.array(event, { maxLength: 3 }), (name, events) => {
        const expected = events.map(({ uid, summary, description }) => ({
          UID: shownLines(uid),
          SUMMARY: shownLines(summary),
          DESCRIPTION: shownLines(description),
          DTSTAMP: '20261121T000000Z',
          DTSTART: '20261121T000000Z',
          TRANSP: 'TRANSPARENT',
        }));
        expect(parseCalendar(formatCalendar(name, events, now))).toEqual(expected);
      }),
    );
  });

  test('gives a renewed certificate the same event at another time', () => {
    const eventOf = (notAfter: string) => {
      const monitored = monitoredItems({ services: [serviceRow({ notAfter: at(notAfter) })], authorities: [] }, now);
      return parseCalendar(formatCheckCalendar(report({ monitored })))[0]!;
    };
    const [before, after] = [eventOf('2026-12-01'), eventOf('2026-12-21')];
    expect(after.UID).toBe(before.UID);
    expect(after.DTSTART).toBe('20261221T000000Z');
  });
});

const shownLines = (value: CalendarEvent['uid']): string =>
  value
    .split(/\r\n|\r|\n/)
    .map(visible)
    .join('\n');

// -- strict readers of the formats that nothing here reads

function parseExposition(written: string) {
  const [help = '', type = '', ...samples] = written.slice(0, -1).split('\n');
  expect(written.endsWith('\n')).toBe(true);
  expect(type).toBe('# TYPE m gauge');
  return samples.map(line => {
    const [, name, label = '', value] = /^(\w+)\{label="((?:[^"\\]|\\[\\"n])*)"\} (\S+)$/s.exec(line)!;
    return {
      name,
      help: unescapeLabel(help.slice('# HELP m '.length)),
      labels: { label: unescapeLabel(label) },
      value,
    };
  });
}

const unescapeLabel = (value: string): string =>
  value.replace(/\\(.)/gs, (_, found: string) => (found === 'n' ? '\n' : found));

const unescapeCommand = (value: string): string =>
  value.replace(/%(0A|0D|3A|2C|25)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/** The properties of each event. */
function parseCalendar(written: string): Record<string, string>[] {
  expect(written.endsWith('\r\n')).toBe(true);
  const folded = written.slice(0, -2).split('\r\n');
  for (const line of folded) {
    expect(line).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f]/);
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  }
  const lines = folded.join('\r\n').replaceAll('\r\n ', '').split('\r\n');
  expect(lines.slice(0, 3)).toEqual(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//svcauth//check//EN']);
  expect(lines.at(-1)).toBe('END:VCALENDAR');
  const events: Record<string, string>[] = [];
  for (const line of lines.slice(4, -1)) {
    const [, name = '', value = ''] = /^([A-Z-]+):(.*)$/s.exec(line)!;
    if (name === 'BEGIN') events.push({});
    else if (name !== 'END') events.at(-1)![name] = unescapeText(value);
  }
  return events;
}

function unescapeText(value: string): string {
  expect(value).toMatch(/^(?:[^\\;,]|\\[\\;,n])*$/s);
  return value.replace(/\\(.)/gs, (_, found: string) => (found === 'n' ? '\n' : found));
}

async function python(script: string, input: string): Promise<unknown> {
  const { stdout, stderr } = await run(['python3', '-c', script], { input });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const parseXml = (input: string) =>
  python(
    `import sys, json, xml.etree.ElementTree as E
root = E.fromstring(sys.stdin.buffer.read())
print(json.dumps([[each.get('a'), each.text or ''] for each in root]))`,
    input,
  );

const parseJunit = (input: string) =>
  python(
    `import sys, json, xml.etree.ElementTree as E
root = E.fromstring(sys.stdin.buffer.read())
print(json.dumps([[c.get('classname'), c.get('name'), ' '.join(x.tag for x in c)] for c in root.iter('testcase')]))`,
    input,
  );
