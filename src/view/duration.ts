const UNITS = [
  [365 * 86_400, 'y'],
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
  [1, 's'],
] as const;

/** Formats a span by its two largest units, rounded down (`29d 23h`); `-3d 4h` in the past. */
export function formatDuration(seconds: number): string {
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  const whole = Math.floor(seconds);
  const first = UNITS.findIndex(([size]) => whole >= size);
  if (first < 0) return '0s';
  let rest = whole;
  const words: string[] = [];
  for (const [size, unit] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    if (count > 0) words.push(`${count}${unit}`);
    rest -= count * size;
  }
  return words.join(' ');
}
