import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listFormatOf, parseServiceList, type ListFormat } from '../../../src/service/rules/list.ts';
import type { ListedService } from '../../../src/service/rules/listed.ts';
import { utf8 } from '../../../src/pki/bytes.ts';
import { rejectionOf } from '../../support/errors.ts';

const read = (format: ListFormat, text: string | Uint8Array) =>
  parseServiceList(typeof text === 'string' ? utf8(text) : text, {
    path: `list.${format}`,
    directory: '/etc/pki',
    format,
    purpose: 'certificates',
  });

async function problems(format: ListFormat, text: string | Uint8Array): Promise<readonly string[]> {
  const error = await rejectionOf(read(format, text));
  expect([error.code, error.exitStatus]).toEqual(['ERR_SERVICE_LIST', 2]);
  return error.params['problems'] as readonly string[];
}

/** A request with its values as text. */
const words = ({ spec: { spiffeId, ip, ...rest } }: ListedService) => ({
  ...rest,
  ip: ip.map(address => address.text),
  ...(spiffeId && { id: spiffeId.uri }),
});

const everything = {
  service: 'payments',
  dns: ['payments.example.org', 'payments'],
  ip: ['10.0.0.7', '2001:db8::7'],
  ttl: 604_800,
  profile: 'svid',
  keyAlgorithm: 'ecdsa-p384',
  id: 'spiffe://example.org/ns/prod/sa/payments',
  tags: { ns: 'prod', tier: '1' },
  out: '/etc/payments/tls',
};
const nothing = { service: 'ledger', dns: [], ip: [], tags: {} };

test.each([
  ['services.yaml', 'yaml'],
  ['services.YML', 'yaml'],
  ['a.b/services.json', 'yaml'],
  ['services.csv', 'csv'],
  ['services.txt', undefined],
  ['services', undefined],
  ['x.constructor', undefined],
  ['-', undefined],
])('the format of %s is %s', (path, format) => {
  expect(listFormatOf(path)).toBe(format);
});

