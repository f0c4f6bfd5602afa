import { EXIT } from '../../errors/exit-status.ts';
import { crlDiffView } from '../view/diff.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { openHome } from '../../store/home.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';

interface Flags {
  readonly detailedExitcode?: boolean;
  readonly output: OutputFormat;
}

export const addCrlDiff: AddCommand = (program, world, done) => {
  const command = group(program, 'crl')
    .command('diff')
    .description('compare two CRLs or two published directories: entries added, removed or changed')
    .argument('<before>', 'CRL file (PEM or DER) or directory written by crl publish')
    .argument('[after]', 'newer CRL file or directory (default: public/ in the home)')
    .option('--detailed-exitcode', 'exit with status 10 if the CRLs differ');
  outputOption(command);
  examples(command, ['svcauth crl diff yesterday.crl today.crl', 'svcauth crl diff /srv/pki']);
  command.action(async (before: string, after: string | undefined, flags: Flags) => {
    const { diffCrlPaths } = await import('../run/diff.ts');
    const diffs = await diffCrlPaths(world, before, after ?? openHome(world, homeFlag(command)).public.directory);
    print(world.out, flags.output, crlDiffView(diffs));
    if (flags.detailedExitcode && diffs.some(({ diff }) => !diff?.identical)) done(EXIT.changed);
  });
};
