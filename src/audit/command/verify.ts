import { failure } from '../../errors/error.ts';
import { checkAuditChain } from '../../record/audit-chain.ts';
import { auditVerdictView } from '../view/log.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { examples, group, outputOption, type AddCommand } from '../../cli/command.ts';
import { readManifest } from '../../cli/reading.ts';

interface Flags {
  readonly output: OutputFormat;
  readonly expectHead?: string;
}

export const addAuditVerify: AddCommand = (program, world) => {
  const command = group(program, 'audit')
    .command('verify')
    .description('check that no record was edited, removed or inserted; print the head hash to store elsewhere')
    .option('--expect-head <hash>', 'head hash of an earlier run, which must still be in the log');
  outputOption(command);
  examples(command, ['svcauth audit verify', 'svcauth audit verify --expect-head "$(cat /mnt/worm/audit-head)"']);
  command.action(async (flags: Flags) => {
    const expected = flags.expectHead?.trim().toLowerCase();
    if (expected !== undefined && !/^[0-9a-f]{64}$/.test(expected)) {
      throw failure('ERR_FLAG_VALUE', { flag: '--expect-head', value: expected, expected: '64 hexadecimal digits' });
    }
    await readManifest(command, world, manifest => {
      const verdict = checkAuditChain(manifest.auditRecords(), expected);
      print(world.out, flags.output, auditVerdictView(verdict));
      if (verdict.broken !== undefined) throw failure('ERR_AUDIT_BROKEN', verdict.broken);
    });
  });
};
