import { resolve } from 'node:path';
import { EXIT, type ExitStatus } from '../../errors/exit-status.ts';
import type { CrlSeverity } from '../run/finding.ts';
import { crlVerifyView } from '../view/verify.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { terminalOf } from '../../view/terminal.ts';
import { examples, group, outputOption, type AddCommand } from '../../cli/command.ts';
import { atOption, instantOf, readManifest } from '../../cli/reading.ts';

interface Flags {
  readonly dir?: string;
  readonly at?: string;
  readonly output: OutputFormat;
}

/** Worst first. */
const STATUS: readonly (readonly [CrlSeverity, ExitStatus])[] = [
  ['integrity', EXIT.integrity],
  ['critical', EXIT.critical],
  ['warning', EXIT.warning],
];

export const addCrlVerify: AddCommand = (program, world, done) => {
  const command = group(program, 'crl')
    .command('verify')
    .description('verify a published directory: valid certificates must be accepted and revoked ones rejected')
    .option('--dir <dir>', 'published directory (default: public/ in the home)');
  outputOption(atOption(command));
  examples(command, ['svcauth crl verify', 'svcauth crl verify --dir /srv/pki --at +7d']);
  command.action(async (flags: Flags) => {
    const now = instantOf(flags, world);
    const { verifyCrls } = await import('../run/verify-crls.ts');
    await readManifest(command, world, async (manifest, home) => {
      const directory = flags.dir === undefined ? home.public.directory : resolve(world.cwd, flags.dir);
      const verification = await verifyCrls(world, { home, manifest }, directory, now);
      print(world.out, flags.output, crlVerifyView(verification, now, await terminalOf(world)));
      const worst = STATUS.find(([severity]) => verification.findings.some(each => each.severity === severity));
      if (worst !== undefined) done(worst[1]);
    });
  });
};
