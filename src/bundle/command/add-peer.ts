import { print, type OutputFormat } from '../../view/output.ts';
import { peerPlanView } from '../view/peer.ts';
import { warn } from '../../view/message.ts';
import { examples, group, homeFlag, outputOption, type AddCommand } from '../../cli/command.ts';

interface Flags {
  readonly from: string;
  readonly dryRun?: boolean;
  readonly output: OutputFormat;
}

export const addBundleAddPeer: AddCommand = (program, world) => {
  const command = group(program, 'bundle')
    .command('add-peer')
    .description('take in the bundle of a foreign trust domain, or a newer one: beside ours, never merged with it')
    .argument('<trust-domain>', 'whose it is, as you know it from them')
    .requiredOption('--from <file>', 'their bundle, or a map that has it: JSON or PEM; - is standard input')
    .option('--dry-run', 'check it, and change nothing');
  outputOption(command);
  examples(command, [
    'svcauth bundle add-peer partner.example --from partner.json --dry-run',
    'curl -s https://spiffe.partner.example/bundle | svcauth bundle add-peer partner.example --from -',
  ]);
  command.action(async (trustDomain: string, { from, dryRun = false, output }: Flags) => {
    const { changePki, readPki } = await import('../../store/open-pki.ts');
    const { addPeer } = await import('../run/peers.ts');
    const home = homeFlag(command);
    const request = { trustDomain, file: from, dryRun };
    const plan = dryRun
      ? await readPki(world, home, pki => addPeer(pki, request))
      : await changePki(world, home, 'bundle add-peer', pki => addPeer(pki, request));
    print(world.out, output, peerPlanView(plan, dryRun));
    for (const { subject, message } of plan.findings) warn(world, `${subject}: ${message}`);
  });
};
