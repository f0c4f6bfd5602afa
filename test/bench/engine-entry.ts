import { randomBytes } from 'node:crypto';
import { certifyAuthority } from '../../src/ca/run/new-authority.ts';
import { leafIssuer, type LeafIssuer, type PlannedLeaf } from '../../src/issuance/run/leaf-issuer.ts';
import { KEY_ALGORITHMS } from '../../src/pki/key/algorithm.ts';
import { generateKeyPair } from '../../src/pki/key/pair.ts';
import { parseTrustDomain } from '../../src/pki/name/spiffe-id.ts';

const NOW = new Date('2026-12-01T00:00:00Z');
const YEAR = 365 * 86_400_000;
const after = (milliseconds: number): Date => new Date(NOW.getTime() + milliseconds);
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** Makes a P-256 CA and the engine that issues from it. */
export async function makeEngine(): Promise<LeafIssuer> {
  const keys = await generateKeyPair(KEY_ALGORITHMS['ecdsa-p256']);
  const names = { name: 'bench', trustDomain: parseTrustDomain('example.org') };
  const planned = {
    id: 'root-g1',
    tier: 'root',
    generation: 1,
    how: 'create',
    keyAlgorithm: 'ecdsa-p256',
    notBefore: NOW,
    notAfter: after(10 * YEAR),
    keyLocation: 'file',
  } as const;
  const { issuer } = await certifyAuthority({ random }, names, planned, keys, undefined);
  return leafIssuer({ random }, issuer);
}

export const leaves = (count: number): PlannedLeaf[] =>
  Array.from({ length: count }, (_, i) => ({
    service: `svc-${i}`,
    spec: {
      spiffeId: `spiffe://example.org/svc-${i}`,
      profile: 'svid',
      dns: [`svc-${i}.example.org`],
      ip: [],
      ttl: 30 * 86_400,
      keyAlgorithm: 'ecdsa-p256',
      tags: {},
    },
    notBefore: NOW,
    notAfter: after(30 * 86_400_000),
    key: { source: 'generated' },
  }));
