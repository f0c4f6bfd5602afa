import type { Clock, FollowProblem } from './types.ts';

// The one file of the library that takes time and the process for itself: everything else is handed them.

export const ambientClock: Clock = {
  now: () => new Date(),
  every: (milliseconds, look) => {
    const timer = setInterval(look, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

export const warn = ({ code, message }: FollowProblem): void =>
  process.emitWarning(message, { type: 'SvcauthWarning', code });
