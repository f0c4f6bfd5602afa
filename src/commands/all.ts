import type { AddCommand } from './command.ts';

const COMMANDS: readonly AddCommand[] = [];

/** Every command, in the order help lists them. */
export const addCommands: AddCommand = (program, world, done) => {
  for (const add of COMMANDS) add(program, world, done);
};
