/** Whether a command line is a unit's ExecCondition. Read from the words, for what goes wrong before they are understood. */
export const isSystemdCondition = (argv: readonly string[]): boolean =>
  argv.includes('due') && argv.includes('--systemd');
