/** Returns the format that `-o` names. It reads the raw words, because reports of an invalid command line need it too. */
export function outputFormatOf(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  return words.reduce<string | undefined>((found, word, index) => {
    if (word === '-o' || word === '--output') return words[index + 1];
    return /^(?:-o|--output=)(.+)$/.exec(word)?.[1] ?? found;
  }, undefined);
}

export const asksForJson = (argv: readonly string[]): boolean => {
  const format = outputFormatOf(argv);
  return format === 'json' || format === 'jsonl';
};
