/** Finds the format that `-o` names. Read from the words, because it also decides how a mistake in the command line is reported. */
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
