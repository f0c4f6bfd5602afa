import { Option, type Command } from 'commander';
import type { HandshakeTarget } from '../../world/world.ts';
import { parseDuration } from '../../time/duration.ts';

export interface HandshakeFlags {
  readonly serverName?: string;
  readonly starttls?: 'postgres';
  readonly timeout: string;
}

/** How a server is spoken to. */
export const handshakeOptions = (command: Command): Command =>
  command
    .option('--server-name <name>', 'whom to ask for (default: its host or DNS name)')
    .addOption(new Option('--starttls <protocol>', 'how TLS begins').choices(['postgres']))
    .option('--timeout <time>', 'for each server', '5s');

export const handshakeOf = ({ starttls, timeout }: HandshakeFlags): Pick<HandshakeTarget, 'startTls' | 'seconds'> => ({
  seconds: parseDuration(timeout),
  ...(starttls && { startTls: starttls }),
});
