// Judges a peer by its certificates and the trust in force: path, trust domain, dates and revocation.
// `connections.ts` asks when a handshake ends and again after a change. A peer that was accepted is not validated again before
// something changes. It reads no socket and no clock.
import { createHash } from 'node:crypto';
import { equalBytes } from '../pki/bytes.ts';
import { certificateFacts } from '../pki/lint/certificate-facts.ts';
import { serialToHex } from '../pki/certificate/serial-number.ts';
import { svidVerdict } from '../pki/certificate/svid.ts';
import { DerError } from '../pki/der/reader.ts';
import { DEFAULT_LIMITS, startBudget } from '../pki/path/budget.ts';
import { readPathCertificate, type PathCertificate } from '../pki/path/path-certificate.ts';
import { revocationRefusal } from '../pki/path/revocation.ts';
import { validateSvid } from '../pki/path/spiffe-svid.ts';
import { isSameIssuerName, type Trust } from './trust.ts';
import type { SpiffeIdText } from './types.ts';

export interface AcceptedPeer {
  readonly accepted: true;
  readonly id: SpiffeIdText;
  readonly path: readonly PathCertificate[];
  /** Inclusive: when the first certificate of its path below the anchor expires. */
  readonly until: Date;
}

export interface RejectedPeer {
  readonly accepted: false;
  readonly code: string;
  readonly message: string;
  /** The SPIFFE ID that the certificate claims. */
  readonly id?: SpiffeIdText;
  /** Lower-case hex. */
  readonly serial?: string;
}

export type PeerVerdict = AcceptedPeer | RejectedPeer;

interface Remembered {
  readonly peer: AcceptedPeer;
  /** The key of the trust that accepted it. Long CRLs that are no longer in force must not stay in memory. */
  readonly trust: symbol;
  /** Both inclusive: the time in which the verdict holds. */
  readonly from: Date;
  readonly freshUntil: Date;
}

/** The peers remembered; the one that was accepted longest ago is forgotten first. */
const MOST = 10_000;
/** The certificates of CAs remembered. */
const MOST_CAS = 1_000;

export class PeerJudge {
  readonly #accepted = new Map<string, Remembered>();
  /** Certificates of CAs that peers sent in accepted paths. A resumed session brings only the leaf. */
  readonly #authorities = new Map<string, PathCertificate>();

  /** The CAs below the anchors that this judge has accepted. */
  get authorities(): readonly PathCertificate[] {
    return [...this.#authorities.values()];
  }

  /** Judges a peer by the DER of its certificate and of those it sent with it. */
  judge(der: Uint8Array, sent: () => readonly Uint8Array[], trust: Trust, now: Date): PeerVerdict {
    const key = digestOf(der);
    const known = this.#accepted.get(key);
    if (known !== undefined && known.trust === trust.key && now >= known.from && now <= known.freshUntil)
      return known.peer;
    try {
      const leaf = known?.peer.path[0] ?? readPathCertificate(der);
      const verdict = this.#validate(leaf, sent(), trust, now);
      if (verdict.accepted) this.#remember(key, verdict, trust, now);
      return verdict;
    } catch (error) {
      // never thrown: an error in the middle of a handshake must not leave the connection open
      const code = error instanceof DerError ? 'not-der' : 'unexpected';
      return { accepted: false, code, message: (error as Error).message };
    }
  }

  /**
   * Judges a peer with an open connection after a change. A CRL that expired, is missing or begins in the future ends no
   * connection; a revocation that any CRL lists does.
   */
  judgeAgain(peer: AcceptedPeer, trust: Trust, now: Date): PeerVerdict {
    const [leaf] = peer.path;
    const verdict = this.judge(leaf!.der, () => [], trust, now);
    if (verdict.accepted || !STALE.has(verdict.code)) return verdict;
    const bundle = trust.bundles.get(peer.id.split('/')[2] as never);
    const anchor = peer.path.at(-1)!;
    if (bundle?.anchors.some(({ entity }) => entity === anchor.entity) !== true) return verdict;
    return revokedIn(peer, trust, now) ?? (now > peer.until ? expired(peer) : peer);
  }

  #validate(leaf: PathCertificate, sent: readonly Uint8Array[], trust: Trust, now: Date): PeerVerdict {
    // an anchor that the peer sends vouches for nothing
    const below = sent.map(der => this.#authority(der)).filter(certificate => !isSelfSigned(certificate));
    const intermediates = [...below, ...this.#authorities.values()];
    const verdict = validateSvid(leaf, trust.stores, { now, intermediates });
    if (!verdict.accepted) {
      const { code, message } = verdict.reason;
      const id = claimedId(leaf);
      return { accepted: false, code, message, serial: serialOf(leaf), ...(id !== undefined && { id }) };
    }
    const until = earliest(verdict.path.slice(0, -1).map(({ tbs }) => tbs.notAfter.date));
    return { accepted: true, id: verdict.id.uri as SpiffeIdText, path: verdict.path, until };
  }

  /** Returns one object for a certificate, so its signature is verified once. */
  #authority(der: Uint8Array): PathCertificate {
    return this.#authorities.get(digestOf(der)) ?? readPathCertificate(der);
  }

  #remember(key: string, peer: AcceptedPeer, trust: Trust, now: Date): void {
    for (const authority of peer.path.slice(1, -1)) {
      if (this.#authorities.size < MOST_CAS) this.#authorities.set(digestOf(authority.der), authority);
    }
    this.#accepted.delete(key);
    if (this.#accepted.size >= MOST) this.#accepted.delete(this.#accepted.keys().next().value!);
    const below = peer.path.slice(0, -1);
    const from = below.reduce((most, { tbs }) => (tbs.notBefore.date > most ? tbs.notBefore.date : most), new Date(0));
    this.#accepted.set(key, {
      peer,
      trust: trust.key,
      from,
      freshUntil: earliest([peer.until, ...coverageOf(peer.path, trust, now)]),
    });
  }
}

