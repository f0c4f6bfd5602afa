import type { World } from '../world/world.ts';
import { coloursFor, type Colours } from './colour.ts';

/** What standard output can show. */
export interface Terminal {
  readonly colours: Colours;
  /** Width in characters; 0 where there is no edge. */
  readonly columns: number;
}

export const terminalOf = async (world: Pick<World, 'out' | 'env'>): Promise<Terminal> => ({
  colours: await coloursFor(world.out, world.env),
  columns: world.out.columns,
});
