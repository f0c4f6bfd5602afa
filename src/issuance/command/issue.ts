// The command `issue`: reads its flags, issues for one service or for a list, or prints the plan.
// It refuses flags that describe one service beside `--from`. `run/issue-run.ts` does the work.
import { Option } from 'commander';
import { failure } from '../../errors/error.ts';
import { LIST_FORMATS, type ListFormat } from '../../service/rules/list.ts';
import { requestedSpecFromText, type ServiceText } from '../../service/rules/text.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { startProgress } from '../../view/progress.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, homeFlag, outputOption, repeatable, type AddCommand } from '../../cli/command.ts';
import { reportPending } from '../../deployment/command/report-pending.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';
import { NOT_AFTER_POLICIES, parseNotAfterPolicy } from '../../policy/rules/not-after-policy.ts';

interface Flags extends Omit<ServiceText, 'service'>, PassphraseOptions {
  readonly from?: string;
  readonly format?: ListFormat;
  readonly csr?: string;
  readonly key?: string;
  readonly notAfterPolicy?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

/** Flags that describe one service; with --from, the list describes the services. */
const ONE_SERVICE = ['id', 'dns', 'ip', 'ttl', 'profile', 'keyAlg', 'tag', 'out', 'csr', 'key'] as const;

export const addIssue: AddCommand = (program, world, done) => {
  const command = program
    .command('issue')
    .description('issue a certificate for a service, unless its current one is still good')
    .argument(
      '[service]',
      'service name (a-z, 0-9, ., _ and -); with no options, an existing service keeps its current names and settings',
    )
    .option('--id <spiffe-id>', 'SPIFFE ID (default: from the template in svcauth.yaml)')
    .addOption(repeatable('--dns <name>', 'DNS name of the certificate'))
    .addOption(repeatable('--ip <address>', 'IP address of the certificate'))
    .option('--ttl <duration>', 'lifetime, like 30d or 12h (default: from svcauth.yaml)')
    .option('--profile <profile>', 'usage: svid (server and client), server or client')
    .option('--key-alg <algorithm>', 'key algorithm: ecdsa-p256, ecdsa-p384, ed25519, rsa-2048, rsa-3072 or rsa-4096')
    .option('--csr <file>', 'issue for the key of this CSR; the private key stays on its host')
    .option('--key <file>', 'issue for this private key instead of a new one')
    .option('--out <dir>', 'directory for the files (default: services/<service> in the home)')
    .addOption(repeatable('--tag <name=value>', 'label of the service'))
    .option('--from <file>', 'issue every service of a YAML or CSV list (- is standard input)')
    .addOption(
      new Option('--format <format>', 'format of the --from file (default: from its extension)').choices(LIST_FORMATS),
    )
    .addOption(
      new Option(
        '--not-after-policy <policy>',
        'if a certificate would outlive its CA: refuse it (err) or shorten it (truncate)',
      ).choices(NOT_AFTER_POLICIES),
    )
    .option('--force', 'issue even if the current certificate is still good')
    .option('--dry-run', 'print the planned certificates with their reasons, and issue nothing');
  outputOption(passphraseOptions(command));
  examples(command, [
    'svcauth issue payments --dns payments.example.org --passphrase-file /run/secrets/ca',
    'svcauth issue ledger --csr ledger.csr --out /etc/ledger/tls',
    'svcauth issue --from services.csv --dry-run',
  ]);
  command.action(async (service: string | undefined, flags: Flags) => {
    if ((service === undefined) === (flags.from === undefined)) throw failure('ERR_ISSUE_WHAT', {});
    if (flags.from !== undefined) refuseWithList(flags);
    const { issueRun } = await import('../run/issue-run.ts');
    const { issueView } = await import('../view/issue.ts');
    const one = service === undefined ? undefined : requestedSpecFromText({ ...flags, service });
    const outcome = await issueRun(world, homeFlag(command), {
      source:
        one === undefined ? { list: flags.from!, format: flags.format } : { spec: one, csr: flags.csr, key: flags.key },
      force: flags.force ?? false,
      notAfterPolicy: flags.notAfterPolicy === undefined ? undefined : parseNotAfterPolicy(flags.notAfterPolicy),
      dryRun: flags.dryRun ?? false,
      ask: passphraseAsker(flags, world, false),
      progress: total => startProgress(world.err, 'certificates', total, () => world.ticks()),
    });
    print(world.out, flags.output, issueView(outcome, world.now));
    reportPending(outcome.deployed, world, done);
  });
};

function refuseWithList(flags: Flags): void {
  for (const name of ONE_SERVICE) {
    const value = flags[name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    const flag = `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
    throw failure('ERR_FLAG_CONFLICT', { flags: [flag, '--from'], why: 'the list describes the services' });
  }
}
