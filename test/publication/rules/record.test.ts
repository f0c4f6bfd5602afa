import { describe, expect, test } from 'vitest';
import { nextPublication, type SeenContent } from '../../../src/publication/rules/record.ts';
import type { Publication } from '../../../src/record/publication.ts';

const at = (minutes: number): Date => new Date(Date.UTC(2026, 10, 21, 12, minutes));
const content = (anchors: readonly string[], numbers: Readonly<Record<string, bigint>> = {}): SeenContent => ({
  bundleSequence: 7,
  anchors,
  crls: new Map(Object.entries(numbers)),
});
const full = content(['aa', 'bb'], { 'root-g1': 3n });
const directory = '/srv/pki';
const first = nextPublication(undefined, { directory, before: content([]), after: full }, at(0))!;

describe('the record of a directory', () => {
  test('begins with the first try', () => {
    expect(first).toEqual({
      directory,
      triedAt: at(0),
      succeededAt: at(0),
      held: {
        bundleSequence: 7,
        anchors: new Map([
          ['aa', at(0)],
          ['bb', at(0)],
        ]),
        crls: new Map([['root-g1', { number: 3n, since: at(0) }]]),
      },
    });
  });

  test('is not written again within an hour, while nothing changes', () => {
    expect(nextPublication(first, { directory, before: full, after: full }, at(59))).toBeUndefined();
    expect(nextPublication(first, { directory, before: full, after: full }, at(60))?.succeededAt).toEqual(at(60));
  });

  test('is written again when it is in the future', () => {
    const next = nextPublication(first, { directory, before: full, after: full }, at(-5));
    expect(next?.held.anchors.get('aa')).toEqual(at(-5));
  });

  test('keeps the time of an anchor and of a CRL with a higher number', () => {
    const after = content(['aa', 'cc'], { 'root-g1': 4n });
    const { held } = nextPublication(first, { directory, before: full, after }, at(90))!;
    expect(held.anchors).toEqual(
      new Map([
        ['aa', at(0)],
        ['cc', at(90)],
      ]),
    );
    expect(held.crls.get('root-g1')).toEqual({ number: 4n, since: at(0) });
  });

  test('starts anew for an anchor and a CRL that were missing in between', () => {
    const { held } = nextPublication(first, { directory, before: content(['aa']), after: full }, at(90))!;
    expect([held.anchors.get('aa'), held.anchors.get('bb')]).toEqual([at(0), at(90)]);
    expect(held.crls.get('root-g1')?.since).toEqual(at(90));
  });

  test('keeps its content, its success and the begin of the failures while the directory cannot be read', () => {
    const problem = { code: 'ERR_FILE_WRITE', text: 'read-only' };
    const failed = nextPublication(first, { directory, problem }, at(10))!;
    const again = nextPublication(failed, { directory, problem }, at(20))!;
    expect(again).toEqual({
      ...first,
      triedAt: at(20),
      problem: { ...problem, since: at(10) },
    } satisfies Publication);
    expect(nextPublication(again, { directory, before: full, after: full }, at(30))).not.toHaveProperty('problem');
  });
});
