/** Returns true when a command line is an ExecCondition. It reads the raw words, because an invalid command line needs it too. */
export const isSystemdCondition = (argv: readonly string[]): boolean =>
  argv.includes('due') && argv.includes('--systemd');
