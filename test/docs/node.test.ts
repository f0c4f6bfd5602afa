import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
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

/** A project that has installed the package from its tarball. */
async function project(): Promise<string> {
  const directory = tempDirectory();
  const name = readdirSync(join(ROOT, 'dist')).find(name => /^svcauth-node-.*\.tgz$/.test(name))!;
  mkdirSync(join(directory, 'vendor'));
  copyFileSync(join(ROOT, 'dist', name), join(directory, 'vendor', name));
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
  const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  const installed = await run(['npm', 'install', ...flags, `./vendor/${name}`], { cwd: directory });
  expect(installed).toMatchObject({ status: 0, stderr: '' });
  return directory;
}

/** A link as npm makes one for a package in another directory. */
const linkPackage = (directory: string, name: string, target: string): void =>
  symlinkSync(target, join(directory, 'node_modules', name));

describe('the programs of docs/node.md', () => {
  let pki: Pki;
  let directory: string;
  let port: number;
  const published = () => join(directory, 'www');
  const publish = () => svcauth(pki, 'crl', 'publish', '--to', published());

  beforeAll(async () => {
    if (!isBuilt) return;
    directory = await project();
    linkPackage(directory, 'undici', join(ROOT, 'node_modules/undici'));
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
      child.stdin.write('/\n');
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
    const source = await openX509Source({
      ...{ dir: '/etc/payments/tls', id: 'spiffe://example.org/payments', crls: ['/srv/crl.pem'] },
      federated: { 'example.com': '/srv/b.pem', 'example.net': { bundle: '/srv/c.pem', crls: false } },
      tls: { minVersion: 'TLSv1.3' },
      signal: AbortSignal.timeout(1000),
    });
    source.on('change', state => console.error(state.serial, state.notAfter.toISOString()));
    source.on('problem', (problem: SourceProblem) => console.error(problem.severity));
    source.on('peerRejected', peer => console.error(peer.message, peer.id));
    const allow = ['spiffe://example.org/reports', { memberOf: 'example.org' }, (id: string) => id.endsWith('x')] as const;
    const server = source.createHttp2Server({ allow, allowHTTP1: true }, (request, response) => {
      const caller = source.authorize(request.socket, { allow });
      response.end(caller.allowed ? caller.id : caller.reason);
    });
    const https = source.createHttpsServer({ allow, endRevoked: undefined }, (request, response) => {
      response.end(peerSpiffeId(request.socket));
    });
    source.follow(https, { allow: { pattern: 'spiffe://example.org/ns/*/sa/web' } });
    const dispatcher: undici.Dispatcher = source.dispatcher(undici, { allow, connections: 3 });
    const answer: string = await undici.fetch('https://x/', { dispatcher }).then(response => response.text());
    const pool = new undici.Pool('https://x', { connect: source.connector({ allow }) });
    const stream = source.http2Client('https://x', { allow }).request({ ':path': '/' });
    const agent: Agent = source.agent({ allow, maxSockets: 3 });
    const socket: TLSSocket = source.connect({ allow, host: 'x', port: 1 });
    const status: 'ok' | 'warning' | 'critical' = source.health().status;
    const earlier: FollowedContext = await secureContext({ dir: '/etc/payments/tls', crls: false });
    // @ts-expect-error crls is required
    await openX509Source({ dir: '/etc/payments/tls' });
    // @ts-expect-error a host name is not a SPIFFE ID
    authorize(socket, { allow: ['payments.example.org'] });
    // @ts-expect-error a server without a rule accepts nobody
    source.createHttpsServer({});
  `;
  const imports = (name: string) => `
    import type { Agent } from 'node:https';
    import type { TLSSocket } from 'node:tls';
    import * as undici from 'undici';
    import { authorize, openX509Source, peerSpiffeId, secureContext } from '${name}';
    import type { FollowedContext, SourceProblem } from '${name}';
    export async function start() {${program}
      return { server, answer, pool, stream, agent, status, earlier };
    }`;
  const sources = {
    'package.mts': imports('svcauth-node'),
    'package.cts': imports('svcauth-node'),
    'consumer.mts': imports('svcauth/node'),
    'consumer.cts': imports('svcauth/node'),
  };

  test.for([true, false])('programs compile with exactOptionalPropertyTypes %s', async (exact, context) => {
    context.skip(!isBuilt, UNBUILT);
    const directory = await project();
    linkPackage(directory, 'svcauth', ROOT);
    linkPackage(directory, 'undici', join(ROOT, 'node_modules/undici'));
    for (const [name, text] of Object.entries(sources)) writeFileSync(join(directory, name), text);
    const files = Object.keys(sources).map(name => join(directory, name));
    const checked = ts.createProgram(files, {
      strict: true,
      exactOptionalPropertyTypes: exact,
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
    const found = diagnostics.map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
    expect(found).toEqual([]);
  });
});

const EXPORTS = 'authorize,openX509Source,peerSpiffeId,secureContext\n';

test('the library is one file that imports only Node', async context => {
  context.skip(!isBuilt, UNBUILT);
  for (const name of ['node.mjs', 'node.d.mts', 'node.d.cts']) {
    const text = readFileSync(join(ROOT, 'dist', name), 'utf8');
    const imported = [...text.matchAll(/^(?:} |import .*)from ["'](.*)["'];/gm)].map(match => match[1]!);
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter(name => !name.startsWith('node:'))).toEqual([]);
  }
  const directory = tempDirectory();
  mkdirSync(join(directory, 'node_modules'));
  linkPackage(directory, 'svcauth', ROOT);
  const asked = await run([process.execPath, '-p', `Object.keys(require('svcauth/node')).sort().join()`], {
    cwd: directory,
  });
  expect(asked.stdout).toBe(EXPORTS);
});

test('the package svcauth-node installs alone and loads in both module systems', async context => {
  context.skip(!isBuilt, UNBUILT);
  const directory = await project();
  expect(readdirSync(join(directory, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual(['svcauth-node']);
  const installed = join(directory, 'node_modules/svcauth-node');
  expect(readdirSync(installed).sort()).toEqual([
    ...['LICENSE', 'README.md', 'index.cjs', 'index.d.cts', 'index.d.mts', 'index.mjs', 'package.json'],
  ]);
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
  expect(Object.keys(manifest).filter(key => /dependencies$/i.test(key))).toEqual([]);
  const print = 'console.log(Object.keys(library).sort().join())';
  const load = (...argv: readonly string[]) => run([process.execPath, ...argv], { cwd: directory });
  const [required, imported] = [
    await load('-e', `const library = require('svcauth-node'); ${print}`),
    await load('--input-type=module', '-e', `import * as library from 'svcauth-node'; ${print}`),
  ];
  expect([required.stdout, imported.stdout]).toEqual([EXPORTS, EXPORTS]);
  // links to pages that the package does not have
  expect(readFileSync(join(installed, 'README.md'), 'utf8')).not.toMatch(/\]\((?!https?:)/);
});
