import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { initPkiAt, svcauth, type Pki } from '../interop/pki.ts';
import { environment, run } from '../support/programs.ts';
import { realNow } from '../support/real-clock.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';

const ROOT = join(import.meta.dirname, '../..');
const isBuilt = existsSync(join(ROOT, 'dist/node.mjs'));
const START = 'at the start';
const UNBUILT = 'it needs the built library: npm run build';

/** A project that depends on the package, as npm would lay it out. */
function project(): string {
  const directory = tempDirectory();
  mkdirSync(join(directory, 'node_modules'));
  symlinkSync(ROOT, join(directory, 'node_modules/svcauth'));
  symlinkSync(join(ROOT, 'dist/svcauth-node'), join(directory, 'node_modules/svcauth-node'));
  return directory;
}

describe('the programs of docs/node.md', () => {
  let pki: Pki;
  let directory: string;
  let port: number;
  const published = () => join(directory, 'www');
  const publish = () => svcauth(pki, 'crl', 'publish', '--to', published());

  beforeAll(async () => {
    directory = project();
    symlinkSync(join(ROOT, 'node_modules/undici'), join(directory, 'node_modules/undici'));
    // the rotations take minutes, and the programs have the real clock
    pki = await initPkiAt(new Date(realNow().getTime() - 7_200_000), '--key-protection', 'none');
    writeFileSync(
      join(pki.home, 'svcauth.yaml'),
      'version: 1\ntrustDomain: example.org\ndeployment: {reload: self, every: 1m}\n',
    );
    for (const service of ['payments', 'reports', 'ledger', 'stranger']) await svcauth(pki, 'issue', service);
    mkdirSync(published());
    await publish();
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    port = (probe.address() as AddressInfo).port;
    probe.close();
    const page = readFileSync(join(ROOT, 'docs/node.md'), 'utf8');
    for (const [, name, text] of page.matchAll(/^```js\n\/\/ (\S+\.mjs)\n(.*?)^```/gms)) {
      const here = text!
        .replaceAll('/srv/www/pki', published())
        .replaceAll(/\/etc\/(\w+)\/tls/g, join(pki.home, 'services', '$1'))
        .replaceAll('8443', String(port));
      writeFileSync(join(directory, name!), here);
    }
    const reports = readFileSync(join(directory, 'reports.mjs'), 'utf8');
    writeFileSync(join(directory, 'stranger.mjs'), reports.replace('services/reports', 'services/stranger'));
  });

  /** Starts a program of the page; `ask` sends it a line, and resolves to the line that it answers. */
  function start(name: string) {
    const child = spawn(process.execPath, [join(directory, `${name}.mjs`)], { env: environment(), cwd: directory });
    onTestFinished(() => void child.kill());
    let [said, answers] = ['', ''];
    child.stderr.on('data', data => (said += String(data)));
    child.stdout.on('data', data => (answers += String(data)));
    let asked = 0;
    const ask = async (): Promise<string> => {
      child.stdin.write('\n');
      asked++;
      const lines = () => answers.split('\n').slice(0, -1);
      await expect.poll(() => `${lines().length} ${said}`, { timeout: 20_000 }).toMatch(new RegExp(`^${asked} `));
      return lines().at(-1)!;
    };
    return { ask, look: () => child.kill('SIGHUP'), said: () => said };
  }

  async function startServer() {
    const server = start('payments');
    const isReachable = () =>
      new Promise<boolean>(resolve => {
        const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
        socket.on('connect', () => socket.destroy());
      });
    await expect.poll(isReachable, { timeout: 20_000 }).toBe(true);
    return server;
  }

  test('the programs answer through a renewal and both rotations until they are revoked', async context => {
    context.skip(!isBuilt, UNBUILT);
    const server = await startServer();
    const [reports, ledger, stranger] = ['reports', 'ledger', 'stranger'].map(start);
    const everybody = [server, reports!, ledger!];
    const bothAnswer = async (moment: string): Promise<void> => {
      // a program that is still loading has no handler of the signal
      if (moment !== START) for (const each of everybody) each.look();
      expect(await reports!.ask(), moment).toBe('good day, spiffe://example.org/reports');
      expect(await ledger!.ask(), moment).toBe('good day, spiffe://example.org/ledger');
    };
    await bothAnswer(START);
    expect(await stranger!.ask()).toBe('spiffe://example.org/stranger is not allowed');

    for (const service of ['payments', 'reports', 'ledger']) await svcauth(pki, 'issue', service, '--force');
    await bothAnswer('after a renewal');
    await expect.poll(server.said).toContain('serving');

    for (const tier of ['issuing', 'root']) {
      const steps = ['prepare --soak 1m', 'publish', 'soak', 'activate', 'drain', 'tick', 'soak', 'retire'];
      for (const step of steps) {
        if (step === 'soak') pki.world.now = new Date(pki.world.now.getTime() + 61_000);
        else if (step === 'tick') await svcauth(pki, 'tick', '--fail-on', 'never');
        else if (step === 'retire')
          await svcauth(pki, 'ca', 'rotate', 'retire', '--tier', tier, '--dry-run').catch(() => '');
        else await svcauth(pki, 'ca', 'rotate', ...step.split(' '), '--tier', tier);
        await publish();
        await bothAnswer(`${tier} ${step}`);
      }
    }

    await svcauth(pki, 'revoke', 'reports', '--reason', 'keyCompromise');
    await publish();
    server.look();
    await expect.poll(() => reports!.ask(), { timeout: 20_000 }).toMatch(/^refused: /);
    await expect.poll(server.said).toMatch(/(rejected|ended): .*was revoked on/);
    expect(await ledger!.ask()).toBe('good day, spiffe://example.org/ledger');

    await svcauth(pki, 'revoke', 'payments', '--reason', 'keyCompromise');
    await publish();
    ledger!.look();
    await expect.poll(() => ledger!.ask(), { timeout: 20_000 }).toMatch(/^refused: .*was revoked on/);
  });
});

