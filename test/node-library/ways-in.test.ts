// The table of ways in: how a peer arrives, times why it must not, times the side of the service.
// A bad peer is rejected or ended, and the code is in the event and in the error of a client. A good peer beside it is not touched.
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { meeting, type Link, type Meeting, type Opening, type Transport } from './ways/links.ts';
import { closeAll, HOUR, makeWorld, papersOf, type Papers, type World, type WorldChanges } from './ways/world.ts';
import { makeLeaf, names } from '../support/pki/path-pki.ts';
import { certificatePem, crlPem, day, makeSvid } from './site.ts';

afterEach(closeAll);

const SIDES = ['server', 'client'] as const;
const DAY = 24 * HOUR;
const GOOD = 'spiffe://example.org/good';

/** A change that makes the bad peer bad. */
interface Reason {
  readonly reason: string;
  readonly world?: WorldChanges;
  /** Before the source looks again. */
  readonly change: (world: World) => void;
  readonly codes: readonly string[];
}

const revokeBad = ({ service, partner, bad }: World, changes = {}): void =>
  service.replace('crl/issuing-g2.pem', crlPem(partner.issuing, { revoked: [bad.leaf], number: 2, ...changes }));

const REASONS: readonly Reason[] = [
  { reason: 'is revoked', change: revokeBad, codes: ['revoked'] },
  {
    reason: 'has expired',
    world: { bad: { notAfter: day(1) } },
    change: ({ later }) => later(2 * DAY),
    codes: ['expired'],
  },
  {
    reason: 'is revoked while the CRL of the own CA is stale',
    world: { goodBelow: 'sibling' },
    change: world => {
      world.service.replace('crl/issuing.pem', crlPem(world.own.issuing, { number: 2, until: day(-0.5) }));
      revokeBad(world);
    },
    codes: ['revoked'],
  },
  {
    reason: 'is revoked while the CRL of the own CA has expired in force',
    world: { goodBelow: 'sibling' },
    change: world => {
      for (const name of ['root-g2', 'sibling'] as const) {
        const ca = name === 'sibling' ? world.sibling : world.partner.root;
        world.service.replace(`crl/${name}.pem`, crlPem(ca, { number: 2, until: day(30) }));
      }
      revokeBad(world, { until: day(30) });
      world.later(8 * DAY);
    },
    codes: ['revoked'],
  },
  {
    reason: 'is revoked while a file in the CRL directory is damaged',
    change: world => {
      world.service.write('crl/a.pem', 'damaged');
      world.service.write('crl/issuing.pem', crlPem(world.own.issuing).slice(0, 200));
      revokeBad(world);
    },
    codes: ['revoked'],
  },
  {
    reason: 'is revoked in a file with a damaged CRL',
    world: { oneFile: true },
    change: ({ service, own, partner, sibling, bad }) => {
      const damaged = crlPem(own.issuing, { number: 2 }).replace(/\n.{20}/, '\n!');
      const others = [own.root, partner.root, sibling].map(ca => crlPem(ca));
      const revoking = crlPem(partner.issuing, { number: 2, revoked: [bad.leaf] });
      service.replace('crls.pem', [damaged, ...others, revoking].join(''));
    },
    codes: ['revoked'],
  },
  {
    reason: 'is revoked by a CRL that begins in the future',
    world: { goodBelow: 'partner' },
    change: world => revokeBad(world, { from: day(0.5) }),
    codes: ['revoked'],
  },
  {
    reason: 'is below a revoked CA',
    world: { goodBelow: 'sibling' },
    change: ({ service, partner }) =>
      service.replace('crl/root-g2.pem', crlPem(partner.root, { number: 2, revoked: [partner.issuing] })),
    codes: ['revoked'],
  },
  {
    reason: 'is below an anchor that was removed',
    change: ({ service, own, later }) => {
      service.replace('bundle.pem', certificatePem(own.root));
      later(10_000);
    },
    codes: ['no-issuer', 'not-verified'],
  },
];

