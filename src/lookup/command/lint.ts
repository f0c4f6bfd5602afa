// The command `lint`: applies the lint rules to files or the whole PKI, and prints findings and field trials.
// The worst finding decides the exit status. It changes nothing; the rules are in `pki/lint`.
import { failure } from '../../errors/error.ts';
import { EXIT } from '../../errors/exit-status.ts';
import type { Linted } from '../../pki/lint/lint-bytes.ts';
import type { RuleScope } from '../../pki/lint/rule.ts';
import { lintView, type LintStatus } from '../view/lint.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { terminalOf } from '../../view/terminal.ts';
import { examples, outputOption, type AddCommand } from '../../cli/command.ts';
import { atOption, instantOf, readManifest } from '../../cli/reading.ts';
import { parseConsumer } from '../../pki/lint/consumer.ts';

interface Flags {
  readonly all?: true;
  readonly ours?: true;
  readonly for?: string;
  readonly at?: string;
  readonly output: OutputFormat;
}

const STATUS = { ok: EXIT.success, warning: EXIT.warning, error: EXIT.critical } as const;

export const addLint: AddCommand = (program, world, done) => {
  const command = program
    .command('lint')
    .description(
      'check certificates and CRLs against RFC 5280, X509-SVID and others; exits 3 for a warning, 4 for an error',
    )
    .argument('[file...]', 'file in PEM (one or more blocks) or DER; - is standard input')
    .option('--all', 'check every certificate in the manifest and every published CRL')
    .option('--ours', "also apply svcauth's own rules for what it issues")
    .option('--for <programs>', 'also report known incompatibilities with these programs: node,nginx,envoy,go,java,…');
  outputOption(atOption(command));
  examples(command, [
    'svcauth lint tls.crt chain.pem',
    'svcauth lint --all',
    'svcauth lint public/crl-bundle.pem --for node,nginx,python',
  ]);
  command.action(async (files: readonly string[], flags: Flags) => {
    const now = instantOf(flags, world);
    if (flags.all === undefined && files.length === 0)
      throw failure('ERR_ARGUMENT_MISSING', { argument: 'file', command: 'lint' });
    const consumers = (flags.for?.split(',') ?? []).map(text => parseConsumer(text.trim()));
    const scopes: readonly RuleScope[] = flags.ours ? ['standard', 'ours'] : ['standard'];
    const { lintEverything, lintFile } = await import('../run/lint-inputs.ts');
    const { fieldVerdicts } = await import('../../pki/lint/field-facts.ts');
    const linted: Linted[] = flags.all
      ? await readManifest(command, world, (manifest, home) => lintEverything(world, { home, manifest }, scopes))
      : [];
    for (const file of files) linted.push(...(await lintFile(world, file, scopes)));
    const verdicts = consumers.length === 0 ? [] : fieldVerdicts(linted, consumers, now);
    const untried = consumers.filter(each => !verdicts.some(({ consumer }) => consumer === each || consumer === 'any'));
    const status = statusOf(
      linted,
      verdicts.some(({ effect }) => effect === 'breaks'),
    );
    print(world.out, flags.output, lintView({ linted, verdicts, untried, status }, now, await terminalOf(world)));
    done(STATUS[status]);
  });
};

function statusOf(linted: readonly Linted[], breaks: boolean): LintStatus {
  const severities = new Set(linted.flatMap(({ findings }) => findings.map(({ severity }) => severity)));
  if (severities.has('error')) return 'error';
  return breaks || severities.has('warning') ? 'warning' : 'ok';
}
