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

describe('the due times', () => {
  test('prepare is due at least 30 days before a CA of one year expires', () => {
    const { prepare, publish, activate, drain } = table();
    expect([prepare, publish, activate, drain].map(({ due }) => due)).toEqual(
      ['2026-12-02', '2026-12-02', '2026-12-13', '2026-12-13'].map(day),
    );
  });

  test('prepare and activate are due after half and five sixths of a short lifetime', () => {
    const certificate = { notBefore: day('2026-06-01'), notAfter: day('2026-06-13') };
    const { prepare, activate } = table({ certificate, longestChild: DAY, longestLeaf: DAY });
    expect([prepare.due, activate.due]).toEqual(['2026-06-07', '2026-06-11'].map(day));
  });

  test('activate is due 14 days before the longest certificate no longer fits', () => {
    const { prepare, activate } = table({ longestChild: 30 * DAY, longestLeaf: 30 * DAY });
    expect([activate.due, activate.latest]).toEqual(['2026-11-18', '2026-12-02'].map(day));
    expect(prepare.due).toEqual(day('2026-11-17'));
  });

  test('drain is due when every leaf of the old CA has been renewed or has expired', () => {
    const issuing = { issuesLeaves: true, longestChild: 30 * DAY, longestLeaf: 30 * DAY } as const;
    const { drain, retire } = table(issuing);
    expect(drain.due).toEqual(day('2026-12-18'));
    expect(retire.due).toEqual(day('2026-12-19'));
    const done = { prepare: day('2026-12-01'), publish: day('2026-12-02'), activate: day('2026-12-10') };
    expect(table({ ...issuing, done }, day('2026-12-11')).drain.due).toEqual(day('2026-12-24'));
  });

  test('a root is not due before a CA below it needs a longer-lived root', () => {
    const { prepare, activate } = table({ longestChild: 200 * DAY, neededFrom: day('2026-11-01') });
    expect([prepare.due, activate.due, activate.latest]).toEqual(['2026-11-01', '2026-11-02', '2026-11-16'].map(day));
    const early = table({ longestChild: 100 * DAY, neededFrom: day('2026-02-01') });
    expect(early).toEqual(table({ longestChild: 100 * DAY }));
  });

  test('activate is due before the successor can no longer issue everything', () => {
    const { activate, publish, prepare } = table({ lastStart: day('2026-08-25'), done: { prepare: NOW } });
    expect([activate.due, activate.latest]).toEqual(['2026-08-25', '2026-08-25'].map(day));
    expect([publish.latest, prepare.doneAt]).toEqual([day('2026-08-24'), NOW]);
    expect(table({ lastStart: day('2028-01-01') })).toEqual(table());
  });

  test('a late step is due now', () => {
    const { prepare, activate } = table({}, day('2026-12-30'));
    expect(prepare.due).toEqual(day('2026-12-30'));
    expect(prepare.latest).toEqual(day('2026-12-26'));
    expect(activate.earliest).toEqual(day('2026-12-31'));
  });
});

test('the last safe time leaves room for the later steps', () => {
  const { publish, activate, drain, retire } = table({ longestChild: 30 * DAY });
  expect(activate.latest).toEqual(day('2026-12-02'));
  expect(publish.latest).toEqual(day('2026-12-01'));
  expect(drain.latest).toEqual(day('2026-12-31'));
  expect(retire.latest).toBeUndefined();
});

test('activate waits for the soak after publish', () => {
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

test('retiring a root whose leaves stay waits only for the soak', () => {
  const drained = { done: { drain: day('2026-05-31') }, rechained: true };
  expect(table({ ...drained, latestLeafEnd: day('2026-08-01'), soak: 3 * DAY }).retire.earliest).toEqual(
    day('2026-06-03'),
  );
});

describe('the earliest time to retire', () => {
  const done = { prepare: day('2026-05-01'), publish: day('2026-05-02'), activate: day('2026-05-20') };
  const soon = (date: Date) => new Date(date.getTime() + 1000);

  test('retire waits for a leaf issued just before the activation', () => {
    expect(table().retire.earliest).toEqual(soon(day('2026-06-07')));
    const today = { ...done, activate: NOW };
    expect(table({ done: today, longestLeaf: 30 * DAY }).retire.earliest).toEqual(soon(day('2026-07-01')));
  });

  test('retire does not wait for a leaf that the old CA no longer issues', () => {
    expect(table({ done, longestLeaf: 30 * DAY }).retire.earliest).toEqual(day('2026-06-02'));
  });

  test('retire waits for the last valid leaf', () => {
    expect(table({ done, latestLeafEnd: day('2026-08-01') }).retire.earliest).toEqual(soon(day('2026-08-01')));
  });

  test('retire waits no longer than the expiry of the old CA', () => {
    const certificate = { notBefore: day('2026-01-01'), notAfter: day('2026-06-04') };
    expect(table({ certificate }).retire.earliest).toEqual(soon(day('2026-06-04')));
  });
});
