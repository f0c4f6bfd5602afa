// The commands `config nginx`, `haproxy`, `envoy`, `node`, `fastapi`, `istio` and `kubernetes`: configuration for a consumer.
// They take paths and names from the manifest and the policy, and change nothing in the home.
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import { parseSocketAddress } from '../../pki/name/socket-address.ts';
import { parseSpiffeId } from '../../pki/name/spiffe-id.ts';
import type { Consumer, ConsumerTarget } from '../view/consumer.ts';
import { warn } from '../../view/message.ts';
import type { Home } from '../../store/home.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { examples, group, repeatable, type AddCommand } from '../../cli/command.ts';
import { configOutputOptions, writeConfig, type ConfigOutput } from './output.ts';
import { readPort } from '../../cli/port.ts';
import { readManifest } from '../../cli/reading.ts';
import { watchingPolicy } from '../../policy/command/watching.ts';

interface Flags extends ConfigOutput {
  readonly public?: string;
  readonly listen: string;
  readonly backend?: string;
  readonly allow?: readonly string[];
  readonly namespace?: string;
}

const OPTIONS = {
  backend: () =>
    new Option('--backend <host:port>', 'address of the application behind the proxy').default('127.0.0.1:8080'),
  allow: () => repeatable('--allow <client>', 'service or SPIFFE ID of an allowed client'),
  namespace: () => new Option('--namespace <name>', 'Kubernetes namespace').default('default'),
} as const;

interface Target {
  readonly description: string;
  readonly options: readonly (keyof typeof OPTIONS)[];
  readonly flags: string;
  /** Usual directory of its configuration. */
  readonly place?: string;
}

const TARGETS: Readonly<Record<ConsumerTarget, Target>> = {
  nginx: {
    description: 'print an nginx server with client certificates',
    options: ['backend'],
    flags: '--out /etc/nginx/conf.d',
  },
  haproxy: {
    description: 'print an HAProxy frontend with client certificates',
    options: ['backend'],
    flags: '--listen 443',
  },
  envoy: {
    description: 'print an Envoy listener that authorizes clients by SPIFFE ID',
    options: ['backend', 'allow'],
    flags: '--allow ledger --out /etc/envoy',
    place: '/etc/envoy',
  },
  node: {
    description: 'print a Node server that uses svcauth-node',
    options: ['allow'],
    flags: '--allow ledger',
  },
  fastapi: { description: 'print a FastAPI service on uvicorn that checks CRLs', options: [], flags: '--listen 8443' },
  istio: {
    description: 'print an Istio gateway with client certificates',
    options: ['allow', 'namespace'],
    flags: '--namespace shop',
  },
  kubernetes: {
    description: 'print a Kubernetes deployment that mounts the files',
    options: ['namespace'],
    flags: '--namespace shop',
  },
};

export const configConsumer =
  (target: ConsumerTarget): AddCommand =>
  (program, world) => {
    const { description, options, flags: example, place } = TARGETS[target];
    const command = group(program, 'config')
      .command(target)
      .description(`${description}, with the paths of a service`)
      .argument('<service>', 'name of the service')
      .option('--listen <port>', 'port to listen on', '8443')
      .option('--public <dir>', 'directory of the bundle and CRLs (default: crl.publishTo, else public/ in the home)');
    for (const option of options) command.addOption(OPTIONS[option]());
    examples(configOutputOptions(command), [`svcauth config ${target} payments ${example}`]);
    command.action(async (service: string, flags: Flags) => {
      const { consumerFiles } = await import('../view/consumer.ts');
      const consumer = await consumerOf(command, world, service, flags, place ?? '.');
      writeConfig(world, flags, consumerFiles(target, consumer));
    });
  };

const consumerOf = (command: Command, world: World, name: string, flags: Flags, place: string): Promise<Consumer> =>
  readManifest(command, world, async (manifest, home) => {
    const service = manifest.service(name);
    if (service === undefined) throw failure('ERR_SERVICE_UNKNOWN', { text: name, known: manifest.serviceNames() });
    const { dns, out } = service.spec;
    return {
      ...{ service: name, dns, directory: out ?? home.service(name) },
      trustDomain: manifest.identity()!.trustDomain,
      public: await publicDirectory(world, home, manifest, flags.public),
      port: readPort('--listen', flags.listen),
      backend: parseSocketAddress(flags.backend ?? '127.0.0.1:8080'),
      allowed: (flags.allow ?? []).map(client => clientId(manifest, client)),
      namespace: readNamespace(flags.namespace ?? 'default'),
      place: resolve(world.cwd, flags.out ?? place),
    };
  });

async function publicDirectory(world: World, home: Home, manifest: Manifest, flag?: string): Promise<string> {
  if (flag !== undefined) return resolve(world.cwd, flag);
  const { crl } = await watchingPolicy(world, home, manifest);
  const published = crl.publishTo?.[0];
  if (published !== undefined) return published;
  const { directory } = home.public;
  const advice = 'set crl.publishTo in svcauth.yaml, or use --public DIR';
  warn(world, `only the owner of the home can read ${quote(directory)}; ${advice}`);
  return directory;
}

/** Finds the SPIFFE ID of a service, or reads a SPIFFE ID. Throws ERR_SERVICE_UNKNOWN, ERR_SPIFFE_ID. */
function clientId(manifest: Manifest, text: string): string {
  const service = manifest.service(text);
  if (service !== undefined) return service.spec.spiffeId;
  if (!text.includes(':')) throw failure('ERR_SERVICE_UNKNOWN', { text, known: manifest.serviceNames() });
  return parseSpiffeId(text).uri;
}

/** Checks a label (RFC 1123), as Kubernetes requires it. Throws ERR_FLAG_VALUE. */
function readNamespace(text: string): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw failure('ERR_FLAG_VALUE', { flag: '--namespace', value: text, expected: 'the name of a namespace' });
}
