// The command `verify`: validates a certificate against this PKI's trust anchors or given files, for a purpose and an identity.
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
    .description('validate a certificate and its path (RFC 5280); exits 4 if it is rejected')
    .argument('<cert>', 'file with the certificate, optionally followed by its chain; - is standard input')
    .addOption(repeatable('--trust <file>', 'trust anchors in PEM, DER or a SPIFFE bundle (default: this PKI)'))
    .addOption(repeatable('--untrusted <file>', 'additional intermediate certificates'))
    .addOption(repeatable('--crl <file>', 'CRLs (default: those of this PKI, or none with --trust)'))
    .addOption(new Option('--purpose <purpose>', 'required extended key usage').choices(['server', 'client']))
    .option('--dns <name>', 'DNS name that the certificate must contain')
    .option('--ip <address>', 'IP address that the certificate must contain')
    .option('--spiffe-id <id>', 'SPIFFE ID that the certificate must have, as an X509-SVID')
    .option('--explain', 'show every path tried, and why it was rejected');
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
    // `refused` (7) is for a request that svcauth refuses: a rejected certificate is a result, as in `check` and `crl verify`
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
      why: 'give one identity',
    });
  }
  return given[0];
}
