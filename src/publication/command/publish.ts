import { resolve } from 'node:path';
import { EXIT } from '../../errors/exit-status.ts';
import { crlPublishView } from '../view/publish.ts';
import { reportErrors } from '../../view/message.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { reportSpread } from '../../cli/spread-trust.ts';
import type { SpreadTrust } from '../../store/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';
import { examples, group, homeFlag, outputOption, repeatable, type AddCommand } from '../../cli/command.ts';

interface Flags {
  readonly to: readonly string[];
  readonly replaceForeign?: boolean;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCrlPublish =
  (spread: SpreadTrust): AddCommand =>
  (program, world, done) => {
    const command = group(program, 'crl')
      .command('publish')
      .description(
        'copy CRLs, bundles and index to directories that verifiers read, then reload consumers; never older ones',
      )
      .addOption(
        repeatable('--to <dir>', 'target directory, created if missing (default: crl.publishTo in the policy)'),
      )
      .option('--replace-foreign', 'also replace CRLs and bundles of another PKI, which are otherwise kept')
      .option('--dry-run', 'print the changes without making them');
    outputOption(command);
    examples(command, ['svcauth crl publish --to /srv/pki', 'svcauth crl publish --to /srv/pki --dry-run']);
    command.action(async (flags: Flags) => {
      const { changePki } = await import('../../store/open-pki.ts');
      const { applyPublications, planPublications, publishTargets, recordingPolicy } =
        await import('../run/publications.ts');
      await changePki(world, homeFlag(command), 'crl publish', async pki => {
        const directories = await publishTargets(
          pki,
          flags.to.map(each => resolve(world.cwd, each)),
        );
        const dryRun = flags.dryRun ?? false;
        const planned = await planPublications(pki, directories, {
          glance: false,
          replaceForeign: flags.replaceForeign,
        });
        const publications = dryRun
          ? planned.map(each => ({ ...each, changed: false }))
          : await applyPublications(pki, await recordingPolicy(pki), planned);
        const errors = publications.flatMap(({ error }) => error ?? []);
        if (errors[0] !== undefined && errors.length === publications.length) throw errors[0];
        const published = dryRun ? undefined : await spread(pki, { publish: false });
        print(world.out, flags.output, withSpread(crlPublishView(publications, dryRun), published));
        for (const error of errors) reportErrors(world, [error]);
        if (errors.length > 0) done(EXIT.partial);
        reportSpread(world, done, published);
      });
    });
  };
