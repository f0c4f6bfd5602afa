import { Option, type Command } from 'commander';
import { CROSS_SIGNINGS, type Authority } from '../lifecycle/model.ts';

export interface TierFlags {
  readonly tier: Authority['tier'];
}

/** `--tier`, which every step of a rotation needs. */
export const tierOption = (command: Command): Command =>
  command.addOption(
    new Option('--tier <tier>', 'which CA is replaced').choices(['issuing', 'root']).makeOptionMandatory(),
  );

/** `--cross-sign`, of a rotation that begins. */
export const crossSignOption = (command: Command): Command =>
  command.addOption(
    new Option('--cross-sign <which>', 'for a root: what else is certified, besides the issuing CAs by the new root')
      .choices(CROSS_SIGNINGS)
      .default('issuing', 'issuing: nothing else'),
  );
