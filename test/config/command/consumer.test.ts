import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { shakeHands } from '../../../src/world/real/handshake.ts';
import { consumerFiles, type ConsumerTarget } from '../../../src/config/view/consumer.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { describeWith, environment, run } from '../../support/programs.ts';
import { tempDirectory } from '../../support/world/temp-directory.ts';
import { freePort, servingFiles } from '../../support/world/tls-server.ts';
import { runSvcauth } from '../../support/world/world.ts';
import { realNow } from '../../support/real-clock.ts';

const TARGETS: readonly ConsumerTarget[] = ['nginx', 'haproxy', 'envoy', 'node', 'fastapi', 'istio', 'kubernetes'];

/** Paths that every one of these languages would take apart. */
const own = join(tempDirectory(), `it's 50% "payments" #1`);
const published = join(tempDirectory(), 'srv www; pki');

let pki: PkiWorld;

beforeAll(async () => {
  const payments = ['issue', 'payments', '--out', own, '--dns', 'localhost', '--dns', '*.example.org'];
  const commands = [payments, ['issue', 'ledger'], ['issue', 'stolen'], ['revoke', 'stolen'], ['issue', 'a.b_c']];
  pki = (await pkiTemplate([], [...commands, ['crl', 'publish', '--to', published]], { now: realNow() }))();
});

/** The files of a target, by their name. */
async function config(target: ConsumerTarget, ...flags: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const out = tempDirectory();
  await pki.succeed('config', target, 'payments', '--public', published, '--out', out, ...flags);
  return Object.fromEntries(readdirSync(out).map(name => [name, join(out, name)]));
}

const yamlOf = (path: string): unknown[] => {
  const documents = parseAllDocuments(readFileSync(path, 'utf8'));
  return documents.map(document => {
    expect('errors' in document && document.errors).toEqual([]);
    return (document as { toJS(): unknown }).toJS();
  });
};

