import type { World } from '../world/world.ts';
import { coloursFor, type Colours } from './colour.ts';

/** The abilities of standard output. */
export interface Terminal {
  readonly colours: Colours;
  /** Width in characters; 0 for no limit. */
  readonly columns: number;
}

export const terminalOf = async (world: Pick<World, 'out' | 'env'>): Promise<Terminal> => ({
  colours: await coloursFor(world.out, world.env),
  columns: world.out.columns,
});
