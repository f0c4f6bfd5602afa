import { failure } from '../../errors/error.ts';
import { parseAuditStart, selectAuditRecords } from '../rules/selection.ts';
import { auditLogView } from '../view/log.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { examples, group, outputOption, type AddCommand } from '../../cli/command.ts';
import { readManifest } from '../../cli/reading.ts';

interface Flags {
  readonly output: OutputFormat;
  readonly since?: string;
  readonly service?: string;
}

export const addAuditLog: AddCommand = (program, world) => {
  const command = group(program, 'audit')
    .command('log')
    .description('list recorded changes: time, user and action')
    .option('--since <start>', 'first record number or time to list: 120, 2026-12-24, -7d')
    .option('--service <name>', 'list only changes to this service');
  outputOption(command);
  examples(command, ['svcauth audit log --since -7d', 'svcauth audit log --service payments -o jsonl']);
  command.action(async (flags: Flags) => {
    const start = flags.since === undefined ? undefined : parseAuditStart(flags.since, world.now);
    await readManifest(command, world, manifest => {
      // a misspelled name must not look like a service without changes
      if (flags.service !== undefined && manifest.service(flags.service) === undefined) {
        throw failure('ERR_SERVICE_UNKNOWN', { text: flags.service, known: manifest.serviceNames() });
      }
      const records = manifest.auditRecords(start && 'sequence' in start ? start.sequence : undefined);
      const selected = selectAuditRecords(records, start, flags.service);
      print(world.out, flags.output, auditLogView(selected, world.out.columns));
    });
  });
};
