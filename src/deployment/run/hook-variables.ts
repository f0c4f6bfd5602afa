import type { World } from '../../world/world.ts';
import { namesServiceVariable } from '../rules/consumer.ts';

const LIMIT = 256 * 1024;

/**
 * Returns a test for commands that read a variable of a service, themselves or in a script that they name. A script that cannot
 * be read counts: running it once for each service is never wrong. Each file is read once.
 */
export function serviceVariables({ files, env }: Pick<World, 'files' | 'env'>): (argv: readonly string[]) => boolean {
  const known = new Map<string, boolean>();
  const inFile = (path: string): boolean => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const answer = readsIt(path);
    known.set(path, answer);
    return answer;
  };
  const readsIt = (path: string): boolean => {
    try {
      const status = files.status(path);
      // a larger file is a program, not a script
      if (status?.kind !== 'file' || status.size > LIMIT) return false;
      return namesServiceVariable(Buffer.from(files.read(path, LIMIT) ?? []).toString('latin1'));
    } catch {
      return true;
    }
  };
  const searched = (env.PATH ?? '').split(':').filter(directory => directory.startsWith('/'));
  return argv =>
    argv.some(namesServiceVariable) ||
    argv.flatMap(word => word.split(/[\s;&|'"()<>]+/)).some(word => word.startsWith('/') && inFile(word)) ||
    (!argv[0]!.includes('/') && searched.some(directory => inFile(`${directory}/${argv[0]!}`)));
}
