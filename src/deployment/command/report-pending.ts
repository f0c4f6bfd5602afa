import type { Deployed } from '../run/deploy.ts';
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { EXIT } from '../../errors/exit-status.ts';
import { reportErrors } from '../../view/message.ts';
import type { AddCommand } from '../../cli/command.ts';

/** Reports the deployments that stay pending, with their problems, and sets exit status 5. */
export function reportPending(deployed: readonly Deployed[], world: World, done: Parameters<AddCommand>[2]): void {
  for (const { service, serial, problem } of deployed) {
    if (problem === undefined) continue;
    reportErrors(world, [failure('ERR_DEPLOYMENT_PENDING', { service, serial, problem })]);
    done(EXIT.partial);
  }
}
