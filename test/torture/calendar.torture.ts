import { expect, test } from 'vitest';
import { live, type Diary } from '../interop/live/calendar/course.ts';

const SERVERS = {
  nginx: 'nginx',
  haproxy: 'haproxy',
  stunnel: 'stunnel',
  postgres: 'postgres',
  mosquitto: 'mosquitto',
  uvicorn: 'uvicorn',
} as const;

test('sixty days beside six servers bring only right answers', { timeout: 1_800_000 }, async () => {
  const diary = await live({ servers: SERVERS, days: 60, revokeOn: 3, rotateOn: 5 });
  console.log(summaryOf(diary));
  expect(diary.commands).toEqual([]);
  expect(diary.failures).toEqual([]);
  expect(Object.keys(diary.steps)).toEqual(['prepare', 'publish', 'activate', 'drain', 'retire']);
});

test('an issuing CA rotates by itself beside six servers', { timeout: 1_800_000 }, async () => {
  const diary = await live({ servers: SERVERS, startOn: AUTOMATIC, days: 60, revokeOn: 3 });
  console.log(summaryOf(diary));
  expect(diary.commands).toEqual([]);
  expect(diary.failures).toEqual([]);
});

/** Day of the PKI, about 80 days before its first issuing CA expires. */
const AUTOMATIC = 285;

const summaryOf = ({ moments, steps, rejectedAfter }: Diary): string => {
  const questions = moments.reduce((sum, each) => sum + each.questions, 0);
  const warned = moments.filter(({ check }) => check !== 0);
  return [
    `${questions} questions on ${moments.at(-1)!.day} days`,
    `the steps of the rotation on the days ${JSON.stringify(steps)}`,
    `the revoked client was rejected ${Math.round(rejectedAfter)} ms after the end of revoke`,
    ...warned.map(
      ({ day, moment, check, findings }) => `day ${day}, ${moment}: check ${check}: ${findings.join('; ')}`,
    ),
  ].join('\n');
};