const isSelfSigned = ({ subjectName, issuerName, extensions }: PathCertificate): boolean => {
  const [own, above] = [extensions.subjectKeyIdentifier?.value, extensions.authorityKeyIdentifier?.value.keyIdentifier];
  return subjectName === issuerName && (above === undefined || own === undefined || equalBytes(own, above));
};

/** Refusals that a CRL which is not in time causes. */
const STALE: ReadonlySet<string> = new Set(['crl-expired', 'crl-missing', 'crl-not-valid-yet']);

/** Returns the refusal if a CRL lists a certificate of the path, whatever its dates. */
function revokedIn({ path, id }: AcceptedPeer, trust: Trust, now: Date): RejectedPeer | undefined {
  for (const [index, certificate] of path.slice(0, -1).entries()) {
    const crls = crlsOf(certificate, trust);
    const budget = startBudget(DEFAULT_LIMITS);
    const signers = [path[index + 1]!];
    const found = revocationRefusal(certificate, { crls, signers, isTrusted: () => false, now, budget });
    if (found?.code === 'revoked')
      return { accepted: false, code: found.code, message: found.message, id, serial: serialOf(path[0]!) };
  }
  return undefined;
}

export const expired = ({ id, until, path }: AcceptedPeer): RejectedPeer => ({
  accepted: false,
  code: 'expired',
  message: `its certificate, or that of a CA above it, expired ${until.toISOString()}`,
  id,
  serial: serialOf(path[0]!),
});

const crlsOf = (certificate: PathCertificate, { shelf }: Trust) =>
  shelf
    .flatMap(({ newest, previous }) => [newest.crl, ...(previous ? [previous.crl] : [])])
    .filter(crl => isSameIssuerName(crl, certificate));

/**
 * Returns until when the CRLs that cover each certificate cover it. A CRL of another CA with the same name does not count. Without
 * revocation checking, there is no such end.
 */
const coverageOf = (path: readonly PathCertificate[], trust: Trust, now: Date): readonly Date[] =>
  path.slice(0, -1).flatMap((certificate, index) => {
    const crls = crlsOf(certificate, trust);
    if (crls.length === 0) return [];
    const signers = [path[index + 1]!];
    const covering = crls.filter(crl => {
      const budget = startBudget(DEFAULT_LIMITS);
      return (
        revocationRefusal(certificate, { crls: [crl], signers, isTrusted: () => false, now, budget }) === undefined
      );
    });
    const ends = covering.map(({ nextUpdate }) => nextUpdate?.date);
    if (ends.includes(undefined)) return [];
    // covered by the CRL of a CA that is not in the path: judged anew each time
    return [ends.reduce<Date>((last, end) => (end! > last ? end! : last), new Date(0))];
  });

const earliest = (dates: readonly Date[]): Date => dates.reduce((first, date) => (date < first ? date : first));

const digestOf = (der: Uint8Array): string => createHash('sha256').update(der).digest('base64');

/** Reads the SPIFFE ID from the DER: in the text that Node gives, one name can imitate another (CVE-2021-44532). */
function claimedId(leaf: PathCertificate): SpiffeIdText | undefined {
  const facts = certificateFacts(leaf.tbs);
  const verdict = facts.malformed === undefined ? svidVerdict(facts) : undefined;
  return verdict?.kind === 'svid' ? (verdict.id as SpiffeIdText) : undefined;
}

export const serialOf = ({ tbs }: PathCertificate): string => serialToHex(tbs.serial);
