// The command `drill ca-compromise`: reads its flags and prints the runbook, or with `--sandbox` a rehearsal on a copied home.
// It never changes the PKI itself. The exit status is 5 when a step failed and 4 when the proof at the end has findings.
import { resolve } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { EXIT } from '../../errors/exit-status.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { startProgress } from '../../view/progress.ts';
import { runbookView } from '../view/runbook.ts';
import { terminalOf } from '../../view/terminal.ts';
import { passphraseAsker } from '../../cli/ask-passphrase.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';
import { passphraseOptions, type PassphraseOptions } from '../../cli/passphrase.ts';

interface Flags extends PassphraseOptions {
  readonly ca?: string;
  readonly sandbox?: boolean;
  readonly keep?: string;
  readonly rootKey?: string;
  readonly output: OutputFormat;
}

export const addDrillCaCompromise: AddCommand = (program, world, done) => {
  const command = group(program, 'drill')
    .command('ca-compromise')
    .description('print the recovery plan for a compromised CA key: every command in order, with the names of this PKI')
    .option('--ca <id>', 'CA with the compromised key (default: the CA that issues)')
    .option('--sandbox', 'rehearse the plan on a copy of the home, without hooks, and report how long each step took')
    .option('--keep <dir>', 'with --sandbox: keep the copy, which contains keys, in this new directory')
    .option('--root-key <file>', 'with --sandbox: key of the root, if it is kept offline');
  outputOption(passphraseOptions(command));
  examples(command, [
    'svcauth drill ca-compromise',
    'svcauth drill ca-compromise --ca root-g1 > runbook.txt',
    'svcauth drill ca-compromise --sandbox --passphrase-file /run/secrets/ca',
  ]);
  command.action(async (flags: Flags) => {
    if (flags.sandbox) return rehearse(world, homeFlag(command), flags, done);
    for (const flag of ['keep', 'rootKey'] as const) {
      if (flags[flag] !== undefined)
        throw failure('ERR_FLAG_NEEDS', { flag: flag === 'keep' ? '--keep' : '--root-key', needs: '--sandbox' });
    }
    const { readPki } = await import('../../store/open-pki.ts');
    const { drillCompromise } = await import('../run/drill.ts');
    const runbook = await readPki(world, homeFlag(command), pki => drillCompromise(pki, flags.ca));
    print(world.out, flags.output, runbookView(runbook));
  });
};

async function rehearse(
  world: World,
  home: string | undefined,
  { ca, keep, rootKey, output, ...flags }: Flags,
  done: Parameters<AddCommand>[2],
): Promise<void> {
  const { rehearseCompromise } = await import('../run/rehearse.ts');
  const { rehearsalView } = await import('../view/rehearsal.ts');
  const rehearsal = await rehearseCompromise(world, home, {
    id: ca,
    keep: keep === undefined ? undefined : resolve(world.cwd, keep),
    keys: { rootKey, ask: passphraseAsker(flags, world, false) },
    progress: total => startProgress(world.err, 'certificates', total, () => world.ticks()),
  });
  print(world.out, output, rehearsalView(rehearsal, world.now, await terminalOf(world)));
  if (rehearsal.steps.some(({ problems = [] }) => problems.length > 0)) done(EXIT.partial);
  if (rehearsal.proof.findings.length > 0) done(EXIT.critical);
}
