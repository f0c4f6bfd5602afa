import { expect, test } from 'vitest';
import { canMoveClock } from './live/calendar/clock.ts';
import { live } from './live/calendar/course.ts';
import { isBuilt } from './live/calendar/home.ts';
import { describeWith } from '../support/programs.ts';

const SERVERS = { nginx: 'nginx', haproxy: 'haproxy', postgres: 'postgres' } as const;
const isPossible = canMoveClock() && isBuilt;
const reason = isPossible ? '' : ': left out, needs libfaketime and npm run build';

describeWith(['faketime', 'nginx', 'haproxy', 'postgres'], `servers live through weeks${reason}`, () => {
  // npm run torture: the same with six servers and 60 days
  test.skipIf(!isPossible).fails('each day brings the right answers', { timeout: 300_000 }, async () => {
    const diary = await live({ servers: SERVERS, days: 25, revokeOn: 3, rotateOn: 5 });
    expect(diary.failures).toEqual([]);
  });

  test.skipIf(!isPossible)('servers without trust hooks let a thief in and reject everybody later', async () => {
    const { failures } = await live({ servers: SERVERS, days: 15, revokeOn: 3 });
    for (const server of Object.keys(SERVERS)) {
      const first = (client: string) => failures.find(each => each.client === client && each.server === server)?.day;
      expect({ server, thief: first('thief'), good: first('good') }).toEqual({ server, thief: 3, good: 14 });
    }
  });
});
