import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundled } from '../../support/bundled.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';

let program: string;
beforeAll(async () => {
  program = await bundled('svcauth.ts', tempDirectory());
});

/** Lists every file and directory with its mode; links have none. */
function modes(root: string, at = root): readonly string[] {
  const status = lstatSync(at);
  if (status.isSymbolicLink()) return [];
  const own = `${(status.mode & 0o777).toString(8)} ${relative(root, at).replaceAll(/[0-9a-f]{30,}/g, 'SERIAL')}`;
  return [
    own,
    ...(status.isDirectory()
      ? readdirSync(at)
          .sort()
          .flatMap(name => modes(root, join(at, name)))
      : []),
  ];
}

/** Runs a life of a PKI under a umask, and lists the modes of all it made. */
function modesUnder(umask: string): readonly string[] {
  const cwd = tempDirectory();
  const root = join(cwd, 'made');
  mkdirSync(root, { mode: 0o755 });
  const outputs = { kind: 'combined-pem', path: join(root, 'out/web.pem') };
  const services = [{ service: 'web', out: join(root, 'deep/web'), outputs }, { service: 'ledger' }];
  writeFileSync(join(cwd, 'services.yaml'), JSON.stringify({ services }));
  const svcauth = `"${process.execPath}" "${program}" --home made/home`;
  const lines = [
    `umask ${umask}`,
    `${svcauth} ca init --trust-domain example.org --key-protection none`,
    `${svcauth} apply -f services.yaml`,
    `${svcauth} crl publish --to made/published`,
    `${svcauth} renew ledger --force`,
    `${svcauth} tick`,
  ];
  const { status, stderr } = spawnSync('sh', ['-e', '-c', lines.join('\n')], { cwd, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return modes(root);
}

describe('modes are set and never inherited', () => {
  test('the umask changes the mode of nothing that svcauth makes', () => {
    const usual = modesUnder('022');
    expect(usual).toContain('755 deep/web/versions/SERIAL');
    expect(usual).toContain('600 deep/web/versions/SERIAL/tls.key');
    expect(usual).toContain('700 home/authorities');
    expect(modesUnder('077')).toEqual(usual);
    expect(modesUnder('000')).toEqual(usual);
  }, 120_000);
});