/** A way to arrive: `before` the change and `after` it. */
interface Arrival {
  readonly arrival: string;
  readonly transport: Transport;
  readonly fate: 'peerRejected' | 'peerEnded';
  readonly first?: Opening;
  /** Returns the link that must fail. */
  readonly arrive: (at: Meeting, change: () => Promise<void>, release: () => void) => Promise<Link>;
  /** No handshake begins before `release`. */
  readonly isGated?: boolean;
}

const opened = (arrival: string, transport: Transport): Arrival => ({
  ...{ arrival, transport, fate: 'peerEnded' },
  arrive: async (at, change) => {
    const link = await at.open();
    expect(await link.ask()).toBe('pong');
    // a question that is open during the change
    void link.ended;
    await link.ask();
    await change();
    return link;
  },
});

const arriving = (arrival: string, transport: Transport): Arrival => ({
  ...{ arrival, transport, fate: 'peerRejected' },
  arrive: async (at, change) => {
    expect(await (await at.open()).ask()).toBe('pong');
    await change();
    return at.open();
  },
});

const resuming = (version: 'TLSv1.2' | 'TLSv1.3'): Arrival => ({
  arrival: `with a session of ${version}`,
  ...{ transport: 'raw TLS', fate: 'peerRejected' },
  first: { version },
  arrive: async (at, change) => {
    const link = await at.open();
    await link.ask();
    await expect.poll(link.session).toBeDefined();
    const session = link.session();
    const keys = at.server?.getTicketKeys();
    await change();
    // as several processes do that share their keys: the server knows the session
    if (keys !== undefined) at.server!.setTicketKeys(keys);
    return at.open({ session });
  },
});

const ARRIVALS: readonly Arrival[] = [
  opened('over an open TLS connection', 'raw TLS'),
  opened('over an open HTTP/1 connection', 'HTTP/1'),
  opened('over an open HTTP/2 session', 'HTTP/2'),
  opened('over an upgraded socket', 'an upgraded socket'),
  arriving('over a new TLS connection', 'raw TLS'),
  arriving('with a new HTTP/1 connection', 'HTTP/1'),
  arriving('with a new HTTP/2 session', 'HTTP/2'),
  resuming('TLSv1.2'),
  resuming('TLSv1.3'),
  {
    arrival: 'over a TCP connection opened before',
    ...{ transport: 'raw TLS', fate: 'peerRejected', isGated: true },
    arrive: async (at, change, release) => {
      const connected = at.server && once(at.server, 'connection');
      const opening = at.open();
      await (connected ?? opening);
      await change();
      release();
      return opening;
    },
  },
];

const of = (world: World, { leaf }: Papers) => {
  const serial = Buffer.from([...(leaf.serial > 255 ? [leaf.serial >> 8] : []), leaf.serial & 255]).toString('hex');
  // Node has thrown away the certificate of a client that OpenSSL rejected
  return world.events.filter(event => event.serial === serial || event.code === 'not-verified');
};

/** The error of a client of ours says why; a client that the service rejects gets no reason. */
async function expectFailure(link: Link, isOurs: boolean, codes: readonly string[], fate: Arrival['fate']) {
  const error = (await link.ask().then(
    answer => new Error(`answered ${answer}`),
    (failure: Error) => failure,
  )) as Error & { reason?: string; code?: string };
  expect(error.message).not.toContain('answered');
  const ended = (fate === 'peerEnded' ? await link.ended : error) as typeof error;
  if (!isOurs) return;
  expect([ended.code, ended.reason]).toEqual([
    fate === 'peerEnded' ? 'ERR_PEER_ENDED' : 'ERR_PEER_REJECTED',
    expect.toBeOneOf([...codes]),
  ]);
}

/** The reasons that need another part of the library meet the ways that need another part. */
const BRIEF = new Set(['raw TLS', 'HTTP/2']);

