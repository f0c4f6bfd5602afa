import { Option, type Command } from 'commander';
import type { HandshakeTarget } from '../../world/world.ts';
import { parseDuration } from '../../time/duration.ts';

export interface HandshakeFlags {
  readonly serverName?: string;
  readonly starttls?: 'postgres';
  readonly timeout: string;
}

/** Adds the options of a TLS connection to a server. */
export const handshakeOptions = (command: Command): Command =>
  command
    .option('--server-name <name>', 'server name to send (SNI; default: the host or DNS name)')
    .addOption(new Option('--starttls <protocol>', 'protocol that starts TLS').choices(['postgres']))
    .option('--timeout <time>', 'time limit for each server', '5s');

export const handshakeOf = ({ starttls, timeout }: HandshakeFlags): Pick<HandshakeTarget, 'startTls' | 'seconds'> => ({
  seconds: parseDuration(timeout),
  ...(starttls && { startTls: starttls }),
});
