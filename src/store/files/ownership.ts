// Finds the user and group numbers of a deployment's owner names: in /etc/passwd and /etc/group, then by getent(1).
// Issuance and deployment call it before they write. It changes no file.
import type { World } from '../../world/world.ts';
import { failure } from '../../errors/error.ts';
import { utf8 } from '../../pki/bytes.ts';
import type { Ownership } from '../../world/files.ts';

/** Owner names or numbers, as they were written. */
export interface OwnerNames {
  readonly owner?: string;
  readonly group?: string;
}

type Accounts = Pick<World, 'files' | 'run' | 'account'>;

interface Registry {
  readonly what: 'user' | 'group';
  readonly file: string;
  /** Database name for getent(1), which also finds names in LDAP. */
  readonly database: string;
}

const USERS: Registry = { what: 'user', file: '/etc/passwd', database: 'passwd' };
const GROUPS: Registry = { what: 'group', file: '/etc/group', database: 'group' };
const LIMIT = 16 * 1024 * 1024;
/** Largest user or group number: (uid_t) -1 stands for no account. */
const LARGEST_ID = 2 ** 32 - 2;

/**
 * Returns a lookup of owner names, which asks for each name once. It throws ERR_OWNER_UNKNOWN, and ERR_OWNER_FOREIGN for an
 * account that svcauth may not give files to.
 */
export function ownershipOf(world: Accounts): (names: OwnerNames) => Promise<Ownership | undefined> {
  const found = new Map<string, Promise<number>>();
  const look = (registry: Registry, name: string | undefined): Promise<number> | -1 => {
    if (name === undefined) return -1;
    const key = `${registry.what} ${name}`;
    const known = found.get(key) ?? permitted(world, registry, name);
    found.set(key, known);
    return known;
  };
  return async ({ owner, group }) => {
    if (owner === undefined && group === undefined) return undefined;
    return { uid: await look(USERS, owner), gid: await look(GROUPS, group) };
  };
}

async function permitted(world: Accounts, { what, ...registry }: Registry, name: string): Promise<number> {
  const id = /^[0-9]+$/.test(name) ? Number(name) : await idOf(world, { what, ...registry }, name);
  if (id === undefined || id > LARGEST_ID) throw failure('ERR_OWNER_UNKNOWN', { what, name });
  const { uid, groups } = world.account;
  const isOurs = what === 'user' ? id === uid : groups.includes(id);
  if (uid !== 0 && !isOurs) throw failure('ERR_OWNER_FOREIGN', { what, name });
  return id;
}

async function idOf(world: Accounts, { file, database }: Registry, name: string): Promise<number | undefined> {
  if (!/^[^-:\n][^:\n]*$/.test(name)) return undefined;
  const local = world.files.read(file, LIMIT) ?? new Uint8Array();
  // a system without getent has no other registry either
  return idIn(local, name) ?? idIn(await world.run(['getent', database, name]).catch(() => utf8('')), name);
}

/** Finds the number in lines of the form `name:password:id:…` (passwd(5), group(5)). */
function idIn(registry: Uint8Array, name: string): number | undefined {
  const line = Buffer.from(registry)
    .toString('utf8')
    .split('\n')
    .find(each => each.startsWith(`${name}:`));
  const id = line?.split(':')[2];
  return id !== undefined && /^[0-9]+$/.test(id) ? Number(id) : undefined;
}
