import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Finding, FindingName } from '../../src/monitoring/rules/finding.ts';
import { FINDING } from '../../src/monitoring/view/documents.ts';
import { describeFinding } from '../../src/monitoring/view/finding.ts';

const FILE = join(import.meta.dirname, '../../docs/recovery.md');
const NOW = new Date('2026-11-21T00:00:00Z');

const NAMES = (FINDING as unknown as { properties: { name: { enum: readonly FindingName[] } } }).properties.name.enum;

/** Facts on which a remedy depends, each alone and all absent. Values in capitals are filled in by the reader. */
const FACTS: readonly Partial<Finding>[] = [
  {},
  { keySource: 'csr' },
  ...(['file', 'offline', 'foreign', 'destroyed'] as const).map(keyLocation => ({ keyLocation })),
  ...(['issuing', 'root'] as const).map(tier => ({ tier })),
  { tier: 'policy', keyLocation: 'foreign' },
  ...(['csr', 'ttl-share', 'outlives-issuer'] as const).map(refusal => ({ refusal })),
  { hasHook: true },
  ...(['self', 'manual'] as const).map(reload => ({ reload })),
];

/** Findings that always have these facts. */
const ALWAYS: Partial<Readonly<Record<FindingName, Partial<Finding>>>> = {
  'csr-due': { keySource: 'csr' },
  'rotation-due': { subject: 'issuing' },
  'rotation-blocked': { subject: 'issuing' },
  'rotation-stalled': { subject: 'issuing', step: 'activate' },
};

/** The remedies of a finding, each once. */
function remediesOf(name: FindingName): readonly string[] {
  const about = { name, severity: 'critical', kind: 'service', subject: 'NAME', serial: 'SERIAL' } as const;
  const remedies = FACTS.map(
    facts => describeFinding({ ...about, servedBy: 'SERVICE', ...facts, ...ALWAYS[name] }, NOW).remedy ?? [],
  );
  return [...new Set(remedies.flat())];
}

const cellOf = (remedies: readonly string[]): string => remedies.map(each => `\`${each}\``).join('<br>');

/** The rows of the table: name, text, remedies. */
const rowsOf = (text: string) =>
  [...text.matchAll(/^\| `([a-z-]+)` \| (.*) \| (.*) \|$/gm)].map(([line, name, meaning, remedies]) => ({
    ...{ line, name: name as FindingName, meaning: meaning!, remedies: remedies! },
  }));

describe('docs/recovery.md has one table of the findings', () => {
  if (process.env.UPDATE_FINDINGS !== undefined) {
    const before = readFileSync(FILE, 'utf8');
    const after = rowsOf(before).reduce((text, { line, name, meaning }) => {
      const row = `| \`${name}\` | ${meaning} | ${cellOf(remediesOf(name))} |`;
      return NAMES.includes(name) ? text.replace(line, () => row) : text;
    }, before);
    writeFileSync(FILE, after);
  }
  const rows = rowsOf(readFileSync(FILE, 'utf8'));

  test('every finding has one row', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...NAMES].sort());
  });

  // UPDATE_FINDINGS=1 writes them
  test.for(rows)('the remedies of $name are those of the table of remedies', ({ name, remedies, meaning }) => {
    expect(remedies).toBe(cellOf(remediesOf(name)));
    expect(meaning).not.toBe('');
  });
});