describe('YAML', () => {
  const list = `- service: payments
  dns: [payments.example.org, payments]
  ip:
    - 10.0.0.7
    - 2001:db8::7
  ttl: 1w
  profile: svid
  key-alg: ecdsa-p384
  id: spiffe://example.org/ns/prod/sa/payments
  tags: {ns: prod, tier: '1'}
  out: /etc/payments/tls
- ledger
`;

  test('YAML may be a list of services', async () => {
    expect((await read('yaml', list)).map(words)).toEqual([everything, nothing]);
  });

  test('YAML may be a map with a list of services', async () => {
    const indented = list.replaceAll(/^/gm, '  ');
    expect((await read('yaml', `services:\n${indented}`)).map(words)).toEqual([everything, nothing]);
  });

  test('JSON is read as YAML', async () => {
    const { keyAlgorithm, ttl, ...rest } = everything;
    const json = JSON.stringify([{ ...rest, 'key-alg': keyAlgorithm, ttl: `${ttl}s` }, 'ledger'], null, 2);
    expect((await read('yaml', json)).map(words)).toEqual([everything, nothing]);
  });

  test('YAML accepts tags as name=value and single values without brackets', async () => {
    const [request] = await read('yaml', '- service: web\n  dns: web\n  tags: [ns=prod, a=b]\n');
    expect(words(request!)).toEqual({ service: 'web', dns: ['web'], ip: [], tags: { ns: 'prod', a: 'b' } });
  });

  test('a YAML list may be empty', async () => {
    expect(await read('yaml', '[]\n')).toEqual([]);
    expect(await read('yaml', 'services: []\n')).toEqual([]);
  });

  test.each([
    [
      '- service: web\n  hooks: []\n',
      'list.yaml:2:3: "hooks" is only for "svcauth apply -f"; "svcauth issue --from" only issues certificates',
    ],
    ['defaults: {mode: "0640"}\nservices: []\n', 'list.yaml:1:12: "mode" is only for "svcauth apply -f"'],
    ['- name: web\n', 'list.yaml:1:3: unknown key "name": write "service"'],
    ['- service: web\n  dsn: a\n', 'list.yaml:2:3: unknown key "dsn": did you mean "dns"?'],
    ['- service: web\n  ttl: 30\n', 'list.yaml:2:8: YAML reads 30 as a number'],
    ['- service: true\n', 'list.yaml:1:12: YAML reads true as a boolean'],
    ['- 123\n', 'list.yaml:1:3: YAML reads 123 as a number'],
    ['- service: web\n  ttl: [1d, 2d]\n', 'list.yaml:2:8: a single value is required here'],
    ['- service: web\n  dns: {a: b}\n', 'list.yaml:2:8: a single value is required here'],
    [
      '- service: web\n  dns: [web, w_b]\n',
      'list.yaml:2:14: "w_b" is not a DNS name: a host name cannot have an underscore',
    ],
    ['- service: web\n  tags: {ns: prod, __proto__: x}\n', 'list.yaml:2:20: "__proto__=x" is not a tag'],
    ['- service: web\n  tags: [a=b, a=c]\n', 'list.yaml:2:15: "a=c" is not a tag: tag "a" occurs twice'],
    ['- dns: web\n', 'list.yaml:1:3: the key "service" is missing'],
    ['- service: web\n- service: ledger\n- web\n', 'list.yaml:3:3: service "web" is already listed on line 1'],
    ['- [web]\n', 'list.yaml:1:3: expected a service, not a list'],
    ['- Web\n', 'list.yaml:1:3: "Web" is not a service name'],
    ['service: web\n', 'list.yaml:1:1: unknown key "service": did you mean "services"?'],
    ['web\n', 'list.yaml:1:1: expected a list of services'],
    ['', 'list.yaml:1:1: expected a list of services'],
    ['- __proto__: {polluted: true}\n', 'list.yaml:1:3: unknown key "__proto__"'],
    ['- &a web\n- *a\n', 'anchors are not supported'],
    ['- service: web\n  service: api\n', 'list.yaml:2:3: the same key is given twice'],
    ['- service: "a\\0b"\n', 'list.yaml:1:12: "a\\u0000b" is not a service name'],
    ['- service: web\n  out: "a\\0b"\n', 'list.yaml:2:8: "a\\u0000b" is not a path: it contains a NUL character'],
    ["- service: web\n  out: ''\n", 'list.yaml:2:8: "" is not a path: it is empty'],
  ])('%j is reported as %s', async (text, expected) => {
    expect((await problems('yaml', text)).join('\n')).toContain(expected);
  });
});

