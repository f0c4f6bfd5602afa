import { print, type OutputFormat } from '../../view/output.ts';
import { warn } from '../../view/message.ts';
import { crlImportView } from '../view/import.ts';
import { reportSpread } from '../../cli/spread-trust.ts';
import type { SpreadTrust } from '../../store/spread-trust.ts';
import { withSpread } from '../../view/trust-spread.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';

interface Flags {
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addCrlImport =
  (spread: SpreadTrust): AddCommand =>
  (program, world, done) => {
    const command = group(program, 'crl')
      .command('import')
      .description('import a CRL that was signed outside this home, by an offline or external CA')
      .argument('<file>', 'CRL file, PEM or DER; - is standard input')
      .option('--dry-run', 'check the CRL and change nothing');
    outputOption(command);
    examples(command, [
      'svcauth crl import root.crl',
      'curl -s http://pki.example.org/root.crl | svcauth crl import -',
    ]);
    command.action(async (file: string, flags: Flags) => {
      const { changePki } = await import('../../store/open-pki.ts');
      const { importCrl } = await import('../run/import.ts');
      const dryRun = flags.dryRun ?? false;
      const [result, published] = await changePki(world, homeFlag(command), 'crl import', async pki => {
        const imported = await importCrl(pki, file, dryRun);
        return [imported, dryRun ? undefined : await spread(pki)] as const;
      });
      print(world.out, flags.output, withSpread(crlImportView(result, dryRun), published));
      reportSpread(world, done, published);
      for (const id of result.revokedCas) {
        warn(world, `this CRL revokes ${id}: verifiers reject every certificate below it`);
      }
    });
  };
