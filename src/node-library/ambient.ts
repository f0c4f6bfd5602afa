import type { Clock, SourceProblem } from './types.ts';

// The only file of the library that uses the real clock and the process; all others get them as arguments.

export const ambientClock: Clock = {
  now: () => new Date(),
  every: (milliseconds, look) => {
    const timer = setInterval(look, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

export const warn = ({ code, message }: SourceProblem): void =>
  process.emitWarning(message, { type: 'SvcauthWarning', code });
