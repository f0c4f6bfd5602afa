import { Option } from 'commander';
import { failure } from '../../errors/error.ts';
import type { AckWord } from '../run/acknowledge.ts';
import { print, type OutputFormat } from '../../view/output.ts';
import { acknowledgementView } from '../view/step.ts';
import { examples, homeFlag, outputOption, rotateGroup, type AddCommand } from '../../cli/command.ts';
import { handshakeOf, handshakeOptions, type HandshakeFlags } from '../../probe/command/handshake-options.ts';
import { parseSequence } from '../../bundle/rules/sequence.ts';

interface Flags extends HandshakeFlags {
  readonly fromProbe?: string;
  readonly sequence?: string;
  readonly output: OutputFormat;
}

export const addCaRotateAck: AddCommand = (program, world) => {
  const command = rotateGroup(program)
    .command('ack')
    .description('record that a verifier has loaded the trust bundle of a sequence, or a later one')
    .argument('<verifier>', 'name of the verifier, as in --require-acks')
    .option('--sequence <n>', 'sequence of its trust bundle (default: the newest)')
    .addOption(
      new Option('--from-probe <host:port>', 'read the accepted CAs from this server instead').conflicts('sequence'),
    );
  outputOption(handshakeOptions(command));
  examples(command, [
    'svcauth ca rotate ack edge-1',
    'svcauth ca rotate ack edge-2 --sequence 1795219200',
    'svcauth ca rotate ack edge-3 --from-probe edge-3.example.org:443',
  ]);
  command.action(async (verifier: string, flags: Flags) => {
    const { acknowledge } = await import('../run/acknowledge.ts');
    const outcome = await acknowledge(world, homeFlag(command), verifier, await wordOf(flags));
    print(world.out, flags.output, acknowledgementView(outcome));
  });
};

async function wordOf(flags: Flags): Promise<AckWord> {
  const { sequence, fromProbe } = flags;
  if (fromProbe === undefined) {
    const flag = flags.serverName === undefined ? flags.starttls && '--starttls' : '--server-name';
    if (flag !== undefined) throw failure('ERR_FLAG_NEEDS', { flag, needs: '--from-probe' });
    return { sequence: sequence === undefined ? undefined : parseSequence(sequence) };
  }
  const { isIpAddress, parseSocketAddress } = await import('../../pki/name/socket-address.ts');
  const address = parseSocketAddress(fromProbe);
  // RFC 6066 §3: never an address
  const serverName = flags.serverName ?? (isIpAddress(address.host) ? undefined : address.host);
  return { server: { ...address, ...(serverName !== undefined && { serverName }), ...handshakeOf(flags) } };
}
