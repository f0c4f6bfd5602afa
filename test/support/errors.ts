import { SvcauthError } from '../../src/errors/error.ts';

/** What a call throws; fails the test when it throws nothing, or anything that is not of the catalogue. */
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

/** The same of a promise. */
export async function rejectionOf(promise: Promise<unknown>): Promise<SvcauthError> {
  const result: unknown = await promise.catch((error: unknown) => error);
  if (result instanceof SvcauthError) return result;
  if (result instanceof Error) throw result;
  throw new Error(`expected an error, got ${JSON.stringify(result)}`);
}
