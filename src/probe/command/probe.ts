// The command `probe`: reads its flags, chooses the servers, connects to each and prints the comparison with the manifest.
// The exit status is that of the worst server. It changes nothing; with `--record` it takes the lock to record the result.
import { Option } from 'commander';
import { failure } from '../../errors/error.ts';
import { EXIT } from '../../errors/exit-status.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { terminalOf } from '../../view/terminal.ts';
import { examples, homeFlag, outputOption, repeatable, type AddCommand } from '../../cli/command.ts';
import { handshakeOf, handshakeOptions, type HandshakeFlags } from './handshake-options.ts';
import { readPort } from '../../cli/port.ts';
import { readManifest } from '../../cli/reading.ts';
import type { World } from '../../world/world.ts';
import type { Probe } from '../run/probe.ts';

interface Flags extends HandshakeFlags {
  readonly connect: readonly string[];
  readonly port?: string;
  readonly as?: string;
  readonly http?: boolean;
  readonly httpPath?: string;
  readonly record?: boolean;
  readonly output: OutputFormat;
}

const STATUSES = `
Exit status: 0 no findings, 3 a warning (a server still uses the previous certificate), 4 a critical finding (a certificate
is revoked, expired, rejected or of another service, or the server rejects the client), 5 a server cannot be reached.

A completed handshake does not prove that a server accepts a client: over TLS 1.3 the server may reject its certificate later, and
nginx does so in its HTTP answer. With --http the statuses 400, 403, 421, 495 and 496 are rejections.`;

export const addProbe: AddCommand = (program, world, done) => {
  const command = program
    .command('probe')
    .description('connect to servers and compare what they serve with what was issued and deployed')
    .argument(
      '[target...]',
      "services, globs ('payments-*') or host:port (default: every service with a known address)",
    )
    .addOption(repeatable('--connect <service=host:port>', 'address to connect to for a service'))
    .option('--port <port>', 'port to connect to on the DNS name of each service')
    .option('--as <service>', 'service whose certificate to present as a client')
    .addOption(
      new Option('--http', 'send an HTTP request after the handshake, and report the status').conflicts('starttls'),
    )
    .addOption(
      new Option('--http-path <path>', 'path of the HTTP request (default: /); implies --http').conflicts('starttls'),
    );
  command.addOption(
    new Option('--record', 'record the result for the declared addresses (listen), which check then reports').conflicts(
      ['connect', 'port', 'serverName'],
    ),
  );
  outputOption(handshakeOptions(command));
  command.addHelpText('after', STATUSES);
  examples(command, [
    'svcauth probe payments --port 8443 --as ledger --http',
    'svcauth probe payments --port 8443 --as ledger --http-path /healthz',
    'svcauth probe 10.0.0.7:8443 -o json',
    'svcauth probe --connect payments=10.0.0.7:8443 --connect ledger=10.0.0.8:8443',
    'svcauth probe db.example.org:5432 --starttls postgres',
    'svcauth probe payments --record',
  ]);
  command.action(async (words: readonly string[], flags: Flags) => {
    const { isRequestPath } = await import('../rules/http-answer.ts');
    const { probeTargets } = await import('../rules/targets.ts');
    const { clientOf, probeServers } = await import('../run/probe.ts');
    const { probeState, probeView } = await import('../view/probe.ts');
    const { serverName, as } = flags;
    const httpPath = flags.httpPath ?? (flags.http === true ? '/' : undefined);
    if (httpPath !== undefined && !isRequestPath(httpPath)) {
      const expected = 'a path such as /healthz, without spaces';
      throw failure('ERR_FLAG_VALUE', { flag: '--http-path', value: httpPath, expected });
    }
    const port = flags.port === undefined ? undefined : readPort('--port', flags.port);
    const terminal = await terminalOf(world);
    await readManifest(command, world, async (manifest, home) => {
      const request = { words, connect: flags.connect, ...(port && { port }), ...(serverName && { serverName }) };
      const targets = probeTargets(request, manifest.liveServices());
      const probes = await probeServers(world, { home, manifest }, targets, {
        now: world.now,
        ...handshakeOf(flags),
        ...(httpPath !== undefined && { httpPath }),
        ...(as !== undefined && { client: clientOf(world, { home, manifest }, as) }),
      });
      if (flags.record === true) await recordForCheck(world, homeFlag(command), probes);
      print(world.out, flags.output, probeView(probes, { as, httpPath }, world.now, terminal));
      const states = probes.map(probeState);
      if (states.includes('critical')) done(EXIT.critical);
      else if (states.includes('unreachable')) done(EXIT.partial);
      else if (states.includes('warning')) done(EXIT.warning);
    });
  });
};

async function recordForCheck(world: World, home: string | undefined, probes: readonly Probe[]): Promise<void> {
  const { changePki } = await import('../../store/open-pki.ts');
  const { recordProbes } = await import('../run/declared.ts');
  await changePki(world, home, 'probe', pki => recordProbes(pki, probes));
}
