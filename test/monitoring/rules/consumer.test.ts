import { expect, test } from 'vitest';
import type { ConsumerState } from '../../../src/deployment/rules/consumer.ts';
import { consumersFindings, type NeededCrl } from '../../../src/monitoring/rules/consumer.ts';
import { at } from '../../support/pki/rows.ts';
import { POLICY } from '../../support/issuance.ts';

const LOADED = at('2026-11-21');
const CRL = { number: 7n, nextUpdate: at('2026-12-05') };

const consumer = (changes: Partial<ConsumerState> = {}): ConsumerState => ({
  ...{ id: 'command:1', name: 'reload nginx', services: 1, reload: 'hook', hooks: [] },
  loaded: { at: LOADED, bundleSequence: 1, crls: new Map([['issuing-g1', CRL]]) },
  ...changes,
});

const findings = (state: ConsumerState, now: Date, needed: Partial<NeededCrl> = {}) =>
  consumersFindings([state], [{ ca: 'issuing-g1', lifetime: 14 * 86_400, ...needed }], POLICY.check, now).map(
    ({ name, severity }) => `${severity} ${name}`,
  );

test('a program that has loaded the published trust has no finding', () => {
  expect(findings(consumer(), LOADED)).toEqual([]);
});

test('a program without a hook has none on the first day, a warning at half of the CRL and is critical near its end', () => {
  const undeclared = consumer({ reload: 'undeclared' });
  expect(findings(undeclared, at('2026-11-22'))).toEqual([]);
  expect(findings(undeclared, at('2026-11-29'))).toEqual(['warning trust-not-loaded']);
  expect(findings(undeclared, at('2026-12-03'))).toEqual(['critical trust-not-loaded']);
});

test('a revocation in the second after the load is not loaded, although its recorded date is a minute earlier', () => {
  const lastRevocation = new Date(LOADED.getTime() + 1000 - 60_000);
  expect(findings(consumer({ reload: 'undeclared' }), LOADED, { lastRevocation })).toEqual([
    'warning trust-not-loaded',
  ]);
  expect(findings(consumer({ reload: 'manual' }), LOADED, { lastRevocation })).toEqual(['critical trust-not-loaded']);
  const pending = { attempts: 1, problem: 'exit status 1' };
  expect(findings(consumer({ pending }), LOADED, { lastRevocation })).toEqual(['critical trust-not-loaded']);
});

test('a revocation from before the load is not a finding', () => {
  const lastRevocation = new Date(LOADED.getTime() - 120_000);
  expect(findings(consumer({ reload: 'manual' }), LOADED, { lastRevocation })).toEqual([]);
});

test('a failed hook is a warning while its CRL is young', () => {
  expect(findings(consumer({ pending: { attempts: 1, problem: 'exit status 1' } }), LOADED)).toEqual([
    'warning consumer-pending',
  ]);
});

test('a program that reloads by itself is judged by the end of its CRL alone', () => {
  const self = consumer({ reload: 'self' });
  expect(findings(self, at('2026-12-04'))).toEqual([]);
  expect(findings(self, at('2026-12-05'))).toEqual(['critical trust-not-loaded']);
});