describe('the types of the package', () => {
  const program = `
    const pki = await openX509Source({ dir: '/etc/payments/tls', crls: false });
    const agent: Agent = pki.agent({ allow: ['spiffe://example.org/payments'] });
    const id: \`spiffe://\${string}\` | undefined = peerSpiffeId(new Socket());
    // @ts-expect-error crls is required
    await openX509Source({ dir: '/etc/payments/tls' });
    // @ts-expect-error a host name is not a SPIFFE ID
    authorize(new Socket(), { allow: ['payments.example.org'] });
  `;
  const names = 'authorize, peerSpiffeId, openX509Source';
  const others = `import { Agent } from 'node:https';\nimport { Socket } from 'node:net';\n`;
  const sources = {
    'package.mts': `${others}import { ${names} } from 'svcauth-node';\n${program}export { agent, id };\n`,
    'consumer.mts': `${others}import { ${names} } from 'svcauth/node';\n${program}export { agent, id };\n`,
    'consumer.cts': `${others}import { ${names} } from 'svcauth/node';\nexport async function start() {${program}return { agent, id }; }\n`,
  };

  test.for(Object.entries(sources))('the published types compile in %s', ([name, text], context) => {
    context.skip(!isBuilt, UNBUILT);
    const directory = project();
    writeFileSync(join(directory, name), text);
    const checked = ts.createProgram([join(directory, name)], {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      typeRoots: [join(ROOT, 'node_modules/@types')],
      types: ['node'],
      preserveSymlinks: true,
    });
    const diagnostics = ts.getPreEmitDiagnostics(checked);
    expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });
});

test('the library is one file that imports only Node and loads in both module systems', async context => {
  context.skip(!isBuilt, UNBUILT);
  const text = readFileSync(join(ROOT, 'dist/node.mjs'), 'utf8');
  const imported = [...text.matchAll(/^} from "(.*)";|^import .* from "(.*)";/gm)].map(match => match[1] ?? match[2]);
  expect(imported.length).toBeGreaterThan(0);
  expect(imported.filter(name => !name!.startsWith('node:'))).toEqual([]);
  const asked = await run([process.execPath, '-p', `Object.keys(require('svcauth/node')).sort().join()`], {
    cwd: project(),
  });
  expect(asked.stdout).toBe('authorize,openX509Source,peerSpiffeId,secureContext\n');
});

test('the package svcauth-node installs without other packages, and loads in both module systems', async context => {
  context.skip(!isBuilt, UNBUILT);
  const directory = tempDirectory();
  const tarball = readdirSync(join(ROOT, 'dist')).find(name => /^svcauth-node-.*\.tgz$/.test(name))!;
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
  const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  const installed = await run(['npm', 'install', ...flags, join(ROOT, 'dist', tarball)], { cwd: directory });
  expect(installed.stderr).toBe('');
  expect(readdirSync(join(directory, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual(['svcauth-node']);
  const names = 'authorize,openX509Source,peerSpiffeId,secureContext\n';
  const print = 'console.log(Object.keys(library).sort().join())';
  const load = (...argv: readonly string[]) => run([process.execPath, ...argv], { cwd: directory });
  const [required, imported] = [
    await load('-e', `const library = require('svcauth-node'); ${print}`),
    await load('--input-type=module', '-e', `import * as library from 'svcauth-node'; ${print}`),
  ];
  expect([required.stdout, imported.stdout]).toEqual([names, names]);
  const page = readFileSync(join(directory, 'node_modules/svcauth-node/README.md'), 'utf8');
  expect(page).toContain("from 'svcauth-node'");
});
