import { expect, test } from 'vitest';
import { canMoveClock } from './live/calendar/clock.ts';
import { live, type Diary } from './live/calendar/course.ts';
import { isBuilt } from './live/calendar/home.ts';
import { describeWith } from '../support/programs.ts';

const SERVERS = { nginx: 'nginx', haproxy: 'haproxy', postgres: 'postgres' } as const;
const isPossible = canMoveClock() && isBuilt;
const reason = isPossible ? '' : ': left out, needs libfaketime and npm run build';

/** The first day on which a server was wrong about a client. */
const firstFailure = ({ failures }: Diary, server: string, client: string): number | undefined =>
  failures.find(each => each.client === client && each.server === server)?.day;

describeWith(['faketime', 'nginx', 'haproxy', 'postgres'], `servers live through weeks${reason}`, () => {
  // npm run torture: the same with six servers and 60 days
  test.skipIf(!isPossible)('each day brings the right answers', { timeout: 400_000 }, async () => {
    const diary = await live({ servers: SERVERS, days: 25, revokeOn: 3, rotateOn: 5 });
    expect(diary.commands).toEqual([]);
    expect(diary.failures).toEqual([]);
    // a rotation by the book raises no finding; a service whose certificate was revoked is one until it is renewed
    expect(diary.moments.filter(({ check, moment }) => check !== 0 && moment !== 'revoke')).toEqual([]);
    expect(Object.keys(diary.steps)).toEqual(['prepare', 'publish', 'activate', 'drain']);
  });

  test.skipIf(!isPossible)('servers without trust hooks are found wrong', { timeout: 400_000 }, async () => {
    const diary = await live({
      servers: { ...SERVERS, liar: 'nginx' },
      days: 14,
      revokeOn: 3,
      // the hook of one server succeeds and reloads nothing, so svcauth cannot know
      hook: (server, reload) => (server === 'liar' ? ['true'] : { argv: reload, on: ['certificate'] }),
    });
    for (const server of [...Object.keys(SERVERS), 'liar']) {
      const [thief, good] = ['thief', 'good'].map(client => firstFailure(diary, server, client));
      expect({ server, thief, good }).toEqual({ server, thief: 3, good: 14 });
    }
    // of the servers that svcauth knows about, check warns before the first client is rejected
    const rejecting = diary.moments.filter(({ day }) => day === 14);
    expect(rejecting.map(({ check }) => check)).toEqual([4, 4]);
    const warned = diary.moments.find(({ check }) => check !== 0);
    expect(warned!.day).toBeLessThan(14);
  });
});
