// Follows the files of a service, and gives servers and agents whatever `choose.ts` accepts.
// `api.ts` starts it. Once it has started, a fault in the files is reported and the last good state stays in force.
import { randomBytes } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { followingAgent, type FollowingAgent } from './agent.ts';
import { choose, type Choice, type Found } from './choose.ts';
import { followingServer, type FollowingServer } from './following-server.ts';
import { isSameIdentity, readIdentity } from './identity.ts';
import type { Judged } from './judge.ts';
import { serverCheck } from './peer.ts';
import { isProblem, problem, type Problem } from './problem.ts';
import { describeState } from './state.ts';
import { isSameTrust, readTrust } from './trust.ts';
import { fingerprint, locateFiles } from './watched-files.ts';
import type { Clock, FollowedContext, FollowOptions, FollowProblem } from './types.ts';

/** Milliseconds. */
const INTERVAL = 10_000;

/** The pair in force, and the TLS options made from it. */
interface Current {
  readonly pair: Judged;
  readonly credentials: SecureContextOptions;
  /** Session ticket keys of servers; they change with the trust, so sessions survive a renewal. */
  readonly ticketKeys: Buffer;
  readonly clientContext: SecureContext;
  /** Grows when the trust changes. */
  readonly generation: number;
}

export async function followFiles(
  options: FollowOptions,
  clock: Clock,
  report: (problem: FollowProblem) => void,
): Promise<FollowedContext> {
  // a caller in plain JavaScript that forgets it must not run without revocation checking
  if (options.crls === undefined)
    throw new TypeError('crls: give the paths of the CRLs, or false to disable revocation checking');
  const servers = new Set<FollowingServer>();
  const agents: FollowingAgent[] = [];
  const reportAll = problemReporter(report);
  let { looks: seen, found } = await readSettled(options);
  const first = choose(found, undefined, clock.now());
  if (first.pair === undefined) throw startError(first.problems);
  let current = makeCurrent(first.pair, undefined, options.tls);
  reportAll(first.problems);

  async function look(): Promise<boolean> {
    const looks = await fingerprint(await locateFiles(options));
    if (looks !== seen || isBroken(found)) ({ looks: seen, found } = await readSettled(options));
    const { pair, problems } = choose(sameAs(current.pair, found), current.pair, clock.now());
    const changed =
      pair !== undefined && (pair.identity !== current.pair.identity || pair.trust !== current.pair.trust);
    const failed = changed ? install(pair) : undefined;
    reportAll(failed === undefined ? problems : [...problems, failed]);
    return changed && failed === undefined;
  }

  /** Puts a pair in force. Files that OpenSSL rejects, for example because the key is too small, change nothing. */
  function install(pair: Judged): Problem | undefined {
    try {
      current = makeCurrent(pair, current, options.tls);
    } catch (error) {
      return problem('refused-by-openssl', pair.identity.file, (error as Error).message);
    }
    const { clientContext, generation } = current;
    for (const server of servers) server.update(serverCredentials(current), pair.trust);
    for (const agent of agents) agent.update(clientContext, pair.trust, generation);
    queueMicrotask(() => options.onChange?.(describeState(pair)));
    return undefined;
  }

  let queue: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  function refresh(): Promise<boolean> {
    waiting++;
    const next = queue
      .then(look)
      .catch(defect)
      .finally(() => waiting--);
    queue = next;
    return next;
  }
  function defect(error: unknown): false {
    reportAll([problem('unexpected', options.dir, (error as Error).message)]);
    return false;
  }

  const stop = clock.every(options.interval ?? INTERVAL, () => {
    // one look at a time, as the file system may hang
    if (waiting === 0) void refresh();
  });

  return {
    get state() {
      return describeState(current.pair);
    },
    serverOptions: () => ({ ...serverCredentials(current), requestCert: true, rejectUnauthorized: true }),
    follow: (server, { endRevoked = false } = {}) => {
      const following = followingServer(server, endRevoked);
      following.update(serverCredentials(current), current.pair.trust);
      servers.add(following);
      server.once('close', () => servers.delete(following));
    },
    connectOptions: ({ allow }) => ({
      secureContext: current.clientContext,
      rejectUnauthorized: true,
      checkServerIdentity: serverCheck(allow),
    }),
    agent: given => {
      const following = followingAgent(given, current.clientContext, current.generation);
      agents.push(following);
      return following.agent;
    },
    refresh,
    close: stop,
  };
}

interface Reading {
  /** The fingerprint before reading: a file that changes meanwhile has another one at the next look. */
  readonly looks: string;
  readonly found: Found;
}

const ATTEMPTS = 3;

/** Reads the files, and reads them again if they are broken and were replaced meanwhile. */
async function readSettled(options: FollowOptions): Promise<Reading> {
  for (let attempt = 1; ; attempt++) {
    const files = await locateFiles(options);
    const looks = await fingerprint(files);
    const [identity, trust] = await Promise.all([readIdentity(files), readTrust(files)]);
    const found = { identity, trust };
    const settled = !isBroken(found) || (await fingerprint(await locateFiles(options))) === looks;
    if (settled || attempt === ATTEMPTS) return { looks, found };
  }
}

const isBroken = ({ identity, trust }: Found): boolean => isProblem(identity) || isProblem(trust);

/** Gives the objects in force for files whose content did not change. */
const sameAs = (inForce: Judged, { identity, trust }: Found): Found => ({
  identity: !isProblem(identity) && isSameIdentity(identity, inForce.identity) ? inForce.identity : identity,
  trust: !isProblem(trust) && isSameTrust(trust, inForce.trust) ? inForce.trust : trust,
});

function makeCurrent(pair: Judged, before: Current | undefined, tls: FollowOptions['tls']): Current {
  const { identity, trust } = pair;
  const credentials: SecureContextOptions = {
    ...tls,
    key: identity.keyPem,
    cert: identity.certificatePem,
    ca: trust.anchorsPem,
    ...(trust.crls !== undefined && { crl: trust.crls.map(({ pem }) => pem) }),
  };
  const clientContext = createSecureContext(credentials);
  if (before?.pair.trust === trust) return { ...before, pair, credentials, clientContext };
  // tickets of the old trust become invalid: a resumed session would not be checked against the new CRLs
  return {
    pair,
    credentials,
    clientContext,
    ticketKeys: randomBytes(48),
    generation: (before?.generation ?? 0) + 1,
  };
}

const serverCredentials = ({ credentials, ticketKeys }: Current): SecureContextOptions => ({
  ...credentials,
  ticketKeys,
});

const startError = (problems: Choice['problems']): Error =>
  Object.assign(new Error(problems.map(({ message }) => message).join('\n')), { code: problems[0]!.code });

/** Makes a function that reports each problem once, when it begins. */
function problemReporter(report: (problem: FollowProblem) => void): (problems: readonly Problem[]) => void {
  let known = new Set<string>();
  return problems => {
    const now = new Map(problems.map(each => [`${each.code} ${each.file}`, each]));
    for (const [key, { code, file, message }] of now) {
      // in a microtask: an error that the service throws here does not stop the library
      if (!known.has(key)) queueMicrotask(() => report({ code, file, message }));
    }
    known = new Set(now.keys());
  };
}
