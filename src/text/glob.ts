/** Matches a text against a pattern. `*` stands for any run of characters, also an empty one; no other character is special. */
export function matchesGlob(pattern: string, text: string): boolean {
  return matches(pattern, text, '*', (wanted, character) => wanted === character);
}

/** Matches greedily, and returns only to the last star: never more than pattern times subject steps. */
export function matches(
  pattern: ArrayLike<string>,
  subject: ArrayLike<string>,
  star: string,
  same: (wanted: string, got: string) => boolean,
): boolean {
  let p = 0;
  let afterStar = -1;
  let resumeAt = 0;
  for (let s = 0; s < subject.length;) {
    if (pattern[p] === star) {
      p += 1;
      [afterStar, resumeAt] = [p, s];
    } else if (p < pattern.length && same(pattern[p]!, subject[s]!)) {
      p += 1;
      s += 1;
    } else if (afterStar >= 0) {
      resumeAt += 1;
      [p, s] = [afterStar, resumeAt];
    } else {
      return false;
    }
  }
  while (pattern[p] === star) p += 1;
  return p === pattern.length;
}
