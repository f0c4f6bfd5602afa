import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { onTestFinished } from 'vitest';
import { decodePem, encodePem } from '../../../src/pki/pem.ts';
import type { PkiWorld } from '../../support/pki/pki.ts';
import { servingFiles } from '../../support/world/tls-server.ts';
import type { PlantedFault } from '../planted-fault.ts';

/** The running server of a world. */
const servers = new WeakMap<PkiWorld, { server: Server; port: number }>();

/** Starts a server with the present certificate and key of a service, on the port of the one before. */
async function serve(world: PkiWorld, files = servingFiles(world, 'ledger')): Promise<void> {
  const server = createServer(files, socket => socket.on('error', () => undefined));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>(resolve => server.listen(servers.get(world)?.port ?? 0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  servers.set(world, { server, port: (server.address() as AddressInfo).port });
}

const stop = (world: PkiWorld): Promise<void> =>
  new Promise(resolve => void servers.get(world)!.server.close(() => resolve()));

const reload = (world: PkiWorld): void => servers.get(world)!.server.setSecureContext(servingFiles(world, 'ledger'));

const address = (world: PkiWorld): string => `127.0.0.1:${servers.get(world)!.port}`;

const later = (world: PkiWorld, seconds: number): void =>
  void (world.now = new Date(world.now.getTime() + seconds * 1000));

/** Declares the address of the running server, and probes it once. */
async function declare(world: PkiWorld, more = ''): Promise<void> {
  const file = join(world.cwd, 'services.yaml');
  writeFileSync(file, `services:\n  - service: ledger\n    listen: ['${address(world)}']\n${more}`);
  await world.succeed('apply', '-f', file);
  later(world, 300);
  await world.succeed('tick', '--fail-on', 'never');
}

async function probedLater(world: PkiWorld): Promise<void> {
  later(world, 3700);
  await world.succeed('tick', '--fail-on', 'never');
}

/** The remedy looks at the server again; the operator has corrected it before. */
const common = { subject: address, before: [] } as const;

/** Faults of running servers: they serve something else than what was deployed, or nothing. */
export const SERVED: readonly PlantedFault[] = [
  {
    ...common,
    fault: 'a hook ends with success and does not reload the server, which keeps its old certificate',
    plant: async world => {
      await serve(world);
      // the program ends with 0 and reloads nothing
      await declare(world, '    hooks: [["true"]]\n');
      await world.succeed('renew', 'ledger', '--force');
      await probedLater(world);
    },
    outside: reload,
    finding: 'served-old',
    severity: 'warning',
  },
  {
    ...common,
    fault: 'a server without a hook keeps its old certificate',
    plant: async world => {
      await serve(world);
      await declare(world, '    hooks: []\n');
      await world.succeed('renew', 'ledger', '--force');
      await probedLater(world);
    },
    outside: reload,
    finding: 'served-old',
    severity: 'warning',
  },
  {
    ...common,
    fault: 'a server still serves a certificate that was revoked',
    plant: async world => {
      await serve(world);
      await declare(world, '    hooks: []\n');
      await world.succeed('renew', 'ledger', '--force');
      await world.succeed('revoke', 'ledger', '--previous');
      await probedLater(world);
    },
    outside: reload,
    finding: 'served-old',
    severity: 'critical',
  },
  {
    ...common,
    fault: 'nothing listens on a declared address',
    plant: async world => {
      await serve(world);
      await declare(world);
      await stop(world);
      await probedLater(world);
    },
    outside: world => serve(world),
    finding: 'served-nothing',
    severity: 'warning',
  },
  {
    ...common,
    fault: 'a server sends its certificate without the chain',
    plant: async world => {
      const { key, cert } = servingFiles(world, 'ledger');
      await serve(world, { key, cert: encodePem('CERTIFICATE', decodePem(cert)[0]!.der) });
      await declare(world);
    },
    outside: reload,
    finding: 'served-unverifiable',
    severity: 'critical',
  },
  {
    ...common,
    fault: 'a server was configured with the certificate of another service',
    plant: async world => {
      await serve(world, servingFiles(world, 'payments'));
      await declare(world);
    },
    outside: reload,
    finding: 'served-unverifiable',
    severity: 'critical',
  },
  {
    ...common,
    fault: 'no run probed a declared address for three days',
    plant: async world => {
      await serve(world);
      await declare(world);
      later(world, 3 * 86_400);
    },
    finding: 'served-unprobed',
    severity: 'warning',
  },
];
