import type { Server, TLSSocket, TlsOptions } from 'node:tls';
import { endRevoked } from './revoked-peer.ts';
import type { Trust } from './trust.ts';

export interface FollowingServer {
  update(options: TlsOptions, trust: Trust): void;
}

export function followingServer(server: Server, endsRevoked: boolean): FollowingServer {
  const open = new Set<TLSSocket>();
  if (endsRevoked) {
    server.on('secureConnection', socket => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    });
  }
  return {
    update: (options, trust) => {
      server.setSecureContext(options);
      endRevoked(open, trust);
    },
  };
}
