import { print, type OutputFormat } from '../../view/output.ts';
import { removedPeerView } from '../view/peer.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';

interface Flags {
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addBundleRemovePeer: AddCommand = (program, world) => {
  const command = group(program, 'bundle')
    .command('remove-peer')
    .description('forget the bundle of a foreign trust domain, and remove its files')
    .argument('<trust-domain>', 'as `bundle peers` lists it')
    .option('--dry-run', 'change nothing');
  outputOption(command);
  examples(command, ['svcauth bundle remove-peer partner.example']);
  command.action(async (trustDomain: string, { dryRun = false, output }: Flags) => {
    const { changePki, readPki } = await import('../../store/open-pki.ts');
    const { removePeer } = await import('../run/peers.ts');
    const home = homeFlag(command);
    if (dryRun) await readPki(world, home, pki => removePeer(pki, trustDomain, true));
    else await changePki(world, home, 'bundle remove-peer', pki => removePeer(pki, trustDomain, false));
    print(world.out, output, removedPeerView(trustDomain, dryRun));
  });
};
