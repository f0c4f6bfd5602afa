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

/** Flags that describe one service; with --from the list does. */
const ONE_SERVICE = ['id', 'dns', 'ip', 'ttl', 'profile', 'keyAlg', 'tag', 'out', 'csr', 'key'] as const;

export const addIssue: AddCommand = (program, world, done) => {
  const command = program
    .command('issue')
    .description('issue a certificate for a service, or see that its current one is good')
    .argument('[service]', 'its name: a-z, 0-9, ., _ and -; named alone, a known one keeps what it has')
    .option('--id <spiffe-id>', "instead of the one from the policy's template")
    .addOption(repeatable('--dns <name>', 'DNS SAN'))
    .addOption(repeatable('--ip <address>', 'IP SAN'))
    .option('--ttl <duration>', 'lifetime, like 30d or 12h')
    .option('--profile <profile>', 'svid (server and client), server or client')
    .option('--key-alg <algorithm>', 'ecdsa-p256, ecdsa-p384, ed25519, rsa-2048, rsa-3072 or rsa-4096')
    .option('--csr <file>', 'certify the key of this request: the private key never leaves its host')
    .option('--key <file>', 'certify this private key instead of a new one')
    .option('--out <dir>', 'directory of its files (default: services/<service> in the home)')
    .addOption(repeatable('--tag <name=value>', 'label'))
    .option('--from <file>', 'issue every service of a YAML or CSV list (- is standard input)')
    .addOption(new Option('--format <format>', 'of --from (default: by its ending)').choices(LIST_FORMATS))
    .addOption(
      new Option('--not-after-policy <policy>', 'where a leaf would outlive its CA').choices(NOT_AFTER_POLICIES),
    )
    .option('--force', 'issue even where the current certificate is good')
    .option('--dry-run', 'print what would be issued and why, and issue nothing');
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
    throw failure('ERR_FLAG_CONFLICT', { flags: [flag, '--from'], why: 'the list describes each service' });
  }
}
