import { expect, test } from 'vitest';
import type { CertifiedAuthority } from '../../../src/ca/rules/active-issuer.ts';
import { compromiseRunbook, type CompromiseFacts } from '../../../src/compromise/rules/runbook.ts';
import { authorityRow, crlRow } from '../../support/pki/rows.ts';

const issuing = authorityRow().authority as CertifiedAuthority;
const root: CertifiedAuthority = { ...issuing, id: 'root-g1', tier: 'root', keyLocation: 'offline' };

const runbook = (changes: Partial<CompromiseFacts> = {}) =>
  compromiseRunbook({
    authority: issuing,
    successorId: 'issuing-g2',
    above: { authority: root, crl: crlRow({ authorityId: 'root-g1' }) },
    leaves: { live: 3, superseded: 0, services: ['payments'] },
    serviceCount: 2,
    refreshHint: 3600,
    soak: 86_400,
    ...changes,
  });

const commands = (changes: Partial<CompromiseFacts> = {}) =>
  runbook(changes).steps.flatMap(({ command }) => command ?? []);

test('a CA that is tainted is not tainted again', () => {
  expect(commands()[0]).toMatch(/^svcauth ca taint issuing-g1 /);
  expect(commands({ authority: { ...issuing, state: 'tainted' } })[0]).toMatch(/^svcauth ca rotate prepare /);
});

test('the CA is revoked after everything was renewed, and before it is retired', () => {
  const all = commands();
  const at = (part: string) => all.findIndex(command => command.includes(part));
  expect(at('renew')).toBeLessThan(at('--revoke'));
  expect(at('--revoke')).toBeLessThan(at('rotate retire'));
});

test('a revocation by an offline root is signed before it is published', () => {
  const all = commands();
  const at = all.indexOf('svcauth crl refresh --ca root-g1 --key FILE');
  expect(all[at - 1]).toContain('--revoke');
  expect(all[at + 1]).toContain('crl publish');
  const here: CertifiedAuthority = { ...root, keyLocation: 'file' };
  expect(commands({ above: { authority: here, crl: undefined } }).join()).not.toContain('crl refresh');
});

test('a root that is kept offline is asked for its key, and a new one has to go somewhere', () => {
  expect(commands().find(command => command.includes('prepare'))).toMatch(/ --root-key FILE$/);
  const prepare = runbook({ authority: root, successorId: 'root-g2' }).steps[1];
  expect(prepare?.command).toMatch(/ --root-key FILE --root-key-out FILE$/);
});
