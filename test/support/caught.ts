import { SvcauthError } from '../../src/errors.ts';

/** The catalogue error that `work` throws; anything else, or nothing, fails the test. */
export function caught(work: () => unknown): SvcauthError {
  try {
    work();
  } catch (error) {
    if (error instanceof SvcauthError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
