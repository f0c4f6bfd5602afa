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

  test('two valid peers verify each other and read the SPIFFE ID of the other', async () => {
    expect(await handshake(peerOf(ours, 'web'), peerOf(ours, 'batch'))).toEqual({
      serverSaw: 'spiffe://example.org/batch',
      clientSaw: 'spiffe://example.org/web',
    });
    expect(await handshake(peerOf(ours, 'api'), peerOf(ours, 'api'))).toEqual({
      serverSaw: 'spiffe://example.org/api',
      clientSaw: 'spiffe://example.org/api',
    });
  });

  test('a foreign client is rejected', async () => {
    const server = peerOf(ours, 'web');
    const client = foreignPeerOf(ours, foreign, 'api');
    // Node reports the last fault that it finds: there is no CRL for that CA either
    expect(await handshake(server, client)).toEqual({ serverSaw: 'UNABLE_TO_GET_CRL', clientSaw: 'closed' });
    expect(await handshake({ ...server, crls: [] }, client)).toMatchObject({
      serverSaw: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    });
  });

  test('a foreign server is rejected', async () => {
    const server = foreignPeerOf(ours, foreign, 'web');
    expect(await handshake(server, peerOf(ours, 'api'))).toMatchObject({ clientSaw: 'UNABLE_TO_GET_CRL' });
  });

  test('a revoked client is rejected', async () => {
    expect(await handshake(peerOf(ours, 'web'), peerOf(ours, 'stolen'))).toEqual({
      serverSaw: 'CERT_REVOKED',
      clientSaw: 'closed',
    });
  });

  test('a revoked server is rejected', async () => {
    expect(await handshake(peerOf(ours, 'stolen'), peerOf(ours, 'api'))).toMatchObject({ clientSaw: 'CERT_REVOKED' });
  });

  test('a server certificate is rejected as a client', async () => {
    expect(await handshake(peerOf(ours, 'web'), peerOf(ours, 'web'))).toMatchObject({ serverSaw: 'INVALID_PURPOSE' });
  });

  // facts about Node that decide which files we write
  test('every client is rejected when only the CRL of the issuing CA is loaded', async () => {
    const server = { ...peerOf(ours, 'web'), crls: [crlOf(ours, 'issuing-g1')] };
    expect(await handshake(server, peerOf(ours, 'api'))).toMatchObject({ serverSaw: 'UNABLE_TO_GET_CRL' });
  });

  test('every client is rejected when all CRLs are in one file: Node reads only the first', async () => {
    const server = { ...peerOf(ours, 'web'), crls: [crlBundleOf(ours)] };
    expect(await handshake(server, peerOf(ours, 'api'))).toMatchObject({ serverSaw: 'UNABLE_TO_GET_CRL' });
  });

  test('every client is rejected while a CRL is expired', async () => {
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
