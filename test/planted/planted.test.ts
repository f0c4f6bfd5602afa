import { beforeAll, describe, expect, test } from 'vitest';
import { splitWords } from '../../src/cli/words.ts';
import { CHECK_FORMATS, type CheckFormat } from '../../src/monitoring/view/check-format.ts';
import type { PkiWorld } from '../support/pki/pki.ts';
import { runVerb } from '../support/transcript/verbs.ts';
import { runSvcauth } from '../support/world/world.ts';
import type { PlantedFault } from './planted-fault.ts';
import { ROWS } from './rows.ts';
import { plantedSite } from './site.ts';

let site: () => Promise<PkiWorld>;
beforeAll(async () => {
  site = await plantedSite();
});

interface Printed {
  readonly name: string;
  readonly severity: string;
  readonly message: string;
  readonly remedy?: string;
  readonly [field: string]: unknown;
}

const check = async (world: PkiWorld, flags: readonly string[] = [], format: CheckFormat = 'json'): Promise<string> =>
  (await runSvcauth(world, ['check', ...flags, '-o', format])).stdout;

const findings = async (world: PkiWorld, flags?: readonly string[]): Promise<readonly Printed[]> =>
  (JSON.parse(await check(world, flags)) as { findings: readonly Printed[] }).findings;

test('the site is green before a fault is planted', async () => {
  expect(await findings(await site())).toEqual([]);
});

test('no two rows plant the same fault', () => {
  const faults = ROWS.map(({ fault }) => fault);
  expect(new Set(faults).size).toBe(faults.length);
});

describe('a planted fault is found in every format, and its remedy ends it', () => {
  test.for(ROWS)('$fault', async row => {
    const world = await site();
    for (const argv of row.before ?? []) await world.succeed(...argv);
    await row.plant(world);
    const found = await findings(world, row.flags);
    const planted = found.find(each => each.name === row.finding && isAbout(each, row, world));
    expect(planted, `found instead: ${JSON.stringify(found, undefined, 1)}`).toMatchObject({ severity: row.severity });
    for (const format of Object.keys(CHECK_FORMATS) as CheckFormat[]) {
      expect(carries(format, await check(world, row.flags, format), planted!), format).toBe(true);
    }
    await row.outside?.(world);
    const { remedy } = planted!;
    expect(remedy, 'a finding has a remedy').toBeDefined();
    const filled = Object.entries(row.fill?.(world) ?? {}).reduce(
      (line, [word, value]) => line.replaceAll(new RegExp(`\\b${word}\\b`, 'g'), value),
      remedy!,
    );
    const [program, ...words] = splitWords(filled)!;
    // with the hooks of the site
    const { status, stdout, stderr } =
      program === 'svcauth' ? await runSvcauth(world, words) : await runVerb([program!, ...words], '', world);
    expect(status, `${filled}\n${stdout}${stderr}`).toBe(row.exit ?? 0);
    const left = (await findings(world, row.flags)).map(({ name }) => name);
    expect(left.filter(name => !(row.remaining as readonly string[] | undefined)?.includes(name))).toEqual([]);
  });
});

const isAbout = (found: Printed, { subject }: PlantedFault, world: PkiWorld): boolean =>
  subject === undefined || Object.values(found).includes(subject(world));

/** True if the output of a format has this finding. A format without names of findings is searched for the message. */
function carries(format: CheckFormat, output: string, { name, severity, message }: Printed): boolean {
  const plain = output
    .replaceAll(/\r\n[ \t]/g, '')
    .replaceAll('\\,', ',')
    .replaceAll('\\;', ';');
  switch (format) {
    case 'prometheus':
      return new RegExp(`^svcauth_check_findings\\{severity="${severity}"\\} [1-9]`, 'm').test(output);
    case 'nagios':
      return output.includes(message) || / more \|/.test(output);
    case 'github':
    case 'ics':
      return unescaped(plain).includes(unescaped(message));
    default:
      return output.includes(name);
  }
}

const unescaped = (text: string): string => text.replaceAll('%25', '%').replaceAll('\\\\', '\\');
