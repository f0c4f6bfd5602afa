import { print, type OutputFormat } from '../render/output.ts';
import { runbookView } from '../render/runbook.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from './command.ts';

interface Flags {
  readonly ca?: string;
  readonly output: OutputFormat;
}

export const addDrillCaCompromise: AddCommand = (program, world) => {
  const command = group(program, 'drill')
    .command('ca-compromise')
    .description('what to do when the key of a CA is out: every command in order, with the names of this PKI')
    .option('--ca <id>', 'whose key (default: the CA that issues)');
  outputOption(command);
  examples(command, ['svcauth drill ca-compromise', 'svcauth drill ca-compromise --ca root-g1 > runbook.txt']);
  command.action(async ({ ca, output }: Flags) => {
    const { readPki } = await import('../authority/open-pki.ts');
    const { drillCompromise } = await import('../authority/drill-compromise.ts');
    const runbook = await readPki(world, homeFlag(command), pki => drillCompromise(pki, ca));
    print(world.out, output, runbookView(runbook));
  });
};
