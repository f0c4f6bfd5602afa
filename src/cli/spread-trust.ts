import { EXIT } from '../errors/exit-status.ts';
import type { TrustSpread } from '../record/trust-spread.ts';
import { REMEDIES } from '../errors/remedy.ts';
import { reportErrors, warn } from '../view/message.ts';
import type { World } from '../world/world.ts';
import type { AddCommand } from './command.ts';

/** Reports what failed while trust was published and reloaded, and sets exit status 5. */
export function reportSpread(world: World, done: Parameters<AddCommand>[2], spread: TrustSpread | undefined): void {
  if (spread?.withoutPolicy === true) {
    warn(
      world,
      `without a usable svcauth.yaml, only public/ is up to date, and only the hooks that services have of their own ran; restore it, then: ${REMEDIES.everythingDue()}`,
    );
  }
  if (spread === undefined || spread.errors.length === 0) return;
  reportErrors(world, spread.errors);
  done(EXIT.partial);
}
