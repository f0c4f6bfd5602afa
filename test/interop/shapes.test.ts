import { beforeAll, expect, test } from 'vitest';
import { describeWith } from '../support/programs.ts';
import type { Job } from './judge.ts';
import { fileOf, initPki, jobFor, type Pki, svcauth } from './pki.ts';
import { VERIFIERS } from './verifiers.ts';

/** Flags of PKIs other than the default one. */
const SHAPES = {
  'one tier': ['--single-tier'],
  'name constraints': ['--permit-dns', 'example.org', '--exclude-dns', 'secret.example.org'],
  'a CRL address in every certificate': ['--crl-url', 'http://crl.example.org'],
} as const;

type Shape = keyof typeof SHAPES;
const NAMES = Object.keys(SHAPES) as readonly Shape[];

async function makeShape(shape: Shape): Promise<Pki> {
  const pki = await initPki('--key-protection', 'none', ...SHAPES[shape]);
  await svcauth(pki, 'issue', 'api', '--dns', 'api.example.org', '--ip', '127.0.0.1');
  await svcauth(pki, 'issue', 'stolen', '--dns', 'stolen.example.org');
  await svcauth(pki, 'revoke', 'stolen', '--reason', 'keyCompromise');
  return pki;
}

let pkis: Record<Shape, Pki>;

beforeAll(async () => {
  const made: [Shape, Pki][] = [];
  for (const shape of NAMES) made.push([shape, await makeShape(shape)]);
  pkis = Object.fromEntries(made) as typeof pkis;
});

for (const { title, programs, judge } of VERIFIERS) {
  describeWith(programs, title, () => {
    test('the verifier accepts valid and rejects revoked certificates in every shape of PKI', async () => {
      const jobs = NAMES.flatMap((shape): readonly Job[] => {
        const pki = pkis[shape];
        const good = fileOf(pki, 'api', 'tls.crt');
        return [
          jobFor(pki, good, 'server'),
          jobFor(pki, good, 'client'),
          jobFor(pki, fileOf(pki, 'stolen', 'tls.crt'), 'client'),
        ];
      });
      const verdicts = await judge(jobs);
      expect(
        verdicts.map(({ outcome }) => outcome),
        verdicts.map(({ words }) => words).join('\n'),
      ).toEqual(NAMES.flatMap(() => ['accepted', 'accepted', 'revoked']));
    });
  });
}
