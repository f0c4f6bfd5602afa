// The open connections of a source: admits peers at the end of their handshake, and ends connections after a change.
// Servers, agents and clients hand their sockets in; `source.ts` reviews all of them after each look. Why a peer was rejected or
// ended is an event. It reads no file.
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket, type DetailedPeerCertificate, type PeerCertificate } from 'node:tls';
import type { Matcher } from './allow.ts';
import { paced } from './pace.ts';
import { expired, PeerJudge, serialOf, type AcceptedPeer, type PeerVerdict, type RejectedPeer } from './peer-judge.ts';
import type { Trust } from './trust.ts';
import type { Authorization, Ending, PeerEvent } from './types.ts';

interface Open {
  readonly socket: TLSSocket;
  readonly side: PeerEvent['side'];
  readonly peer: AcceptedPeer;
  readonly ending: Ending;
}

/** The facts about a server at the end of a handshake. */
export interface ServerEvidence {
  /** The session that the connection offered to resume. */
  readonly session: Uint8Array | undefined;
  /** Undefined for a resumed session: Node has no certificate then. */
  readonly certificate: DetailedPeerCertificate | undefined;
}

export interface ConnectionsWorld {
  /** The trust in force now. */
  readonly trust: () => Trust;
  readonly now: () => Date;
  readonly emit: (name: 'peerRejected' | 'peerEnded', event: PeerEvent) => void;
}

/** The error of a connection to a server that is not accepted, or no longer. */
export interface PeerError extends Error {
  readonly code: 'ERR_PEER_REJECTED' | 'ERR_PEER_ENDED';
  readonly reason: string;
}

export class Connections {
  readonly judge: PeerJudge = new PeerJudge();
  readonly #world: ConnectionsWorld;
  readonly #open = new Set<Open>();
  /** The servers of sessions, by the session that Node handed out. */
  readonly #sessions = new WeakMap<Uint8Array, AcceptedPeer>();
  #rejected = 0;
  #ended = 0;

  constructor(world: ConnectionsWorld) {
    this.#world = world;
  }

