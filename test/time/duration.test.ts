import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationText, parseDuration, parseThreshold, thresholdOf, thresholdText } from '../../src/time/duration.ts';
import { errorOf } from '../support/errors.ts';

const DAY = 86_400;

describe('a duration', () => {
  test.each([
    ['1s', 1],
    ['15m', 900],
    ['36h', 36 * 3600],
    ['1h15m', 4500],
    ['90d', 90 * DAY],
    ['2w', 14 * DAY],
    ['6mo', 180 * DAY],
    ['1y6mo', 545 * DAY],
    ['10y', 3650 * DAY],
    ['100y', 36_500 * DAY],
    ['1d12h30m5s', DAY + 12 * 3600 + 1800 + 5],
    ['007d', 7 * DAY],
  ])('%s is %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each([
    ['', 'not a sequence of whole numbers with units'],
    ['d', 'not a sequence of whole numbers with units'],
    ['1.5h', 'not a sequence of whole numbers with units'],
    ['90 d', 'not a sequence of whole numbers with units'],
    ['90D', 'not a sequence of whole numbers with units'],
    ['90days', 'not a sequence of whole numbers with units'],
    ['+90d', 'not a sequence of whole numbers with units'],
    ['９０d', 'not a sequence of whole numbers with units'],
    ['90', 'no unit'],
    ['0', 'no unit'],
    ['-1d', 'negative'],
    ['0s', 'zero'],
    ['0d0h', 'zero'],
    ['15m1h', 'not in order'],
    ['1h1h', 'not in order'],
    ['101y', 'longer than 100 years'],
    ['100y1s', 'longer than 100 years'],
    ['999999999999y', 'longer than 100 years'],
    ['9999999999999s', 'not a sequence of whole numbers'],
  ])('%j is refused: %s', (text, reason) => {
    const error = errorOf(() => parseDuration(text));
    expect(error.code).toBe('ERR_DURATION');
    expect(error.message).toContain(reason);
    expect(error.hints).toHaveLength(1);
  });

  test('a duration that is written reads back as itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 36_500 * DAY }), seconds => {
        expect(parseDuration(durationText(seconds))).toBe(seconds);
      }),
    );
    expect(durationText(0)).toBe('0s');
  });
});

describe('a threshold', () => {
  test('a threshold is a span or a share of a lifetime', () => {
    expect(thresholdOf(parseThreshold('14d'), 90 * DAY)).toBe(14 * DAY);
    expect(thresholdOf(parseThreshold('66%'), 90 * DAY)).toBe(Math.floor(0.66 * 90 * DAY));
  });

  test.each(['0%', '00%', '100%', '%', '-5%', '5.5%', '5 %', '5%%', '1d5%'])('the threshold %s is refused', text => {
    expect(errorOf(() => parseThreshold(text)).code).toBe('ERR_THRESHOLD');
  });

  test('a threshold that cannot be read is refused with both forms', () => {
    const { code, hints } = errorOf(() => parseThreshold('soon'));
    expect([code, hints]).toEqual(['ERR_DURATION', ['write a percentage like 66%, or a duration like 14d']]);
  });

  test.each(['1%', '29%', '57%', '99%', '14d', '1h15m'])('the threshold %s, written, reads back as itself', text => {
    expect(thresholdText(parseThreshold(text))).toBe(text);
  });
});