describe.each(SIDES)('on the side of the %s', side => {
  describe.each(REASONS.map(each => [each.reason, each] as const))(
    'a peer that %s',
    (_, { world: changes, change, codes, reason }) => {
      const isBrief = reason !== 'is revoked' && reason !== 'has expired';
      test.each(
        ARRIVALS.filter(({ transport }) => !isBrief || BRIEF.has(transport)).map(each => [each.arrival, each] as const),
      )('does not get in %s', async (_, { transport, fate, first = {}, arrive, isGated = false }) => {
        const world = await makeWorld(changes);
        let release = (): void => undefined;
        const gate = new Promise<void>(resolve => (release = resolve));
        const bad = await meeting(world, side, transport, world.bad, isGated ? { ...first, gate } : first);
        const good = await (await meeting(world, side, transport, world.good, first)).open();
        expect(await good.ask()).toBe('pong');
        const link = await arrive(
          bad,
          async () => {
            change(world);
            await world.source.refresh();
          },
          () => release(),
        ).catch((error: unknown) => error as Error);
        if (!(link instanceof Error)) await expectFailure(link, side === 'client', codes, fate);
        await expect
          .poll(() => of(world, world.bad))
          .toContainEqual(expect.objectContaining({ name: fate, side, code: expect.toBeOneOf([...codes]) as string }));
        expect(await good.ask()).toBe('pong');
        expect(of(world, world.good).filter(({ code }) => code !== 'not-verified')).toEqual([]);
      });
    },
  );
});

/** A peer that was never good. */
interface Stranger {
  readonly stranger: string;
  readonly papers: (world: World) => Papers;
  readonly codes: readonly string[];
}

const FEDERATED = 'other.org';

const STRANGERS: readonly Stranger[] = [
  {
    stranger: 'is not allowed',
    papers: world => papersOf(world, makeSvid('bad', world.own.issuing), world.own.issuing),
    codes: ['not-allowed'],
  },
  {
    stranger: 'has an ID of ours from the anchor of another trust domain',
    papers: world => papersOf(world, makeSvid('good', world.partner.issuing), world.partner.issuing),
    codes: ['no-issuer'],
  },
  {
    stranger: 'has an ID of another trust domain from our anchor',
    papers: world => {
      const value = `spiffe://${FEDERATED}/good`;
      const leaf = makeSvid('good', world.own.issuing, { extensions: names({ type: 'uri', value }) });
      return papersOf(world, leaf, world.own.issuing);
    },
    codes: ['no-issuer'],
  },
  {
    stranger: 'has an ID of a trust domain without anchors',
    papers: world => {
      const value = 'spiffe://third.org/good';
      const leaf = makeSvid('good', world.own.issuing, { extensions: names({ type: 'uri', value }) });
      return papersOf(world, leaf, world.own.issuing);
    },
    codes: ['svid-trust-domain'],
  },
  {
    stranger: 'has no SPIFFE ID',
    papers: world =>
      papersOf(
        world,
        makeLeaf({ name: 'bad', issuer: world.own.issuing, notBefore: day(-2), notAfter: day(9) }),
        world.own.issuing,
      ),
    codes: ['svid-one-uri'],
  },
];

describe.each(SIDES)('on the side of the %s', side => {
  describe.each(['raw TLS', 'HTTP/1', 'HTTP/2', 'an upgraded socket'] as const)('with %s', transport => {
    test.each(STRANGERS.map(each => [each.stranger, each] as const))(
      'a peer that %s does not get in',
      async (_, { papers, codes }) => {
        const world = await makeWorld({ federated: FEDERATED });
        const allow = [GOOD, { memberOf: FEDERATED }, { memberOf: 'third.org' }] as const;
        const bad = papers(world);
        const good = await (await meeting(world, side, transport, world.good, { allow })).open();
        expect(await good.ask()).toBe('pong');
        const link = await meeting(world, side, transport, bad, { allow })
          .then(at => at.open())
          .catch((error: unknown) => error as Error);
        if (!(link instanceof Error)) await expectFailure(link, side === 'client', codes, 'peerRejected');
        await expect
          .poll(() => of(world, bad))
          .toContainEqual(
            expect.objectContaining({ name: 'peerRejected', side, code: expect.toBeOneOf([...codes]) as string }),
          );
        expect(await good.ask()).toBe('pong');
        expect(of(world, world.good)).toEqual([]);
      },
    );
  });
});
