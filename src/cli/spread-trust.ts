import { EXIT } from '../errors/exit-status.ts';
import type { TrustSpread } from '../record/trust-spread.ts';
import { reportErrors } from '../view/message.ts';
import type { World } from '../world/world.ts';
import type { AddCommand } from './command.ts';

/** Reports what failed while trust was published and reloaded, and sets exit status 5. */
export function reportSpread(world: World, done: Parameters<AddCommand>[2], spread: TrustSpread | undefined): void {
  if (spread === undefined || spread.errors.length === 0) return;
  reportErrors(world, spread.errors);
  done(EXIT.partial);
}
