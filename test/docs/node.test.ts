import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { initPki, svcauth, type Pki } from '../interop/pki.ts';
import { environment, run } from '../support/programs.ts';
import { tempDirectory } from '../support/world/temp-directory.ts';

const ROOT = join(import.meta.dirname, '../..');
const isBuilt = existsSync(join(ROOT, 'dist/node.mjs'));
const UNBUILT = 'it needs the built library: npm run build';

/** A project that depends on the package, as npm would lay it out. */
function project(): string {
  const directory = tempDirectory();
  mkdirSync(join(directory, 'node_modules'));
  symlinkSync(ROOT, join(directory, 'node_modules/svcauth'));
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
    pki = await initPki('--key-protection', 'none');
    for (const service of ['payments', 'reports', 'stranger']) await svcauth(pki, 'issue', service);
    mkdirSync(published());
    await publish();
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    port = (probe.address() as AddressInfo).port;
    probe.close();
    const page = readFileSync(join(ROOT, 'docs/node.md'), 'utf8');
    for (const [, name, text] of page.matchAll(/^```js\n\/\/ (\S+)\n(.*?)^```/gms)) {
      const here = text!
        .replaceAll('/srv/www/pki', published())
        .replaceAll(/\/etc\/(\w+)\/tls/g, join(pki.home, 'services', '$1'))
        .replaceAll('8443', String(port));
      writeFileSync(join(directory, name!), here);
    }
  });

  async function startServer() {
    const server = spawn(process.execPath, [join(directory, 'payments.mjs')], { env: environment() });
    onTestFinished(() => void server.kill());
    let said = '';
    server.stderr.on('data', data => (said += String(data)));
    await expect.poll(() => reachable(), { timeout: 15_000 }).toBe(true);
    return { server, said: () => said };
  }

  async function reachable(): Promise<boolean> {
    const { stderr } = await client();
    return !stderr.includes('ECONNREFUSED');
  }

  const client = (name = 'reports') => {
    const program = join(directory, `${name}.mjs`);
    return run([process.execPath, program], { cwd: directory });
  };

  test('the documented server and client connect through a renewal until one is revoked', async context => {
    context.skip(!isBuilt, UNBUILT);
    const { server, said } = await startServer();
    expect(await client()).toMatchObject({ stdout: 'good day, spiffe://example.org/reports\n', stderr: '' });

    const program = readFileSync(join(directory, 'reports.mjs'), 'utf8');
    writeFileSync(join(directory, 'stranger.mjs'), program.replace('services/reports', 'services/stranger'));
    expect((await client('stranger')).stdout).toBe('spiffe://example.org/stranger is not allowed\n');

    await svcauth(pki, 'issue', 'payments', '--force');
    server.kill('SIGHUP');
    await expect.poll(said).toContain('serving');
    expect((await client()).stdout).toBe('good day, spiffe://example.org/reports\n');

    await svcauth(pki, 'revoke', 'payments', '--reason', 'superseded');
    await publish();
    // it still serves the revoked certificate and reports it
    server.kill('SIGHUP');
    await expect.poll(said).toContain('was revoked on');
    expect((await client()).stderr).toBe('refused: CERT_REVOKED\n');
  });
});

describe('the types of the package', () => {
  const program = `
    const pki = await secureContext({ dir: '/etc/payments/tls', crls: false });
    const agent: Agent = pki.agent({ allow: ['spiffe://example.org/payments'] });
    const id: \`spiffe://\${string}\` | undefined = peerSpiffeId(new Socket());
    // @ts-expect-error crls is required
    await secureContext({ dir: '/etc/payments/tls' });
    // @ts-expect-error a host name is not a SPIFFE ID
    authorize(new Socket(), { allow: ['payments.example.org'] });
  `;
  const names = 'authorize, peerSpiffeId, secureContext';
  const others = `import { Agent } from 'node:https';\nimport { Socket } from 'node:net';\n`;
  const sources = {
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
  expect(asked.stdout).toBe('authorize,peerSpiffeId,secureContext\n');
});
