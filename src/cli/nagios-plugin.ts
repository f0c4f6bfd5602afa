/** Whether a command line asks for a Nagios plugin. Read from the words, for what goes wrong before they are understood. */
export const isNagiosPlugin = (argv: readonly string[]): boolean =>
  argv.includes('check') &&
  argv.some((word, index) =>
    ['-o', '--output'].includes(word) ? argv[index + 1] === 'nagios' : ['-onagios', '--output=nagios'].includes(word),
  );
