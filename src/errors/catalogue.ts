import { storeErrors } from './store.ts';
import { usageErrors } from './usage.ts';
import { valueErrors } from './values.ts';

/** Every situation that ends a command, by its permanent code. One row a situation; rows live with their subject. */
export const CATALOGUE = {
  ...usageErrors,
  ...valueErrors,
  ...storeErrors,
} as const;
