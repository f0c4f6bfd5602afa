// Starts a source: reads its files once, and refuses to start with files that are not valid now.
// `api.ts` calls it. `source.ts` follows the files from then on.
import { trustDomainOf } from './allow.ts';
import { FollowedFiles } from './followed-files.ts';
import { lookAt, siteOf } from './look.ts';
import type { Problem } from './problem.ts';
import { settle } from './settle.ts';
import { Source } from './source.ts';
import { makeMaterial } from './tls-material.ts';
import type { Clock, SourceOptions, SourceProblem, X509Source } from './types.ts';

/** Opens a source. Rejects if the files are not valid now, with every problem in the message. */
export async function openSource(
  options: SourceOptions,
  clock: Clock,
  warn: (problem: SourceProblem) => void,
): Promise<X509Source> {
  const site = siteOf(options);
  const demands = {
    id: options.id,
    trustDomain: options.trustDomain === undefined ? undefined : trustDomainOf(options.trustDomain, 'trustDomain'),
  };
  const files = new FollowedFiles(() => clock.now());
  options.signal?.throwIfAborted();
  const found = await unlessAborted(lookAt(site, files, undefined, []), options.signal);
  const first = settle(found, undefined, demands, [], clock.now());
  if (first.inForce === undefined) throw startError(first.problems);
  // throws the error of OpenSSL
  const material = makeMaterial(first.inForce, undefined, options.tls);
  const source = new Source({ options, clock, site, demands, files, first, material }, warn);
  options.signal?.addEventListener('abort', () => source.close(), { once: true });
  return source;
}

const startError = (problems: readonly Problem[]): Error =>
  Object.assign(new Error(problems.map(({ message }) => message).join('\n')), { code: problems[0]!.code });

/** Rejects with the reason of the signal when it aborts: a file system may hang at the start. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const controller = new AbortController();
  const aborted = new Promise<never>((_, reject) =>
    // the reason of a signal is an error unless the service gave another one
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: controller.signal }),
  );
  try {
    return await Promise.race([work, aborted]);
  } finally {
    controller.abort();
  }
}
