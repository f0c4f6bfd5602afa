// Three CAs under two roots, a service that trusts both, a peer that turns bad and a good one.
// The peers are plain Node: they know nothing of the library, as an attacker with a certificate would.
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { PeerEvent, SourceOptions, X509Source } from '../../../src/node-library/types.ts';
import { makeCa, type TestCertificate, type Wanted } from '../../support/pki/path-pki.ts';
import {
  certificatePem,
  crlPem,
  day,
  follow,
  keyPem,
  makeAuthorities,
  makeSvid,
  serviceDirectory,
  testClock,
  type Authorities,
  type ServiceDirectory,
  type TestClock,
} from '../site.ts';

export type Side = 'server' | 'client';
export const EVERYONE = { memberOf: 'example.org' } as const;

/** The TLS options of a plain peer. */
export interface Papers {
  readonly leaf: TestCertificate;
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
}

export interface World {
  readonly own: Authorities;
  /** The CA of the bad peer, and another one below the same root. */
  readonly partner: Authorities;
  readonly sibling: TestCertificate;
  readonly service: ServiceDirectory;
  readonly source: X509Source;
  readonly clock: TestClock;
  readonly bad: Papers;
  readonly good: Papers;
  /** The events of the source, the oldest first. */
  readonly events: readonly (PeerEvent & { readonly name: 'peerRejected' | 'peerEnded' })[];
  readonly later: (milliseconds: number) => void;
  listen(server: Server): Promise<number>;
  closing(close: () => void): void;
}

export interface WorldChanges {
  /** The certificate of the bad peer. */
  readonly bad?: Partial<Wanted>;
  /** The CA of the good peer; default: the service's own. */
  readonly goodBelow?: 'own' | 'partner' | 'sibling';
  readonly options?: Partial<SourceOptions>;
  /** The trust domain of the partner's anchor; default: that of the service. */
  readonly federated?: string;
  /** All CRLs in one file. */
  readonly oneFile?: boolean;
}

const toClose: (() => void)[] = [];
export function closeAll(): void {
  for (const close of toClose.splice(0)) close();
}

export const HOUR = 3_600_000;

export async function makeWorld({
  bad,
  goodBelow = 'own',
  options,
  federated,
  oneFile = false,
}: WorldChanges = {}): Promise<World> {
  const own = makeAuthorities();
  const partner = makeAuthorities(2);
  const sibling = makeCa({ name: 'Sibling g2', issuer: partner.root, notBefore: day(-20), notAfter: day(300) });
  const service = serviceDirectory('payments', own);
  service.write('bundle.pem', certificatePem(own.root, ...(federated === undefined ? [partner.root] : [])));
  service.write('partner.pem', certificatePem(partner.root));
  const others = { 'root-g2': partner.root, 'issuing-g2': partner.issuing, sibling };
  for (const [name, ca] of Object.entries(others)) service.write(`crl/${name}.pem`, crlPem(ca));
  service.write('crls.pem', [own.root, own.issuing, ...Object.values(others)].map(ca => crlPem(ca)).join(''));
  const clock = testClock();
  const { context: source } = await follow(service, {
    clock,
    crls: oneFile ? service.path('crls.pem') : service.crls,
    ...(federated !== undefined && { federated: { [federated]: service.path('partner.pem') } }),
    ...options,
  });
  const ca = certificatePem(own.root, partner.root);
  const papers = (leaf: TestCertificate, ...above: readonly TestCertificate[]): Papers => ({
    leaf,
    tls: { cert: certificatePem(leaf, ...above), key: keyPem(leaf), ca },
  });
  const goodCa = { own: own.issuing, partner: partner.issuing, sibling }[goodBelow];
  const events: (PeerEvent & { readonly name: 'peerRejected' | 'peerEnded' })[] = [];
  for (const name of ['peerRejected', 'peerEnded'] as const) source.on(name, event => events.push({ name, ...event }));
  return {
    ...{ own, partner, sibling, service, source, clock, events },
    bad: papers(makeSvid('bad', partner.issuing, bad), partner.issuing),
    good: papers(makeSvid('good', goodCa), goodCa),
    later: milliseconds => void (clock.time = new Date(clock.time.getTime() + milliseconds)),
    closing: close => void toClose.push(close),
    listen: async server => {
      toClose.push(() => server.close());
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },
  };
}

/** Makes certificates for a peer that was never good. */
export const papersOf = (
  { own, partner }: World,
  leaf: TestCertificate,
  ...above: readonly TestCertificate[]
): Papers => ({
  leaf,
  tls: { cert: certificatePem(leaf, ...above), key: keyPem(leaf), ca: certificatePem(own.root, partner.root) },
});
