/** Writes a number with its noun: `2 anchors`, `1 hook`. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
