import { describe, expect, test } from 'vitest';
import { rotationTimetable, type TimetableFacts } from '../../../src/rotation/rules/timetable.ts';

const DAY = 86_400;
const day = (text: string): Date => new Date(`${text}T00:00:00Z`);
const NOW = day('2026-06-01');

const table = (changes: Partial<TimetableFacts> = {}, now = NOW) =>
  rotationTimetable(
    {
      certificate: { notBefore: day('2026-01-01'), notAfter: day('2027-01-01') },
      longestChild: 5 * DAY,
      longestLeaf: 5 * DAY,
      soak: DAY,
      rechained: false,
      done: {},
      ...changes,
    },
    now,
  );

describe('steps are due', () => {
  test('30 and 7 days before the end of a CA of a year', () => {
    const { prepare, publish, activate, drain } = table();
    expect([prepare, publish, activate, drain].map(({ due }) => due)).toEqual(
      ['2026-12-02', '2026-12-02', '2026-12-25', '2026-12-25'].map(day),
    );
  });

  test('after half and five sixths of the life of a short one', () => {
    const certificate = { notBefore: day('2026-06-01'), notAfter: day('2026-06-13') };
    const { prepare, activate } = table({ certificate, longestChild: DAY, longestLeaf: DAY });
    expect([prepare.due, activate.due]).toEqual(['2026-06-07', '2026-06-11'].map(day));
  });

  test('in time for the last certificate to live as long as it should', () => {
    const { prepare, activate } = table({ longestChild: 30 * DAY, longestLeaf: 30 * DAY });
    expect(activate.due).toEqual(day('2026-12-02'));
    expect(prepare.due).toEqual(day('2026-12-01'));
  });

  test('before the CA that comes could no longer issue all that is asked for', () => {
    const { activate, publish, prepare } = table({ lastStart: day('2026-08-25'), done: { prepare: NOW } });
    expect([activate.due, activate.latest]).toEqual(['2026-08-25', '2026-08-25'].map(day));
    expect([publish.latest, prepare.doneAt]).toEqual([day('2026-08-24'), NOW]);
    expect(table({ lastStart: day('2028-01-01') })).toEqual(table());
  });

  test('now when they are late', () => {
    const { prepare, activate } = table({}, day('2026-12-30'));
    expect(prepare.due).toEqual(day('2026-12-30'));
    expect(prepare.latest).toEqual(day('2026-12-26'));
    expect(activate.earliest).toEqual(day('2026-12-31'));
  });
});

test('the last safe moment leaves room for what comes behind it', () => {
  const { publish, activate, drain, retire } = table({ longestChild: 30 * DAY });
  expect(activate.latest).toEqual(day('2026-12-02'));
  expect(publish.latest).toEqual(day('2026-12-01'));
  expect(drain.latest).toEqual(day('2026-12-31'));
  expect(retire.latest).toBeUndefined();
});

test('activating waits for the soak, from when it was published', () => {
  expect(table().activate.earliest).toEqual(day('2026-06-02'));
  const done = { prepare: day('2026-05-01'), publish: day('2026-05-31') };
  expect(table({ done, soak: 3 * DAY }).activate.earliest).toEqual(day('2026-06-03'));
  expect(table({ done }).activate.earliest).toEqual(NOW);
  expect(table({ done }).publish).toEqual({
    step: 'publish',
    doneAt: done.publish,
    earliest: done.publish,
    due: done.publish,
  });
});

test('retiring a root whose leaves stay waits for the soak alone', () => {
  const drained = { done: { drain: day('2026-05-31') }, rechained: true };
  expect(table({ ...drained, latestLeafEnd: day('2026-08-01'), soak: 3 * DAY }).retire.earliest).toEqual(
    day('2026-06-03'),
  );
});

describe('retiring waits for the last leaf of the old CA', () => {
  const done = { prepare: day('2026-05-01'), publish: day('2026-05-02'), activate: day('2026-05-20') };
  const soon = (date: Date) => new Date(date.getTime() + 1000);

  test('that may have been issued just before the activation', () => {
    expect(table().retire.earliest).toEqual(soon(day('2026-06-07')));
    expect(table({ done, longestLeaf: 30 * DAY }).retire.earliest).toEqual(soon(day('2026-06-19')));
  });

  test('that is live', () => {
    expect(table({ done, latestLeafEnd: day('2026-08-01') }).retire.earliest).toEqual(soon(day('2026-08-01')));
  });

  test('and not beyond the end of the CA, which no leaf outlives', () => {
    const certificate = { notBefore: day('2026-01-01'), notAfter: day('2026-06-04') };
    expect(table({ certificate }).retire.earliest).toEqual(soon(day('2026-06-04')));
  });
});
