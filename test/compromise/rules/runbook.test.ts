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

test('the runbook does not taint a tainted CA again', () => {
  expect(commands()[0]).toMatch(/^svcauth ca taint issuing-g1 /);
  expect(commands({ authority: { ...issuing, state: 'tainted' } })[0]).toMatch(/^svcauth ca rotate prepare /);
});

test('the runbook revokes the CA after the renewal, and before it retires the CA', () => {
  const all = commands();
  const at = (part: string) => all.findIndex(command => command.includes(part));
  expect(at('renew')).toBeLessThan(at('--revoke'));
  expect(at('--revoke')).toBeLessThan(at('rotate retire'));
});

test('the runbook signs the CRL of an offline root before it publishes', () => {
  const all = commands();
  const at = all.indexOf('svcauth crl refresh --ca root-g1 --key FILE');
  expect(all[at - 1]).toContain('--revoke');
  expect(all[at + 1]).toContain('crl publish');
  const here: CertifiedAuthority = { ...root, keyLocation: 'file' };
  expect(commands({ above: { authority: here, crl: undefined } }).join()).not.toContain('crl refresh');
});

test('the runbook names the key files of an offline root and of its successor', () => {
  expect(commands().find(command => command.includes('prepare'))).toMatch(/ --root-key FILE$/);
  const prepare = runbook({ authority: root, successorId: 'root-g2' }).steps[1];
  expect(prepare?.command).toMatch(/ --root-key FILE --root-key-out FILE$/);
});