describe('CSV', () => {
  const header = 'service,dns,ip,ttl,profile,key-alg,id,tags,out\n';
  const row =
    'payments,payments.example.org;payments,10.0.0.7 2001:db8::7,1w,svid,ecdsa-p384,' +
    'spiffe://example.org/ns/prod/sa/payments,ns=prod;tier=1,/etc/payments/tls\n';

  test('CSV has a header and a row for each service', async () => {
    expect((await read('csv', `${header}${row}ledger,,,,,,,,\n`)).map(words)).toEqual([everything, nothing]);
  });

  test('CSV may have quotes, a byte order mark, Windows line ends and empty rows', async () => {
    const quoted = row.replace('payments.example.org;payments', '"payments.example.org\npayments"');
    const text = `\ufeff${header}\n${quoted},,,,,,,,\nledger,,,,,,,,\n`.replaceAll('\n', '\r\n');
    expect((await read('csv', text)).map(words)).toEqual([everything, nothing]);
    expect((await read('csv', text.replaceAll('"', '').replace('org\r\npay', 'org pay'))).map(words)).toEqual([
      everything,
      nothing,
    ]);
  });

  test('CSV columns may have any order and number', async () => {
    expect((await read('csv', 'ttl, service\n1w, ledger\n')).map(words)).toEqual([{ ...nothing, ttl: 604_800 }]);
  });

  test.each([
    ['service,dsn\nweb,a\n', 'list.csv:1: unknown column "dsn": did you mean "dns"?'],
    ['service,dns,dns\nweb,a,b\n', 'list.csv:1: the column "dns" occurs twice'],
    ['dns\nweb\n', 'list.csv:1: the column "service" is missing'],
    ['service;dns\nweb;web\n', 'list.csv:1: columns must be separated by commas'],
    ['service,dns\nweb\n', 'list.csv:2: the row has 1 cells, but the header has 2'],
    ['service,dns\nweb,web,web\n', 'list.csv:2: the row has 3 cells, but the header has 2'],
    ['service,ttl\nweb,30\n', 'list.csv:2: "30" is not a duration: it has no unit'],
    ['service,ttl\n,30d\n', 'list.csv:2: the key "service" is missing'],
    ['service\nweb\napi\nweb\n', 'list.csv:4: service "web" is already listed on line 2'],
    ['service,dns\nweb,"a\n', 'list.csv:2: this is not CSV: a quote that opens on this line or above is never closed'],
    [
      'service,dns\nweb,"a"b\n',
      'list.csv:2: this is not CSV: unexpected text between a closing quote and the next comma',
    ],
    ['', 'list.csv:1: the header row is missing: service,dns,ip'],
    ['__proto__,service\nx,web\n', 'list.csv:1: unknown column "__proto__"'],
  ])('%j is reported as %s', async (text, expected) => {
    expect((await problems('csv', text)).join('\n')).toContain(expected);
  });

  test('CSV without quotes is read as csv-parse reads it', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'b', '-', ' ', ';', '.'), maxLength: 6 });
    const table = fc.array(
      fc.tuple(cell, cell).map(cells => cells.join(',')),
      { maxLength: 4 },
    );
    const outcome = (text: string) => read('csv', text).catch(async () => await problems('csv', text));
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), async (rows, end) => {
        const text = ['service,dns', ...rows].join(end);
        // a quoted header is the same header, and makes csv-parse read all of it
        expect(await outcome(text)).toEqual(await outcome(text.replace('service', '"service"')));
      }),
    );
  });
});

describe('every problem is reported at once', () => {
  const bad = Array.from({ length: 25 }, (_, i) => `- service: web-${i}\n  ttl: soon\n`).join('');

  test('problems are in the order of the list', async () => {
    const said = await problems('yaml', bad);
    expect(said).toHaveLength(25);
    expect(said[24]).toMatch(/^list\.yaml:50:8: "soon" is not a duration/);
  });

  test('ten problems are shown, and the number of all', async () => {
    const { message } = await rejectionOf(read('yaml', bad));
    expect(message.split('\n')).toHaveLength(12);
    expect(message).toMatch(/^the list "list\.yaml" has 25 problems\n/);
    expect(message).toMatch(/\nand 15 more$/);
  });
});

test('a list that is not UTF-8 is refused', async () => {
  expect(await problems('yaml', Uint8Array.of(0x2d, 0x20, 0xff))).toEqual(['list.yaml:1: the file is not UTF-8']);
});

test('a list of more than 64 MiB is refused unread', async () => {
  expect(await problems('csv', new Uint8Array(64 * 1024 * 1024 + 1))).toEqual([
    'list.csv:1: the file is larger than 64 MiB',
  ]);
});

test('a list of more than 100,000 services is refused', async () => {
  const rows = Array.from({ length: 100_001 }, (_, i) => `svc-${i}`).join('\n');
  expect(await problems('csv', `service\n${rows}\n`)).toEqual([
    'list.csv:100002: 100001 services are too many for one list (at most 100000)',
  ]);
});

test('any text gives a list or ERR_SERVICE_LIST', async () => {
  const fragment = fc.constantFrom(
    '- ',
    'service',
    ': ',
    'web',
    '\n',
    '  ',
    '[',
    ']',
    '{',
    '}',
    ',',
    ';',
    '"',
    "'",
    '*',
    '!',
    '\0',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fragment, { maxLength: 20 }), fc.constantFrom('yaml', 'csv'), async (parts, format) => {
      await read(format, parts.join('')).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'ERR_SERVICE_LIST' });
      });
    }),
    { numRuns: 1000 },
  );
});
