import type { Command } from 'commander';
import type { World } from '../context.ts';
import type { ExitStatus } from '../errors/exit-status.ts';

/** What every command file exports: adds itself to the program. `done` tells `main` the exit status when it is not success. */
export type AddCommand = (program: Command, world: World, done: (status: ExitStatus) => void) => void;
