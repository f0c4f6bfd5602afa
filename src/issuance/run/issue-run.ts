import { dirname, resolve } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure, SvcauthError } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import { listFormatOf, parseServiceList, type ListFormat } from '../../service/rules/list.ts';
import type { ServiceRequest } from '../../service/rules/request.ts';
import { parseCsr } from '../../pki/csr/csr.ts';
import { KEY_ALGORITHM_NAMES, type KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import { parsePrivateKey, type PrivateKey } from '../../pki/key/private-key.ts';
import type { IssuedService } from './apply-issue.ts';
import { deployPending, type Deployed } from '../../deployment/run/deploy.ts';
import { applyIssuePlan, planIssueRun, type IssuePlan } from './issue.ts';
import type { IssueWork } from './issue-work.ts';
import { loadPolicy } from '../../policy/run/load.ts';
import { changePki, readPki } from '../../store/open-pki.ts';
import { readInput } from '../../store/input/read-input.ts';
import type { AskPassphrase } from '../../world/ask-passphrase.ts';
import type { NotAfterPolicy } from '../../policy/rules/not-after-policy.ts';

/** What a run is asked to issue. */
type IssueSource =
  | { readonly request: ServiceRequest; readonly csr: string | undefined; readonly key: string | undefined }
  | { readonly list: string; readonly format: ListFormat | undefined };

export interface IssueRunRequest {
  readonly source: IssueSource;
  readonly force: boolean;
  readonly notAfterPolicy: NotAfterPolicy | undefined;
  readonly dryRun: boolean;
  readonly ask: AskPassphrase;
  /** Starts a display of `total` certificates. */
  readonly progress: (total: number) => { advance(count: number): void; end(): void };
}

export interface IssueOutcome {
  readonly plan: IssuePlan;
  /** Empty in a dry run. */
  readonly issued: readonly IssuedService[];
  /** Also those that an earlier run left pending. */
  readonly deployed: readonly Deployed[];
  readonly dryRun: boolean;
}

/** Reads what is asked, plans it whole, and carries it out unless it is a dry run. Files are read before the lock is taken. */
export async function issueRun(
  world: World,
  homeFlag: string | undefined,
  run: IssueRunRequest,
): Promise<IssueOutcome> {
  const work = await readWork(world, run.source);
  const options = { force: run.force, ...(run.notAfterPolicy && { notAfterPolicy: run.notAfterPolicy }) };
  if (run.dryRun) {
    return readPki(world, homeFlag, async pki => {
      const plan = await planIssueRun(pki, await loadPolicy(pki), work, options);
      return { plan, issued: [], deployed: [], dryRun: true };
    });
  }
  return changePki(world, homeFlag, 'issue', async pki => {
    const policy = await loadPolicy(pki);
    const plan = await planIssueRun(pki, policy, work, options);
    const progress = run.progress(plan.jobs.length);
    try {
      const issued = await applyIssuePlan(pki, policy, plan, run.ask, count => progress.advance(count));
      const names = new Set([...plan.switches, ...issued].map(({ service }) => service));
      return { plan, issued, deployed: await deployPending(pki, policy, names), dryRun: false };
    } finally {
      progress.end();
    }
  });
}

const LIMIT = 1024 * 1024;
const LIST_LIMIT = 64 * 1024 * 1024;

async function readWork(world: World, source: IssueSource): Promise<readonly IssueWork[]> {
  if ('list' in source) {
    const requests = await readList(world, source.list, source.format);
    return requests.map(request => ({ request, key: { source: 'generated' }, asRecorded: false }));
  }
  const { request, csr, key } = source;
  if (csr !== undefined && key !== undefined) {
    throw failure('ERR_FLAG_CONFLICT', { flags: ['--csr', '--key'], why: 'each brings the key to certify' });
  }
  const asRecorded = isNamedOnly(request);
  if (csr !== undefined) return [{ ...(await csrWork(world, request, csr)), asRecorded }];
  if (key !== undefined) return [{ ...(await keyWork(world, request, key)), asRecorded }];
  return [{ request, key: { source: 'generated' }, asRecorded }];
}

/** Whether nothing is said about a service but its name: `issue payments` must not take its other names away. */
const isNamedOnly = ({ service: _, dns, ip, tags, ...rest }: ServiceRequest): boolean =>
  dns.length + ip.length + Object.keys(tags).length === 0 && Object.keys(rest).length === 0;

async function readList(world: World, path: string, given: ListFormat | undefined): Promise<readonly ServiceRequest[]> {
  const format = given ?? listFormatOf(path);
  if (format === undefined) throw failure('ERR_LIST_FORMAT', { path });
  const bytes = await readInput(world, path, 'the list', LIST_LIMIT);
  const directory = path === '-' ? world.cwd : dirname(resolve(world.cwd, path));
  const services = await parseServiceList(bytes, { path, directory, format, purpose: 'certificates' });
  return services.map(({ request }) => request);
}

type BroughtKey = Omit<IssueWork, 'asRecorded'>;

/** What a request asks for is a request, never an order (RFC 2986 §3): the names are those of the command. */
async function csrWork(world: World, request: ServiceRequest, path: string): Promise<BroughtKey> {
  const what = `the request ${quote(path)}`;
  const { publicKeyInfo, keyAlgorithm, names } = await parseCsr(
    await readInput(world, path, 'the request', LIMIT),
    what,
  );
  if (keyAlgorithm === undefined) {
    throw failure('ERR_KEY_UNSUITABLE', {
      what: `the key of ${what}`,
      reason: `svcauth certifies ${KEY_ALGORITHM_NAMES.join(', ')}`,
    });
  }
  return {
    request: withAlgorithm(request, keyAlgorithm.name),
    key: { source: 'csr', publicKey: publicKeyInfo.der, publicKeyBits: publicKeyInfo.bits },
    requested: { names, what },
  };
}

/** The key algorithm is the brought key's, whatever the policy's default is. */
async function keyWork(world: World, request: ServiceRequest, path: string): Promise<BroughtKey> {
  const what = `the key ${quote(path)}`;
  const key = await openLeafKey(await readInput(world, path, 'the key', LIMIT), path, what);
  const { publicKeyInfo, algorithm, pkcs8 } = key;
  return {
    request: withAlgorithm(request, algorithm.name),
    key: { source: 'file', publicKey: publicKeyInfo.der, publicKeyBits: publicKeyInfo.bits, pkcs8 },
  };
}

async function openLeafKey(bytes: Uint8Array, path: string, what: string): Promise<PrivateKey> {
  try {
    return await parsePrivateKey(bytes, undefined, what);
  } catch (cause) {
    // the passphrase flags open the CA's key, and a service could not read an encrypted one anyway
    if (cause instanceof SvcauthError && (cause.code === 'ERR_KEY_ENCRYPTED' || cause.code === 'ERR_KEY_ENCRYPTION')) {
      throw failure('ERR_LEAF_KEY_ENCRYPTED', { path }, cause);
    }
    throw cause;
  }
}

function withAlgorithm(request: ServiceRequest, keyAlgorithm: KeyAlgorithmName): ServiceRequest {
  if (request.keyAlgorithm !== undefined && request.keyAlgorithm !== keyAlgorithm) {
    throw failure('ERR_FLAG_CONFLICT', {
      flags: [`--key-alg ${request.keyAlgorithm}`, '--csr or --key'],
      why: `the key that was brought is ${keyAlgorithm}`,
    });
  }
  return { ...request, keyAlgorithm };
}
