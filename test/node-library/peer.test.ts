import { once } from 'node:events';
import { connect as connectPlain, createServer as createPlainServer, Socket, type AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { authorize, peerSpiffeId } from '../../src/node-library/api.ts';
import type { PeerEvent } from '../../src/node-library/types.ts';
import { encodeKeyUsage } from '../../src/pki/extension/key-usage.ts';
import { makeLeaf, names, type TestCertificate } from '../support/pki/path-pki.ts';
import { planted, without } from '../support/pki/planted-certificate.ts';
import {
  certificatePem,
  day,
  follow,
  keyPem,
  makeAuthorities,
  makeSvid,
  serviceDirectory,
  type Authorities,
} from './site.ts';

let authorities: Authorities;
beforeAll(() => {
  authorities = makeAuthorities();
});

/** Returns the view that a server has of a client with this certificate, or why the server rejects it. */
async function seenFrom<T>(
  leaf: TestCertificate | undefined,
  look: (socket: TLSSocket) => T,
  changes = {},
): Promise<T | { readonly code: string; readonly message: string }> {
  const { context } = await follow(serviceDirectory('payments', authorities));
  const server = createServer({ ...context.serverOptions(), ...changes });
  context.follow(server);
  const seen = new Promise<T | PeerEvent>(resolve => {
    context.on('peerRejected', resolve);
    server.on('secureConnection', socket => {
      resolve(look(socket));
      socket.on('error', () => undefined).destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    ca: certificatePem(authorities.root),
    checkServerIdentity: () => undefined,
    ...(leaf && { cert: certificatePem(leaf, authorities.issuing), key: keyPem(leaf) }),
  });
  client.on('error', () => undefined);
  try {
    return await seen;
  } finally {
    client.destroy();
    server.close();
  }
}

const leaf = (extensions: Readonly<Record<string, Uint8Array>>): TestCertificate =>
  makeSvid('reports', authorities.issuing, { extensions });
const uri = (value: string) => ({ type: 'uri', value }) as const;
const dns = (value: string) => ({ type: 'dns', value }) as const;

const REPORTS = 'spiffe://example.org/reports';

test('the SPIFFE ID of an X509-SVID is read, whatever other names it has', async () => {
  const several = leaf(names(dns('a.example.org'), uri(REPORTS), dns('b.example.org')));
  expect(await seenFrom(several, peerSpiffeId)).toBe(REPORTS);
});

test.each([
  ['two URIs', names(uri(REPORTS), uri('spiffe://example.org/admin')), 'it has 2 URI names instead of 1'],
  ['one URI twice', names(uri(REPORTS), uri(REPORTS)), 'it has 2 URI names instead of 1'],
  ['no URI', names(dns('reports.example.org')), 'it has no URI name'],
  ['no names at all', without('subjectAltName'), 'it has no URI name'],
  ['another scheme', names(uri('https://example.org/reports')), 'is not a SPIFFE ID'],
  ['upper case', names(uri('SPIFFE://example.org/reports')), 'is not a SPIFFE ID'],
  ['a percent sign', names(uri('spiffe://example.org/%72eports')), 'is not a SPIFFE ID'],
  ['no path', names(uri('spiffe://example.org')), 'has no path and identifies the trust domain'],
  // the text of Node was once ambiguous: the comma separates names in subjectAltName
  ['a DNS name that holds another', names(dns('x, URI:spiffe://example.org/reports')), ''],
  [
    'the right to sign certificates',
    planted('keyUsage', true, encodeKeyUsage(['digitalSignature', 'keyCertSign'])),
    '',
  ],
])('a certificate with %s proves no id', async (_, extensions, reason) => {
  const decision = await seenFrom(leaf(extensions), () => 'accepted');
  expect(decision).toMatchObject({ side: 'server', message: expect.stringContaining(reason) as string });
  expect(decision).not.toHaveProperty('id');
});

test('a peer with an unverified chain is rejected, although the server would accept it', async () => {
  const foreign = makeAuthorities(5);
  const lax = { rejectUnauthorized: false };
  const decide = () => 'accepted';
  expect(await seenFrom(makeSvid('reports', foreign.issuing), decide, lax)).toMatchObject({
    code: 'not-verified',
    message: expect.stringContaining('the chain was not verified') as string,
  });
  expect(await seenFrom(undefined, decide, lax)).toMatchObject({ code: 'not-verified' });
  const expired = makeLeaf({ name: 'reports', issuer: authorities.issuing, notBefore: day(-9), notAfter: day(-1) });
  expect(await seenFrom(expired, decide, lax)).toMatchObject({ code: 'not-verified' });
});

test('an allow list with an invalid SPIFFE ID is refused', async () => {
  const { context } = await follow(serviceDirectory('payments', authorities));
  const wrong = { allow: ['spiffe://example.org/reports/'] } as const;
  const message = 'allow: "spiffe://example.org/reports/" is not a SPIFFE ID';
  expect(() => context.connectOptions(wrong)).toThrow(message);
  expect(() => context.agent(wrong)).toThrow(message);
  expect(() => authorize(new Socket(), wrong)).toThrow(message);
});

test('a connection without TLS has no SPIFFE ID', async () => {
  const server = createPlainServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connectPlain((server.address() as AddressInfo).port, '127.0.0.1');
  expect(peerSpiffeId(socket)).toBeUndefined();
  expect(authorize(socket, { allow: [REPORTS] })).toEqual({
    allowed: false,
    reason: 'no source has admitted this connection',
  });
  socket.destroy();
  server.close();
});
