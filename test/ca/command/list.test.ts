import { beforeAll, describe, expect, test } from 'vitest';
import { giveAway } from '../../support/pki/holder.ts';
import { pkiTemplate, type PkiWorld } from '../../support/pki/pki.ts';
import { revokingCrl } from '../../planted/rows/published.ts';

let world: PkiWorld;
beforeAll(async () => {
  world = (await pkiTemplate())();
  const crl = revokingCrl(world);
  await giveAway(world);
  await world.succeed('crl', 'import', crl);
});

const AT = '2026-11-21T00:00:00Z';

describe('a CA of ours that the holder of the root has revoked', () => {
  test('has the state "revoked" in the table of CAs and of the status', async () => {
    for (const command of [['ca', 'list'], ['status']]) {
      const row = (await world.succeed(...command)).split('\n').find(line => line.startsWith('issuing-g1'));
      expect(row, command.join(' ')).toMatch(/^issuing-g1 +revoked /);
    }
  });

  test('keeps its own state in JSON, and has the time of the revocation', async () => {
    const expected = { ca: 'issuing-g1', state: 'active', revokedAt: AT };
    expect(JSON.parse(await world.succeed('ca', 'list', '-o', 'json'))).toMatchObject({
      cas: [{ ca: 'root-g1' }, expected],
    });
    const [root, issuing] = (await world.succeed('ca', 'list', '-o', 'jsonl')).trimEnd().split('\n');
    expect(JSON.parse(issuing!)).toMatchObject(expected);
    expect(root).not.toContain('revokedAt');
  });

  test('shows the time with "ca show"', async () => {
    expect(await world.succeed('ca', 'show', 'issuing-g1')).toMatch(new RegExp(`^revoked +${AT}`, 'm'));
  });

  test('shows that it is tainted once it is', async () => {
    const other = (await pkiTemplate())();
    const crl = revokingCrl(other);
    await giveAway(other);
    await other.succeed('crl', 'import', crl);
    await other.succeed('ca', 'taint', 'issuing-g1', '--reason', 'revoked');
    expect(await other.succeed('ca', 'list')).toMatch(/^issuing-g1 +tainted /m);
  });
});
