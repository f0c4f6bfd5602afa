import { beforeAll, describe, expect, test } from 'vitest';
import { realNow } from '../support/real-clock.ts';
import { crlBundleOf, crlOf, foreignPeerOf, initPkiAt, makePki, peerOf, type Pki, svcauth } from './pki.ts';
import { handshake } from './tls.ts';

describe('mutual TLS between two Node services', () => {
  let ours: Pki;
  let foreign: Pki;

  beforeAll(async () => {
    [ours, foreign] = [await makePki('ecdsa-p256'), await makePki('ecdsa-p256')];
  });

  test('two good peers verify each other and read the SPIFFE ID of the other', async () => {
    expect(await handshake(peerOf(ours, 'web'), peerOf(ours, 'batch'))).toEqual({
      serverSaw: 'spiffe://example.org/batch',
      clientSaw: 'spiffe://example.org/web',
    });
    expect(await handshake(peerOf(ours, 'api'), peerOf(ours, 'api'))).toEqual({
      serverSaw: 'spiffe://example.org/api',
      clientSaw: 'spiffe://example.org/api',
    });
  });

  test('a foreign client stays out', async () => {
    const server = peerOf(ours, 'web');
    const client = foreignPeerOf(ours, foreign, 'api');
    // Node reports the last fault that it finds: there is no CRL for that authority either
    expect(await handshake(server, client)).toEqual({ serverSaw: 'UNABLE_TO_GET_CRL', clientSaw: 'closed' });
    expect(await handshake({ ...server, crls: [] }, client)).toMatchObject({
      serverSaw: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    });
  });

  test('a foreign server is not talked to', async () => {
    const server = foreignPeerOf(ours, foreign, 'web');
    expect(await handshake(server, peerOf(ours, 'api'))).toMatchObject({ clientSaw: 'UNABLE_TO_GET_CRL' });
  });

  test('a revoked client stays out', async () => {
    expect(await handshake(peerOf(ours, 'web'), peerOf(ours, 'stolen'))).toEqual({
      serverSaw: 'CERT_REVOKED',
      clientSaw: 'closed',
    });
  });

  test('a revoked server is not talked to', async () => {
    expect(await handshake(peerOf(ours, 'stolen'), peerOf(ours, 'api'))).toMatchObject({ clientSaw: 'CERT_REVOKED' });
  });

  test('a certificate for servers is no client', async () => {
    expect(await handshake(peerOf(ours, 'web'), peerOf(ours, 'web'))).toMatchObject({ serverSaw: 'INVALID_PURPOSE' });
  });

  // Facts about Node that decide which files we write.
  test('with the CRL of the issuing CA alone, everybody stays out', async () => {
    const server = { ...peerOf(ours, 'web'), crls: [crlOf(ours, 'issuing-g1')] };
    expect(await handshake(server, peerOf(ours, 'api'))).toMatchObject({ serverSaw: 'UNABLE_TO_GET_CRL' });
  });

  test('with all CRLs in one file, everybody stays out: only the first is read', async () => {
    const server = { ...peerOf(ours, 'web'), crls: [crlBundleOf(ours)] };
    expect(await handshake(server, peerOf(ours, 'api'))).toMatchObject({ serverSaw: 'UNABLE_TO_GET_CRL' });
  });

  test('with an expired CRL, everybody stays out until it is refreshed', async () => {
    const now = realNow();
    const fifteenDaysAgo = new Date(now.getTime() - 15 * 86_400_000);
    const pki = await initPkiAt(fifteenDaysAgo, '--key-protection', 'none');
    await svcauth(pki, 'issue', 'api', '--ip', '127.0.0.1');
    const client = { ...peerOf(pki, 'api'), crls: [] };
    const seen = async () => (await handshake(peerOf(pki, 'api'), client)).serverSaw;
    expect(await seen()).toBe('CRL_HAS_EXPIRED');
    pki.world.now = now;
    await svcauth(pki, 'crl', 'refresh');
    expect(await seen()).toBe('spiffe://example.org/api');
  });
});
