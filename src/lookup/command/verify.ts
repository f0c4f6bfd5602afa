// The command `verify`: validates a certificate against our trust anchors or given files, for a purpose and an identity.
// It opens the manifest only without `--trust`. It changes nothing.
import { Option } from 'commander';
import { failure } from '../../errors/error.ts';
import { EXIT } from '../../errors/exit-status.ts';
import { parseDnsName } from '../../pki/name/dns-name.ts';
import { parseIpAddress } from '../../pki/name/ip-address.ts';
import type { Identity } from '../../pki/path/identity.ts';
import type { Purpose } from '../../pki/path/purpose.ts';
import { parseSpiffeId } from '../../pki/name/spiffe-id.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { terminalOf } from '../../view/terminal.ts';
import { examples, outputOption, repeatable, type AddCommand } from '../../cli/command.ts';
import { atOption, instantOf, readManifest } from '../../cli/reading.ts';

interface Flags {
  readonly trust: readonly string[];
  readonly untrusted: readonly string[];
  readonly crl: readonly string[];
  readonly purpose?: Purpose;
  readonly dns?: string;
  readonly ip?: string;
  readonly spiffeId?: string;
  readonly explain?: true;
  readonly at?: string;
  readonly output: OutputFormat;
}

export const addVerify: AddCommand = (program, world, done) => {
  const command = program
    .command('verify')
    .description('validate a certificate as RFC 5280 does, and say why not; exit 4 when it is refused')
    .argument('<cert>', 'the certificate, and behind it what its owner sends along; - is standard input')
    .addOption(repeatable('--trust <file>', 'trust anchors instead of our own bundle: PEM, DER or a SPIFFE bundle'))
    .addOption(repeatable('--untrusted <file>', 'more certificates to build paths with'))
    .addOption(repeatable('--crl <file>', 'CRLs instead of our own; revocation is not asked with --trust alone'))
    .addOption(new Option('--purpose <purpose>', 'what it must be good for').choices(['server', 'client']))
    .option('--dns <name>', 'the host name it must speak for')
    .option('--ip <address>', 'the address it must speak for')
    .option('--spiffe-id <id>', 'the SPIFFE ID it must be an X509-SVID of')
    .option('--explain', 'show every path that was tried, and the clause that refused it');
  outputOption(atOption(command));
  examples(command, [
    'svcauth verify tls.crt --purpose server --dns payments.example.org',
    'svcauth verify peer.pem --trust roots.pem --crl crls.pem --explain',
    'svcauth verify tls.crt --spiffe-id spiffe://example.org/payments --at +30d',
  ]);
  command.action(async (file: string, flags: Flags) => {
    const { filesToTrust, ourTrust, verifyCertificate } = await import('../run/verify-certificate.ts');
    const { verifyView } = await import('../view/verify.ts');
    const identity = identityOf(flags);
    const request = {
      file,
      untrusted: flags.untrusted,
      now: instantOf(flags, world),
      purpose: flags.purpose ?? 'any',
      ...(identity && { identity }),
    };
    const material =
      flags.trust.length > 0
        ? await filesToTrust(world, flags.trust, flags.crl)
        : await readManifest(command, world, (manifest, home) => ourTrust(world, { home, manifest }, flags.crl));
    const verification = await verifyCertificate(world, material, request);
    const view = verifyView(request, verification, flags.explain === true, await terminalOf(world));
    print(world.out, flags.output, view);
    // it is a check with a bad end, as `check` and `crl verify` have: nobody refused to do anything
    if (!verification.verdict.accepted) done(EXIT.critical);
  });
};

function identityOf({ dns, ip, spiffeId }: Flags): Identity | undefined {
  const given = [
    ...(dns === undefined ? [] : [{ dns: parseDnsName(dns) }]),
    ...(ip === undefined ? [] : [{ ip: parseIpAddress(ip).text }]),
    ...(spiffeId === undefined ? [] : [{ spiffe: parseSpiffeId(spiffeId).uri }]),
  ];
  if (given.length > 1) {
    const flags = given.map(each => ('spiffe' in each ? '--spiffe-id' : 'ip' in each ? '--ip' : '--dns'));
    throw failure('ERR_FLAG_CONFLICT', {
      flags,
      why: 'one identity is asked at a time',
    });
  }
  return given[0];
}
