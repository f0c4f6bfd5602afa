import type { SpiffeIdText } from '../../../src/node-library/types.ts';

export interface LiveServer {
  readonly name: string;
  readonly id: SpiffeIdText;
  /** Port on 127.0.0.1. */
  readonly port: number;
}

export interface LiveClient {
  readonly name: string;
  /** Makes a full handshake and a request. Returns undefined when both accept, else the error of the side that rejects. */
  ask(server: LiveServer): Promise<string | undefined>;
}

export interface Peers {
  readonly servers: readonly LiveServer[];
  readonly clients: readonly LiveClient[];
}

interface Tally {
  readonly phase: string;
  readonly handshakes: number;
  readonly failures: readonly string[];
  readonly milliseconds: number;
}

export interface Traffic {
  readonly tallies: readonly Tally[];
  /** Runs traffic during the action, and until at least `atLeast` handshakes are made. */
  during(phase: string, atLeast: number, action: () => Promise<void>): Promise<Tally>;
}

/** Lists the services again before each handshake, because they start and stop. */
export function startTraffic(peersNow: () => Peers, atOnce = 8): Traffic {
  const tallies: Tally[] = [];
  let turn = 0;

  async function shake(): Promise<string[]> {
    const { servers, clients } = peersNow();
    const pair = turn++ % (servers.length * clients.length);
    const server = servers[pair % servers.length]!;
    const client = clients[Math.floor(pair / servers.length)]!;
    const words = await client.ask(server);
    return words === undefined ? [] : [`${client.name} to ${server.name}: ${words}`];
  }

  return {
    tallies,
    during: async (phase, atLeast, action) => {
      const start = performance.now();
      const failures: string[] = [];
      let handshakes = 0;
      let acting = true;
      const worker = async () => {
        while (acting || handshakes < atLeast) {
          handshakes++;
          failures.push(...(await shake()));
        }
      };
      const acted = action().finally(() => (acting = false));
      await Promise.all([acted, ...Array.from({ length: atOnce }, worker)]);
      const tally = { phase, handshakes, failures, milliseconds: performance.now() - start };
      tallies.push(tally);
      return tally;
    },
  };
}
