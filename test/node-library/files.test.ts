// Files in the forms that file systems and tools give them: coarse clocks, unknown sizes, several CRLs in one file.
import type * as FsPromises from 'node:fs/promises';
import type * as PathCrlModule from '../../src/pki/path/path-crl.ts';
import { appendFileSync, utimesSync } from 'node:fs';
import { build } from 'esbuild';
import { beforeEach, expect, test, vi } from 'vitest';
import { encodePem } from '../../src/pki/pem.ts';
import { realNow } from '../support/real-clock.ts';
import { makeCa, makeCrl, type TestCertificate } from '../support/pki/path-pki.ts';
import {
  crlPem,
  day,
  follow,
  makeAuthorities,
  makeSvid,
  readText,
  serviceDirectory,
  type ServiceDirectory,
} from './site.ts';

const calls = vi.hoisted(() => ({ parsed: [] as number[], opened: 0, isCoarse: false, isSizeless: false }));

// a file system whose times are whole hours, and one that does not know sizes
vi.mock('node:fs/promises', async original => {
  const real = await original<typeof FsPromises>();
  const stat = async (path: string, options: { bigint: true }) => {
    const status = await real.stat(path, options);
    if (calls.isCoarse && options?.bigint) {
      const hour = 3_600_000_000_000n;
      Object.defineProperty(status, 'mtimeNs', { value: (status.mtimeNs / hour) * hour });
      Object.defineProperty(status, 'ctimeNs', { value: BigInt(realNow().getTime()) * 1_000_000n });
    }
    return status;
  };
  const open = async (path: string) => {
    calls.opened++;
    const file = await real.open(path);
    if (calls.isSizeless) file.stat = () => Promise.resolve({ size: 0 }) as never;
    return file;
  };
  return { ...real, stat, open };
});

vi.mock('../../src/pki/path/path-crl.ts', async original => {
  const real = await original<typeof PathCrlModule>();
  return {
    ...real,
    pathCrlSteps: (der: Uint8Array) => {
      calls.parsed.push(der.length);
      return real.pathCrlSteps(der);
    },
  };
});

let authorities: ReturnType<typeof makeAuthorities>;
let service: ServiceDirectory;
beforeEach(() => {
  Object.assign(calls, { parsed: [], isCoarse: false, isSizeless: false });
  authorities = makeAuthorities();
  service = serviceDirectory('payments', authorities);
});

const numbers = (state: { readonly crls: readonly { readonly number: string }[] }): string =>
  state.crls.map(({ number }) => number).join();

/** A CRL with 100,000 entries. */
const longCrl = (issuer: TestCertificate): string =>
  encodePem(
    'X509 CRL',
    makeCrl({
      issuer,
      revoked: Array.from({ length: 100_000 }, (_, index) => 1_000_000 + index),
      thisUpdate: day(-1),
      nextUpdate: day(7),
    }),
  );

test('in a file with a long CRL, only the CRL that changed is parsed again', async () => {
  const others = ['a', 'b', 'c'].map(name => makeCa({ name, notBefore: day(-20), notAfter: day(300) }));
  const [long, ...small] = [longCrl(authorities.issuing), ...[authorities.root, ...others].map(each => crlPem(each))];
  const file = 'crls.pem';
  service.write(file, [long, ...small].join(''));
  const { context } = await follow(service, { crls: service.path(file) });
  expect(calls.parsed).toHaveLength(5);
  expect(context.state.crls.map(({ entries }) => entries).sort((a, b) => b - a)[0]).toBe(100_000);

  const changed = [...small.slice(0, -1), crlPem(others.at(-1)!, { number: 2 })];
  calls.parsed = [];
  service.replace(file, [long, ...changed].join(''));
  expect(await context.refresh()).toBe(true);
  expect(calls.parsed).toHaveLength(1);
  expect(calls.parsed[0]).toBeLessThan(1000);

  // another place in the file, a comment, and a copy without a change
  calls.parsed = [];
  service.replace(file, `# CRLs\n${[...changed, long].join('')}`);
  await context.refresh();
  service.replace(file, readText(service.path(file)));
  await context.refresh();
  await context.refresh();
  expect(calls.parsed).toEqual([]);
});

test('a file that is replaced in place within one tick of its clock is read again', async () => {
  calls.isCoarse = true;
  const { context } = await follow(service);
  const path = service.path('crl/issuing.pem');
  // the same length, and the same times
  service.write('crl/issuing.pem', crlPem(authorities.issuing, { number: 2 }));
  utimesSync(path, realNow(), realNow());
  await context.refresh();
  expect(numbers(context.state)).toBe('2,1');
  service.write('crl/issuing.pem', crlPem(authorities.issuing, { number: 3 }));
  utimesSync(path, realNow(), realNow());
  await context.refresh();
  expect(numbers(context.state)).toBe('3,1');
});

test('a file whose size is not known is read to its end', async () => {
  calls.isSizeless = true;
  const { context } = await follow(service);
  expect(context.state.problems).toEqual([]);
  const many = Array.from({ length: 50 }, () => makeSvid('other', authorities.issuing));
  service.replace('crl/issuing.pem', crlPem(authorities.issuing, { revoked: many, number: 2 }));
  await context.refresh();
  expect(context.state).toMatchObject({ crls: [{ entries: 50 }, { entries: 0 }], problems: [] });
});

test('a file that grows while it is read is read again at the next look', async () => {
  const { context } = await follow(service);
  const text = crlPem(authorities.issuing, { number: 2 });
  service.write('crl/issuing.pem', text.slice(0, 200));
  await context.refresh();
  expect(context.state.problems).toMatchObject([{ code: 'malformed' }]);
  expect(numbers(context.state)).toBe('1,1');
  appendFileSync(service.path('crl/issuing.pem'), text.slice(200));
  await context.refresh();
  expect(numbers(context.state)).toBe('2,1');
});

test('a look at 100,000 entries that did not change reads no file', async () => {
  service.write('crl/issuing.pem', longCrl(authorities.issuing));
  // older than the moment in which a file may change again without another time
  const { context } = await follow(service, {
    clock: { now: () => new Date(realNow().getTime() + 60_000), every: () => () => undefined },
  });
  expect(calls.opened).toBeGreaterThan(0);
  Object.assign(calls, { parsed: [], opened: 0 });
  expect(await context.refresh()).toBe(false);
  expect(calls).toMatchObject({ parsed: [], opened: 0 });
});

test('the library asks the files: no notification of the system is used', async () => {
  const { outputFiles } = await build({
    entryPoints: [new URL('../../src/node-library/api.ts', import.meta.url).pathname],
    ...{ bundle: true, write: false, platform: 'node', format: 'esm' },
  });
  const text = outputFiles[0]!.text;
  const used = [...text.matchAll(/import \{([^}]*)\} from "node:fs(?:\/promises)?"/g)].flatMap(([, names]) =>
    names!.split(',').map(name => name.trim()),
  );
  expect(used.sort()).toEqual(['open', 'readdir', 'realpath', 'stat']);
  expect(text).not.toMatch(/fs["'.]*\.?watch|watchFile|node:fs["']\)/);
});
