import { reloadView } from '../view/reload.ts';
import { EXIT } from '../../errors/exit-status.ts';
import { reportErrors } from '../../view/message.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { failure } from '../../errors/error.ts';
import { examples, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';

interface Flags {
  readonly done?: boolean;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

const NOTE = `
A consumer is a command of a hook, a program of svcauth.yaml or a service. The services without a hook and without
"reload" have the name "undeclared" together. "svcauth reload --dry-run" lists the consumers to reload.`;

export const addReload: AddCommand = (program, world, done) => {
  const command = program
    .command('reload')
    .description(
      'run the hooks of consumers that have not loaded the published bundle and CRLs; exit status 5 if one fails',
    )
    .argument('[consumer...]', 'consumers to reload, even if they have loaded them (default: all that have not)')
    .option('--done', 'record that you reloaded these consumers, which have no hook; run nothing')
    .option('--dry-run', 'print what would be reloaded; change nothing');
  outputOption(command);
  command.addHelpText('after', NOTE);
  examples(command, [
    'svcauth reload',
    "svcauth reload 'systemctl reload nginx'",
    'svcauth reload appliance --done',
    'svcauth reload undeclared --done',
  ]);
  command.action(async (names: readonly string[], flags: Flags) => {
    if (flags.done && names.length === 0) throw failure('ERR_RELOAD_WHAT', {});
    const { reloadRun } = await import('../run/reload-run.ts');
    const { reloadErrors } = await import('../run/publish-and-reload.ts');
    const request = { names, done: flags.done ?? false, dryRun: flags.dryRun ?? false };
    const outcome = await reloadRun(world, homeFlag(command), request);
    print(world.out, flags.output, reloadView(outcome));
    const errors = reloadErrors(outcome.reloaded);
    if (errors.length === 0) return;
    reportErrors(world, errors);
    done(EXIT.partial);
  });
};
