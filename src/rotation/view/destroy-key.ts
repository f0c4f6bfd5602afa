import type { DestroyOutcome } from '../run/destroy-key-run.ts';
import type { View } from '../../view/output.ts';
import type { CA_KEY_DESTROY } from './documents.ts';
import { visible } from '../../view/visible.ts';

export function destroyKeyView({ id, changed, file, dryRun }: DestroyOutcome): View<typeof CA_KEY_DESTROY> {
  const value = { dryRun, ca: id, changed: changed && !dryRun, file };
  const words = dryRun ? 'would destroy' : 'destroyed';
  return {
    table: () => (changed ? `${words}  ${visible(file)}\n` : `unchanged  the key of ${id} is already destroyed\n`),
    json: () => ({ kind: 'ca-key-destroy', value }),
    jsonl: () => [{ kind: 'ca-key-destroy', value }],
  };
}
