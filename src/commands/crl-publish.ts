import { resolve } from 'node:path';
import { failure } from '../errors.ts';
import { crlPublishView } from '../render/crl-publish.ts';
import { print, type OutputFormat } from '../render/output.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from './command.ts';

interface Flags {
  readonly to: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCrlPublish: AddCommand = (program, world) => {
  const command = group(program, 'crl')
    .command('publish')
    .description('copy the CRLs, their bundle and index to where verifiers read them; never backwards')
    .requiredOption('--to <dir>', 'the directory that is served or synchronised; made when it is missing')
    .option('--dry-run', 'print what would be written, and write nothing');
  outputOption(command);
  examples(command, ['svcauth crl publish --to /srv/pki', 'svcauth crl publish --to /srv/pki --dry-run']);
  command.action(async (flags: Flags) => {
    const directory = resolve(world.cwd, flags.to);
    const { changePki } = await import('../authority/open-pki.ts');
    const { applyCrlPublication, planCrlPublication } = await import('../authority/publish-crls.ts');
    await changePki(world, homeFlag(command), 'crl publish', async pki => {
      if (directory === pki.home.public.directory) throw failure('ERR_CRL_PUBLISH_HERE', { directory });
      const plan = await planCrlPublication(pki, directory);
      if (!flags.dryRun) await applyCrlPublication(pki, plan);
      print(world.out, flags.output, crlPublishView(plan, flags.dryRun ?? false));
    });
  });
};
