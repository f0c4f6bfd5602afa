const UNITS = [
  [365 * 86_400, 'year'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/**
 * Formats the distance of an instant from `now`: `in 29 days`, `3 hours ago`. It takes the largest unit of which there are at least
 * two, rounded down, so less than two days is never written in days.
 */
export function formatRelativeTime(instant: Date, now: Date): string {
  const distance = (instant.getTime() - now.getTime()) / 1000;
  const seconds = Math.floor(Math.abs(distance));
  if (seconds === 0) return 'now';
  const [size, unit] = UNITS.find(([each]) => seconds >= 2 * each) ?? UNITS.at(-1)!;
  const count = Math.floor(seconds / size);
  const words = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return distance < 0 ? `${words} ago` : `in ${words}`;
}
