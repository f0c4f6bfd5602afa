// Certificate, bundle and CRLs as three volumes of Kubernetes. Each is switched as a whole by its link `..data`, and the
// directory before is removed at once. Only a look that is under way when that happens may notice.
import type * as FsPromises from 'node:fs/promises';
import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { certificatePem, crlPem, keyPem, makeAuthorities, makeSvid, testClock } from './site.ts';
import { openX509Source } from '../../src/node-library/api.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';

/** Called before each operation on files. */
const operation = vi.hoisted(() => ({ count: 0, before: (_: number): void => undefined }));

vi.mock('node:fs/promises', async original => {
  const real = await original<typeof FsPromises>();
  const hooked = Object.entries(real).map(([name, member]) => {
    if (!['open', 'readdir', 'realpath', 'stat'].includes(name)) return [name, member];
    const ask = member as (...given: unknown[]) => unknown;
    return [
      name,
      (...given: unknown[]) => {
        operation.before(++operation.count);
        return ask(...given);
      },
    ];
  });
  return Object.fromEntries(hooked) as typeof real;
});

type Files = Readonly<Record<string, string>>;

/** Writes a volume as the kubelet does: links to `..data`, a new directory, a new link renamed over the old one. */
class Volume {
  readonly path: string;
  #versions = 0;

  constructor(path: string, files: Files) {
    this.path = path;
    mkdirSync(path);
    this.write(files);
  }

  write(files: Files): void {
    const at = (name: string): string => join(this.path, name);
    const version = `..2026_06_01_12_00_${++this.#versions}.1`;
    mkdirSync(at(version));
    for (const [name, text] of Object.entries(files)) writeFileSync(at(join(version, name)), text);
    const before = this.#versions === 1 ? undefined : readlinkSync(at('..data'));
    symlinkSync(version, at('..data_tmp'));
    renameSync(at('..data_tmp'), at('..data'));
    for (const name of Object.keys(files)) {
      rmSync(at(name), { force: true });
      symlinkSync(join('..data', name), at(name));
    }
    if (before !== undefined) rmSync(at(before), { recursive: true });
  }
}

function makeVolumes() {
  const directory = tempDirectory();
  const old = makeAuthorities(1);
  const next = makeAuthorities(2);
  const leaf = makeSvid('payments', old.issuing);
  const renewed = makeSvid('payments', next.issuing);
  const first = {
    certificate: { 'tls.crt': certificatePem(leaf, old.issuing), 'tls.key': keyPem(leaf) },
    bundle: { 'bundle.pem': certificatePem(old.root) },
    crls: { 'root.pem': crlPem(old.root), 'issuing.pem': crlPem(old.issuing) },
  };
  // a rotation of the root that reached all volumes at once
  const second = {
    certificate: { 'tls.crt': certificatePem(renewed, next.issuing), 'tls.key': keyPem(renewed) },
    bundle: { 'bundle.pem': certificatePem(old.root, next.root) },
    crls: { ...first.crls, 'root-g2.pem': crlPem(next.root), 'issuing-g2.pem': crlPem(next.issuing) },
  };
  const make = (name: keyof typeof first): Volume => new Volume(join(directory, name), first[name]);
  const volumes = { certificate: make('certificate'), bundle: make('bundle'), crls: make('crls') };
  const write = (...names: readonly (keyof typeof first)[]): void => {
    for (const name of names) volumes[name].write(second[name]);
  };
  const open = () =>
    openX509Source({
      ...{ dir: volumes.certificate.path, bundle: join(volumes.bundle.path, 'bundle.pem'), crls: volumes.crls.path },
      clock: testClock(),
      onProblem: () => undefined,
    });
  return { leaf, renewed, write, open };
}

const serial = (certificate: { readonly serial: number }): number => certificate.serial;
const NAMES = ['certificate', 'bundle', 'crls'] as const;

test('the volumes are switched between two looks', async () => {
  const { renewed, write, open } = makeVolumes();
  const source = await open();
  write(...NAMES);
  expect(await source.refresh()).toBe(true);
  expect(source.state).toMatchObject({ trustDomains: [{ anchors: 2 }], problems: [] });
  expect(source.state.crls).toHaveLength(4);
  expect(parseInt(source.state.serial, 16)).toBe(serial(renewed));
});

/** Every order in which the volumes may be switched, and every operation before which the first one is. */
const ORDERS = [NAMES, ['crls', 'bundle', 'certificate'], ['bundle', 'certificate', 'crls']] as const;

test.each(ORDERS)('%s, %s, %s: the volumes are switched while a look reads them', async (...order) => {
  let operations = Infinity;
  for (let at = 1; at <= operations; at++) {
    const { leaf, renewed, write, open } = makeVolumes();
    const source = await open();
    operation.count = 0;
    const waiting = [...order];
    operation.before = count => {
      // one volume every third operation
      if (count >= at && (count - at) % 3 === 0 && waiting.length > 0) write(waiting.shift()!);
    };
    await source.refresh();
    operation.before = () => undefined;
    operations = operation.count;
    // the certificate and the key are always of one version, and no fault is reported for them
    expect(source.state.problems.map(({ file }) => file).join()).not.toContain('tls.');
    expect([serial(leaf), serial(renewed)]).toContain(parseInt(source.state.serial, 16));
    write(...waiting);
    await source.refresh();
    expect(source.state, `switched at operation ${at}`).toMatchObject({ trustDomains: [{ anchors: 2 }], problems: [] });
    expect(source.state.crls).toHaveLength(4);
    expect(parseInt(source.state.serial, 16)).toBe(serial(renewed));
    source.close();
  }
  expect(operations).toBeGreaterThan(8);
});

test('the volumes are switched while the service starts', async () => {
  for (let at = 1; at <= 12; at++) {
    const { write, open } = makeVolumes();
    operation.count = 0;
    operation.before = count => {
      if (count === at) write(...NAMES);
    };
    const first = await open().catch((error: Error) => error);
    operation.before = () => undefined;
    // a start that met half of a change is rejected, and the next one succeeds
    const source = first instanceof Error ? await open() : first;
    await source.refresh();
    expect(source.state, `switched at operation ${at}`).toMatchObject({ trustDomains: [{ anchors: 2 }], problems: [] });
    source.close();
  }
});
