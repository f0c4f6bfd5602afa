import { SvcauthError } from '../../src/errors/error.ts';

/** Returns the catalogue error that a call throws; any other outcome fails the test. */
export function errorOf(call: () => unknown): SvcauthError {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    if (error instanceof SvcauthError) return error;
    throw error;
  }
  throw new Error(`expected an error, got ${JSON.stringify(result)}`);
}

/** Returns the catalogue error that a promise rejects with; any other outcome fails the test. */
export async function rejectionOf(promise: Promise<unknown>): Promise<SvcauthError> {
  const result: unknown = await promise.catch((error: unknown) => error);
  if (result instanceof SvcauthError) return result;
  if (result instanceof Error) throw result;
  throw new Error(`expected an error, got ${JSON.stringify(result)}`);
}
