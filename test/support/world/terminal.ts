import { spawn, spawnSync } from 'node:child_process';

/** Reason why tests cannot have a terminal here, or false. */
export const noTerminal: string | false =
  spawnSync('script', ['--version']).status === 0 ? false : 'script (util-linux) is not installed';

export interface TerminalRun {
  readonly status: number;
  /** Everything that the person at the terminal saw. */
  readonly screen: string;
}

/**
 * Runs a shell command at its own terminal, and types an answer whenever its prompt has appeared. `script` provides the terminal.
 */
export function runAtTerminal(
  command: string,
  answers: readonly { readonly prompt: string; readonly type: string }[],
): Promise<TerminalRun> {
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['--quiet', '--return', '--echo', 'never', '--command', command, '/dev/null']);
    const left = [...answers];
    let screen = '';
    let answered = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      screen += chunk.toString();
      const next = left[0];
      const seen = next === undefined ? -1 : screen.indexOf(next.prompt, answered);
      if (next === undefined || seen < 0) return;
      answered = seen + next.prompt.length;
      left.shift();
      child.stdin.write(next.type);
    });
    child.on('error', reject);
    child.on('close', status => resolve({ status: status ?? -1, screen }));
  });
}