/** Every string of a document that is a path of this PKI. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith(own) || value.startsWith(published) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}

test('every hole of every template has a value and every value has a hole', () => {
  const consumer = {
    ...{ service: 's', trustDomain: 'example.org', dns: [], directory: '/d', public: '/p', port: 1 },
    ...{ backend: { host: 'b', port: 2 }, allowed: [], namespace: 'n', place: '/e' },
  };
  const templates = new URL('../../../templates/', import.meta.url);
  const files = TARGETS.flatMap(target => consumerFiles(target, consumer));
  const wanted = files.flatMap(({ template, holes }) => {
    const text = readFileSync(new URL(template, templates), 'utf8');
    const names = [...text.matchAll(/@([a-z-]+):[a-z]+@/g)].map(([, name]) => name!);
    expect(names.filter(name => !(name in holes))).toEqual([]);
    return names;
  });
  expect([...new Set(files.flatMap(({ holes }) => Object.keys(holes)))].sort()).toEqual([...new Set(wanted)].sort());
});

describe('the paths', () => {
  test('are those of the service and of the published files', async () => {
    const { 'payments-tls.yaml': secrets } = await config('envoy');
    const paths = pathsIn(yamlOf(secrets!));
    expect(paths.filter(path => !existsSync(path))).toEqual([]);
    expect(paths).toHaveLength(6);
  });

  test('are public/ of the home if nothing is published and a warning says that others cannot read it', async () => {
    const { stdout, stderr, status } = await runSvcauth(pki, ['config', 'nginx', 'ledger']);
    expect(status).toBe(0);
    expect(stdout).toContain(pki.home.public.crlBundle);
    expect(stdout).toContain('server_name _;');
    expect(stderr).toContain('only the owner of the home can read');
  });

  test('are those of crl.publishTo', async () => {
    const yaml = readFileSync(pki.home.policy, 'utf8');
    writeFileSync(pki.home.policy, yaml.replace('# publishTo: [/srv/www/pki]', 'publishTo: [/srv/elsewhere]'));
    const { stdout, stderr } = await runSvcauth(pki, ['config', 'nginx', 'payments']);
    writeFileSync(pki.home.policy, yaml);
    expect(stdout).toContain('/srv/elsewhere/crl-bundle.pem');
    expect(stderr).toBe('');
  });
});

describe('Envoy', () => {
  const peersOf = async (...flags: readonly string[]) => {
    const { 'payments-tls.yaml': secrets } = await config('envoy', ...flags);
    const [document] = yamlOf(secrets!) as [{ resources: { validation_context?: Record<string, unknown> }[] }];
    return document.resources[1]?.validation_context?.['match_typed_subject_alt_names'];
  };

  test('allows the named clients by SPIFFE ID', async () => {
    expect(await peersOf('--allow', 'ledger', '--allow', 'spiffe://other.org/x')).toEqual([
      { san_type: 'URI', matcher: { exact: 'spiffe://example.org/ledger' } },
      { san_type: 'URI', matcher: { exact: 'spiffe://other.org/x' } },
    ]);
  });

  test('lets in the whole trust domain without --allow', async () => {
    expect(await peersOf()).toEqual([{ san_type: 'URI', matcher: { prefix: 'spiffe://example.org/' } }]);
  });

  test('finds the secrets where they were written, by their names', async () => {
    const { 'payments.yaml': listener, 'payments-tls.yaml': secrets } = await config('envoy', '--backend', '[::1]:81');
    const text = JSON.stringify(yamlOf(listener!));
    expect(text).toContain(`"path":"${secrets!}"`);
    expect(text).toContain('"address":"::1","port_value":81');
    const [document] = yamlOf(secrets!) as [{ resources: { name: string }[] }];
    for (const { name } of document.resources) expect(text).toContain(`"name":"${name}"`);
  });
});

test('Kubernetes and Istio get valid names and YAML that parses', async () => {
  const out = tempDirectory();
  await pki.succeed('config', 'kubernetes', 'a.b_c', '--public', published, '--namespace', 'shop', '--out', out);
  await pki.succeed('config', 'istio', 'a.b_c', '--public', published, '--allow', 'ledger', '--out', out);
  const [deployment] = yamlOf(join(out, 'a.b_c-kubernetes.yaml'));
  expect(deployment).toMatchObject({
    metadata: { name: 'a-b-c', namespace: 'shop' },
    spec: { template: { spec: { volumes: [{ secret: { secretName: 'a-b-c-tls', defaultMode: 0o440 } }, {}] } } },
  });
  const [gateway] = yamlOf(join(out, 'a.b_c-istio.yaml'));
  expect(gateway).toMatchObject({
    spec: {
      servers: [
        { hosts: ['*'], tls: { credentialName: 'a-b-c-tls', subjectAltNames: ['spiffe://example.org/ledger'] } },
      ],
    },
  });
});

test('the node program parses and lists the allowed clients', async () => {
  const { 'payments.mjs': path } = await config('node', '--allow', 'ledger');
  expect(await run([process.execPath, '--check', path!])).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(readFileSync(path!, 'utf8')).toContain('const ALLOWED = [\n  "spiffe://example.org/ledger",\n];\n');
});

describe('invalid options', () => {
  test.for([
    [['nginx', 'nobody'], 'ERR_SERVICE_UNKNOWN'],
    [['envoy', 'payments', '--allow', 'nobody'], 'ERR_SERVICE_UNKNOWN'],
    [['envoy', 'payments', '--allow', 'http://x'], 'ERR_SPIFFE_ID'],
    [['nginx', 'payments', '--listen', '0'], 'ERR_FLAG_VALUE'],
    [['nginx', 'payments', '--backend', 'x'], 'ERR_ADDRESS'],
    [['kubernetes', 'payments', '--namespace', 'a\nb'], 'ERR_FLAG_VALUE'],
    [['nginx', 'payments', '--public', '/srv/$x'], 'ERR_CONFIG_VALUE'],
  ] as const)('%j', async ([argv, code]) => {
    const { status, stdout, stderr } = await runSvcauth(pki, ['config', ...argv]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`[${code}]`);
  });
});

describeWith(['nginx'], 'nginx', () => {
  test('accepts the file', async () => {
    const { 'payments.conf': path } = await config('nginx');
    const directory = tempDirectory();
    const main = join(directory, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${name};`);
    writeFileSync(main, `pid nginx.pid; events {} http { access_log off; ${temporary.join(' ')} include "${path!}"; }`);
    const { status, stderr } = await run(['nginx', '-t', '-p', directory, '-c', main, '-e', 'stderr']);
    expect(stderr).toContain('test is successful');
    expect(status).toBe(0);
  });
});

describeWith(['haproxy'], 'HAProxy', () => {
  test('accepts the file', async () => {
    const { 'payments.cfg': path } = await config('haproxy');
    expect(await run(['haproxy', '-c', '-f', path!])).toMatchObject({ status: 0, stderr: '' });
  });
});

/** Applies TLS options as uvicorn 0.30 does, in a server that greets every accepted client. */
const UVICORN = `
import socket, ssl

class Config:
    def __init__(self, app, host, port, ssl_certfile, ssl_keyfile, ssl_ca_certs, ssl_cert_reqs):
        self.__dict__.update(locals())

    def load(self):
        self.ssl = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ssl.load_cert_chain(self.ssl_certfile, self.ssl_keyfile)
        self.ssl.verify_mode = self.ssl_cert_reqs
        self.ssl.load_verify_locations(self.ssl_ca_certs)

class Server:
    def __init__(self, config):
        self.config = config

    def run(self):
        with socket.create_server(("127.0.0.1", self.config.port)) as listener:
            print("listening", flush=True)
            while True:
                connection, _ = listener.accept()
                try:
                    self.config.ssl.wrap_socket(connection, server_side=True).sendall(b"in")
                except OSError:
                    pass
`;
const FASTAPI = `
class FastAPI:
    def get(self, path):
        return lambda function: function
`;

describeWith(['python3'], 'Python', () => {
  test('accepts the program', async () => {
    const { 'payments.py': path } = await config('fastapi');
    expect(await run(['python3', '-m', 'py_compile', path!])).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('the program accepts a good client and rejects a revoked one', async () => {
    const port = await freePort();
    const { 'payments.py': path } = await config('fastapi', '--listen', String(port));
    const stubs = tempDirectory();
    writeFileSync(join(stubs, 'uvicorn.py'), UVICORN);
    writeFileSync(join(stubs, 'fastapi.py'), FASTAPI);
    const server = spawn('python3', [path!], {
      env: { ...environment(), PYTHONPATH: stubs },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(server.stdout, 'data');
      const ask = (service: string) => {
        const { key, cert } = servingFiles(pki, service);
        const client = { keyPem: Buffer.from(key), certificatePem: Buffer.from(cert) };
        return shakeHands({ host: '127.0.0.1', port, serverName: 'localhost', client, seconds: 5 });
      };
      expect((await ask('ledger')).problem).toBeUndefined();
      expect(await ask('stolen')).toMatchObject({ problem: 'alert', alert: 'certificate revoked' });
      server.kill('SIGHUP');
      expect((await ask('ledger')).problem).toBeUndefined();
      expect(await ask('stolen')).toMatchObject({ problem: 'alert' });
    } finally {
      server.kill();
    }
  });
});
