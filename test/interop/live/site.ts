/** A PKI with services in constant traffic. Some get new files at once, others as late as they may. */
import { initPkiAt, svcauth, type Pki } from '../pki.ts';
import { isInstalled, type ProgramName } from '../../support/programs.ts';
import { realNow } from '../../support/real-clock.ts';
import { startNodeService, type NodeService } from './node-service.ts';
import { programClient, type ClientName } from './programs.ts';
import { startProxy, type LiveProxy, type ProxyName } from './proxies.ts';
import type { LiveClient, Peers } from './traffic.ts';

export interface LiveSite {
  readonly pki: Pki;
  /** Services that get new files last: a step that waits for any service waits for them. */
  readonly late: readonly string[];
  /** Other programs as clients, each with the files of a service. */
  readonly programs: readonly LiveClient[];
  peers(): Peers;
  /** Gives the current files to the quick peers, or to all. */
  follow(who: 'quick' | 'everybody'): Promise<void>;
  /** Issues a new service and starts it. Its predecessor gets no new connections. */
  welcome(): Promise<void>;
  /** Messages of the services about their files. */
  problems(): readonly string[];
  stop(): Promise<void>;
}

/** Milliseconds before the real now, enough for the time that the clock of the PKI skips. */
const AGO = 6 * 3_600_000;
const QUICK = ['payments', 'haproxy'] as const;
const LATE = ['ledger', 'nginx'] as const;
const NEWCOMER = 'newcomer';

interface LiveSiteOptions {
  readonly withPrograms: boolean;
  /** Start of the PKI, in milliseconds before the real now. */
  readonly ago?: number;
}

export async function startSite({ withPrograms, ago = AGO }: LiveSiteOptions): Promise<LiveSite> {
  const pki = await initPkiAt(new Date(realNow().getTime() - ago), '--key-protection', 'none');
  const isHere = (name: string) => !PROXIES.has(name) || (withPrograms && isInstalled(name as ProgramName));
  const members = new Map<string, NodeService | LiveProxy>();
  for (const name of [...QUICK, ...LATE].filter(isHere)) {
    await issue(pki, name);
    members.set(name, await (PROXIES.has(name) ? startProxy(pki, name as ProxyName) : startNodeService(pki, name)));
  }
  const late = LATE.filter(isHere);
  const isClient = (member: NodeService | LiveProxy): member is NodeService => 'ask' in member;
  const nodes = () => [...members.values()].filter(isClient);
  // former services, which still answer in an open connection
  const gone: NodeService[] = [];
  return {
    pki,
    late,
    programs: withPrograms ? CLIENTS.filter(isInstalled).map(name => programClient(pki, name, 'payments')) : [],
    peers: () => ({ servers: [...members.values()], clients: nodes() }),
    follow: async who => {
      const isMeant = (name: string) => who === 'everybody' || !late.includes(name as (typeof late)[number]);
      await Promise.all([...members].filter(([name]) => isMeant(name)).map(([, member]) => member.follow()));
    },
    welcome: async () => {
      for (const before of nodes().filter(each => each.name.startsWith(NEWCOMER))) {
        members.delete(before.name);
        gone.push(before);
      }
      const newcomer = `${NEWCOMER}-${gone.length + 1}`;
      await issue(pki, newcomer);
      members.set(newcomer, await startNodeService(pki, newcomer));
    },
    problems: () => nodes().flatMap(({ name, problems }) => problems.map(({ message }) => `${name}: ${message}`)),
    stop: async () => {
      await Promise.all([...members.values(), ...gone].map(member => member.stop()));
    },
  };
}

const PROXIES: ReadonlySet<string> = new Set(['nginx', 'haproxy'] satisfies ProxyName[]);
const CLIENTS: readonly ClientName[] = ['curl', 'openssl'];

const issue = (pki: Pki, name: string) => svcauth(pki, 'issue', name, '--dns', 'localhost', '--ip', '127.0.0.1');
