// Reads the requests of a command line, a list, a services file or a due service. `issue`, `apply` and `renew` call it before they
// take the lock. It parses files and values; it does not read the manifest and decides nothing.

import { dirname, resolve } from 'node:path';
import type { World } from '../../world/world.ts';
import { failure, SvcauthError } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import { listFormatOf, parseServiceList, type ListFormat } from '../../service/rules/list.ts';
import type { ListedService } from '../../service/rules/listed.ts';
import { parseServiceName } from '../../service/rules/name.ts';
import type { RequestedSpec } from '../../service/rules/requested-spec.ts';
import { parseCsr } from '../../pki/csr/csr.ts';
import { KEY_ALGORITHM_NAMES, type KeyAlgorithmName } from '../../pki/key/algorithm.ts';
import { parsePrivateKey, type PrivateKey } from '../../pki/key/private-key.ts';
import { readInput } from '../../store/input/read-input.ts';
import type { LeafKey, Requested } from '../rules/requested.ts';

/** Service described by flags, with the file of a supplied key; or a list of services. */
export type RequestSource =
  | { readonly spec: RequestedSpec; readonly csr: string | undefined; readonly key: string | undefined }
  | { readonly list: string; readonly format: ListFormat | undefined };

const LIMIT = 1024 * 1024;
const LIST_LIMIT = 64 * 1024 * 1024;

/** Reads the requests of a command line. Throws the errors of a list, a CSR or a key file. */
export async function readRequests(world: World, source: RequestSource): Promise<readonly Requested[]> {
  if ('list' in source) {
    const services = await readList(world, source.list, source.format);
    return services.map(({ spec }) => ({ source: 'command', spec, key: GENERATED, asRecorded: false }));
  }
  const { spec, csr, key } = source;
  if (csr !== undefined && key !== undefined) {
    throw failure('ERR_FLAG_CONFLICT', { flags: ['--csr', '--key'], why: 'both supply the key' });
  }
  const common = { source: 'command', asRecorded: isNamedOnly(spec) } as const;
  if (csr !== undefined) return [{ ...common, ...(await readCsr(world, spec, csr)) }];
  if (key !== undefined) return [{ ...common, ...(await readLeafKey(world, spec, key)) }];
  return [{ ...common, spec, key: GENERATED }];
}

/** Detects a spec that has a name only: `issue payments` must not remove its other names. */
const isNamedOnly = ({ service: _, dns, ip, tags, ...rest }: RequestedSpec): boolean =>
  dns.length + ip.length + Object.keys(tags).length === 0 && Object.keys(rest).length === 0;

async function readList(world: World, path: string, given: ListFormat | undefined): Promise<readonly ListedService[]> {
  const format = given ?? listFormatOf(path);
  if (format === undefined) throw failure('ERR_LIST_FORMAT', { path });
  const bytes = await readInput(world, path, 'the list', LIST_LIMIT);
  const directory = path === '-' ? world.cwd : dirname(resolve(world.cwd, path));
  return parseServiceList(bytes, { path, directory, format, purpose: 'certificates' });
}

/** Reads a services file: every service with its upkeep. */
export async function readServicesFile(world: World, path: string): Promise<readonly Requested[]> {
  const bytes = await readInput(world, path, 'the services file', LIST_LIMIT);
  const directory = path === '-' ? world.cwd : dirname(resolve(world.cwd, path));
  const listed = await parseServiceList(bytes, { path, directory, format: 'yaml', purpose: 'everything' });
  return listed.map(({ at, spec, upkeep }) => ({
    ...{ source: 'file', spec, key: GENERATED, asRecorded: false, line: at.line },
    upkeep: { declared: true, ...upkeep },
  }));
}

/** Requests a new certificate for a known service, for a renewal. */
export const requestAgain = (service: string): Requested => ({
  ...{ source: 'due', asRecorded: true, key: GENERATED },
  spec: { service: parseServiceName(service), dns: [], ip: [], tags: {} },
});

const GENERATED: LeafKey = { source: 'generated' };

type SuppliedKey = Pick<Requested, 'spec' | 'key' | 'csr'>;

/** Reads a CSR. The certificate gets the names of the command and not those of the CSR (RFC 2986 §3). */
async function readCsr(world: World, spec: RequestedSpec, path: string): Promise<SuppliedKey> {
  const what = `the request ${quote(path)}`;
  const { publicKeyInfo, keyAlgorithm, names } = await parseCsr(
    await readInput(world, path, 'the request', LIMIT),
    what,
  );
  if (keyAlgorithm === undefined) {
    throw failure('ERR_KEY_UNSUITABLE', {
      what: `the key of ${what}`,
      reason: `svcauth supports ${KEY_ALGORITHM_NAMES.join(', ')}`,
    });
  }
  return {
    spec: withAlgorithm(spec, keyAlgorithm.name),
    key: { source: 'csr', publicKey: publicKeyInfo.der, publicKeyBits: publicKeyInfo.bits },
    csr: { names, what },
  };
}

/** Reads a key file. The key algorithm is that of the key and not the default of the policy. */
async function readLeafKey(world: World, spec: RequestedSpec, path: string): Promise<SuppliedKey> {
  const what = `the key ${quote(path)}`;
  const key = await openLeafKey(await readInput(world, path, 'the key', LIMIT), path, what);
  const { publicKeyInfo, algorithm, pkcs8 } = key;
  return {
    spec: withAlgorithm(spec, algorithm.name),
    key: { source: 'file', publicKey: publicKeyInfo.der, publicKeyBits: publicKeyInfo.bits, pkcs8 },
  };
}

async function openLeafKey(bytes: Uint8Array, path: string, what: string): Promise<PrivateKey> {
  try {
    return await parsePrivateKey(bytes, undefined, what);
  } catch (cause) {
    // the passphrase flags are for the CA key, and a service could not read an encrypted key
    if (cause instanceof SvcauthError && (cause.code === 'ERR_KEY_ENCRYPTED' || cause.code === 'ERR_KEY_ENCRYPTION')) {
      throw failure('ERR_LEAF_KEY_ENCRYPTED', { path }, cause);
    }
    throw cause;
  }
}

function withAlgorithm(spec: RequestedSpec, keyAlgorithm: KeyAlgorithmName): RequestedSpec {
  if (spec.keyAlgorithm !== undefined && spec.keyAlgorithm !== keyAlgorithm) {
    throw failure('ERR_FLAG_CONFLICT', {
      flags: [`--key-alg ${spec.keyAlgorithm}`, '--csr or --key'],
      why: `the supplied key is ${keyAlgorithm}`,
    });
  }
  return { ...spec, keyAlgorithm };
}
