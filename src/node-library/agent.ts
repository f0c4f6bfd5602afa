import { Agent, type AgentOptions } from 'node:https';
import type { SecureContext, TLSSocket } from 'node:tls';
import { serverCheck } from './peer.ts';
import { endRevoked } from './revoked-peer.ts';
import type { Trust } from './trust.ts';
import type { Allow } from './types.ts';

export interface FollowingAgent {
  readonly agent: Agent;
  update(context: SecureContext, trust: Trust, generation: number): void;
}

interface Followed extends AgentOptions {
  /** Grows when the trust changes: connections and sessions of an earlier generation are no longer used. */
  generation: number;
}

/** Makes an agent whose options can be replaced: a new connection uses what `agent.options` holds at that time. */
export function followingAgent(
  { allow, endRevoked: endsRevoked = false, ...given }: Allow & { readonly endRevoked?: boolean } & AgentOptions,
  context: SecureContext,
  generation: number,
): FollowingAgent {
  const checkServerIdentity = serverCheck(allow);
  const agent = new Agent({ ...given, secureContext: context, rejectUnauthorized: true, checkServerIdentity });
  const current = agent.options as Followed;
  current.generation = generation;
  const plainName = agent.getName.bind(agent);
  agent.getName = options => {
    // some versions of Node name a connection by its context, too, but a renewal makes a new context and keeps connections
    const named = { ...(options as Followed | undefined), secureContext: undefined };
    return `${plainName(named)}:${named.generation}`;
  };
  agent.on('free', (socket: TLSSocket, options: Followed) => {
    if (options.generation !== current.generation) socket.destroy();
  });
  return {
    agent,
    update: (next, trust, nextGeneration) => {
      current.secureContext = next;
      if (current.generation === nextGeneration) return;
      current.generation = nextGeneration;
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
      if (endsRevoked) endRevoked(Object.values(agent.sockets).flat() as TLSSocket[], trust);
    },
  };
}