  get counts() {
    return { open: this.#open.size, rejected: this.#rejected, ended: this.#ended };
  }

  /**
   * Judges the client of a connection at the end of its handshake, and follows the connection until it closes. Returns the error
   * if it is rejected; the caller ends the connection.
   */
  admitClient(socket: TLSSocket, allows: Matcher | undefined, ending: Ending): PeerError | undefined {
    return this.#admit(
      socket,
      'server',
      judged(() => this.#judge(socket), allows),
      ending,
    );
  }

  /** Does the same for the server. */
  admitServer(
    socket: TLSSocket,
    { session, certificate }: ServerEvidence,
    allows: Matcher,
    ending: Ending,
  ): PeerError | undefined {
    const verdict = judged(
      () => (certificate === undefined ? this.#judgeSession(session) : this.#judgeDetailed(certificate)),
      allows,
    );
    const error = this.#admit(socket, 'client', verdict, ending);
    if (verdict.accepted) {
      socket.on('session', (offered: Buffer) => this.#sessions.set(offered, verdict));
    }
    return error;
  }

  /** Records a peer whose chain OpenSSL rejected; Node has ended the connection. */
  countUnverified(socket: TLSSocket, side: PeerEvent['side']): PeerError {
    return this.#reject(socket, side, unverified(socket));
  }

  #admit(socket: TLSSocket, side: PeerEvent['side'], verdict: PeerVerdict, ending: Ending): PeerError | undefined {
    if (!verdict.accepted) return this.#reject(socket, side, verdict);
    const open = { socket, side, peer: verdict, ending };
    this.#open.add(open);
    socket.once('close', () => this.#open.delete(open));
    // configurable: two sources may guard one server, and both must accept
    Object.defineProperty(socket, ADMITTED, { value: { open, connections: this }, configurable: true });
    return undefined;
  }

  #reject(socket: Address, side: PeerEvent['side'], verdict: RejectedPeer): PeerError {
    this.#rejected++;
    this.#world.emit('peerRejected', eventOf(socket, side, verdict));
    return peerError('ERR_PEER_REJECTED', side, verdict);
  }

  /** Judges the server of a connection that a library opened. It is not ended later. For `checkServerIdentity` of node:tls. */
  judgeServer(certificate: PeerCertificate, allows: Matcher): PeerError | undefined {
    const verdict = judged(() => this.#judgeDetailed(certificate as DetailedPeerCertificate), allows);
    return verdict.accepted ? undefined : this.#reject({}, 'client', verdict);
  }

  /** Decides whether the peer of a connection may do something, by the trust in force now. */
  authorize(socket: TLSSocket | Socket, allows: Matcher): Authorization {
    if (isUnbound(socket)) return CLOSED;
    const admitted = (socket as MaybeAdmitted)[ADMITTED];
    if (admitted?.connections === this) return authorizationOf(this.#judgeAgain(admitted.open), allows);
    if (admitted !== undefined) return authorizationOf(this.#judgePath(admitted.open.peer), allows);
    if (!(socket instanceof TLSSocket)) return { allowed: false, reason: 'the connection is not TLS' };
    if (!socket.authorized) return { allowed: false, reason: `the chain was not verified (${whyNot(socket)})` };
    // not getPeerX509Certificate: on the side of the client it takes the certificate out of the connection, and the next call
    // returns that of the CA
    const certificate = socket.getPeerCertificate(true) as DetailedPeerCertificate | Record<string, never>;
    const verdict = this.#judgeDetailed(certificate as DetailedPeerCertificate);
    return authorizationOf(verdict, allows);
  }

  /** Decides the same for a connection that some source has admitted. */
  static authorize(socket: TLSSocket | Socket, allows: Matcher): Authorization {
    if (isUnbound(socket)) return CLOSED;
    const admitted = (socket as MaybeAdmitted)[ADMITTED];
    if (admitted !== undefined) return authorizationOf(admitted.connections.#judgeAgain(admitted.open), allows);
    return { allowed: false, reason: 'no source has admitted this connection' };
  }

  /** Ends the connections to peers that are no longer accepted. With a change of trust it judges every peer again. */
  async review(hasChanged: boolean): Promise<void> {
    const open = [...this.#open];
    await paced(this.#reviewSteps(open, hasChanged));
  }

  *#reviewSteps(open: readonly Open[], hasChanged: boolean): Generator<undefined, void> {
    for (const each of open) {
      const { socket, peer, ending } = each;
      if (socket.destroyed) continue;
      const now = this.#world.now();
      if (now > peer.until) {
        if (ending.endExpired !== false) this.#end(each, expired(peer));
      } else if (hasChanged && ending.endRevoked !== false) {
        const verdict = this.judge.judgeAgain(peer, this.#world.trust(), now);
        if (!verdict.accepted) this.#end(each, verdict);
      }
      yield;
    }
  }

  #end(open: Open, verdict: RejectedPeer): void {
    const { socket, side } = open;
    this.#ended++;
    this.#open.delete(open);
    this.#world.emit('peerEnded', eventOf(socket, side, verdict));
    // a server's socket may have no listener for errors; the event has the reason
    if (side === 'client') socket.destroy(peerError('ERR_PEER_ENDED', side, verdict));
    else socket.destroy();
  }

  /** Judges the client of a connection. */
  #judge(socket: TLSSocket): PeerVerdict {
    if (!socket.authorized) return unverified(socket);
    const leaf = PRESENTED.get(socket) ?? socket.getPeerX509Certificate();
    if (leaf !== undefined) PRESENTED.set(socket, leaf);
    if (leaf === undefined) return NO_CERTIFICATE;
    const sent = (): readonly Uint8Array[] => {
      const chain: Uint8Array[] = [];
      for (let above = leaf.issuerCertificate; above !== undefined; above = above.issuerCertificate) {
        chain.push(above.raw);
        if (chain.length > LONGEST_CHAIN) break;
      }
      return chain;
    };
    return this.judge.judge(leaf.raw, sent, this.#world.trust(), this.#world.now());
  }

  #judgeDetailed(certificate: DetailedPeerCertificate): PeerVerdict {
    // Node's form of no certificate: a handshake with a shared key has none
    if (!('raw' in certificate)) return NO_CERTIFICATE;
    return this.judge.judge(certificate.raw, () => chainOf(certificate), this.#world.trust(), this.#world.now());
  }

  /**
   * Judges the server of a resumed session. Node has no certificate of it, so it is that of the connection which got the session.
   */
  #judgeSession(session: Uint8Array | undefined): PeerVerdict {
    const peer = session && this.#sessions.get(session);
    if (peer === undefined) {
      return { accepted: false, code: 'no-certificate', message: 'the session is not of this source' };
    }
    return this.#judgePath(peer);
  }

  #judgePath({ path: [leaf, ...above] }: AcceptedPeer): PeerVerdict {
    return this.judge.judge(leaf!.der, () => above.map(({ der }) => der), this.#world.trust(), this.#world.now());
  }

  #judgeAgain({ peer }: Open): PeerVerdict {
    const now = this.#world.now();
    return now > peer.until ? expired(peer) : this.judge.judgeAgain(peer, this.#world.trust(), now);
  }
}

/** The property of an admitted socket. Not a map: HTTP/2 gives its requests a proxy of the socket, which is another object. */
const ADMITTED = Symbol('admitted');

/** The certificates of clients. Node hands out the chain once; a second source that guards the server needs it, too. */
const PRESENTED = new WeakMap<TLSSocket, X509Certificate>();

const CLOSED: Authorization = { allowed: false, reason: 'the connection is closed' };

/** Decides that a request of HTTP/2 has lost its connection: each use of its socket throws then. */
function isUnbound(socket: TLSSocket | Socket): boolean {
  try {
    return socket.destroyed && (socket as MaybeAdmitted)[ADMITTED] === undefined && !(socket instanceof TLSSocket);
  } catch {
    return true;
  }
}

type MaybeAdmitted = Socket & { readonly [ADMITTED]?: { readonly open: Open; readonly connections: Connections } };

function authorizationOf(verdict: PeerVerdict, allows: Matcher): Authorization {
  const judged = allowed(verdict, allows);
  if (judged.accepted) return { allowed: true, id: judged.id };
  return { allowed: false, reason: judged.message, ...(judged.id !== undefined && { id: judged.id }) };
}

/** Lists the certificates above a leaf in the form of `getPeerCertificate(true)`, in which a root is its own issuer. */
function chainOf(leaf: DetailedPeerCertificate): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let below = leaf;
  for (let above = below.issuerCertificate; above !== undefined && above !== below; above = above.issuerCertificate) {
    chain.push(above.raw);
    if (chain.length > LONGEST_CHAIN) break;
    below = above;
  }
  return chain;
}

const NO_CERTIFICATE: PeerVerdict = {
  accepted: false,
  code: 'no-certificate',
  message: 'the peer sent no certificate',
};

/** More certificates than any path has. */
const LONGEST_CHAIN = 20;

/** Judges a peer and applies the rules. A rule that throws rejects: its error must not leave a connection open. */
function judged(judge: () => PeerVerdict, allows: Matcher | undefined): PeerVerdict {
  const verdict = judge();
  try {
    return allowed(verdict, allows);
  } catch (error) {
    if (!verdict.accepted) return verdict;
    return notAllowed(verdict, `the rule for ${verdict.id} failed: ${String(error)}`);
  }
}

function allowed(verdict: PeerVerdict, allows: Matcher | undefined): PeerVerdict {
  if (!verdict.accepted || allows === undefined || allows(verdict.id)) return verdict;
  return notAllowed(verdict, `${verdict.id} is not allowed`);
}

const notAllowed = ({ id, path }: AcceptedPeer, message: string): RejectedPeer => ({
  ...{ accepted: false, code: 'not-allowed', message, id },
  serial: serialOf(path[0]!),
});

function peerError(
  code: PeerError['code'],
  side: PeerEvent['side'],
  { code: reason, message }: RejectedPeer,
): PeerError {
  const peer = side === 'server' ? 'client' : 'server';
  const what = code === 'ERR_PEER_REJECTED' ? `the ${peer} is not accepted` : `the ${peer} is no longer accepted`;
  return Object.assign(new Error(`${what}: ${message}`), { code, reason });
}

type Address = Partial<Pick<TLSSocket, 'remoteAddress' | 'remotePort'>>;

function eventOf(socket: Address, side: PeerEvent['side'], { code, message, id, serial }: RejectedPeer): PeerEvent {
  const { remoteAddress, remotePort } = socket;
  return {
    ...{ side, code, message },
    ...(id !== undefined && { id }),
    ...(serial !== undefined && { serial }),
    ...(remoteAddress !== undefined && { remoteAddress }),
    ...(remotePort !== undefined && { remotePort }),
  };
}

const unverified = (socket: TLSSocket): RejectedPeer => ({
  accepted: false,
  code: 'not-verified',
  message: `the chain was not verified (${whyNot(socket)})`,
});

/** Formats the authorization error: Node types it as an Error, but it is a code. */
const whyNot = ({ authorizationError }: { readonly authorizationError: unknown }): string =>
  authorizationError === undefined || authorizationError === null
    ? 'no reason given'
    : `${authorizationError as string}`;
