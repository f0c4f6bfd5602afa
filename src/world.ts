import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { World } from './context.ts';
import { nodeFiles } from './store/files.ts';

/** The real world. `processHandle` and `now` come from the launcher; nothing else in src/ sees them. */
export function openWorld(processHandle: NodeJS.Process, now: Date): World {
  const { env, stdin, stdout, stderr } = processHandle;
  const sink = (stream: NodeJS.WriteStream) => ({
    write: (text: string) => void stream.write(text),
    isTTY: stream.isTTY,
    columns: stream.isTTY ? stream.columns : 0,
  });
  return {
    // X.509 times are whole seconds
    now: new Date(Math.floor(now.getTime() / 1000) * 1000),
    random: length => new Uint8Array(randomBytes(length)),
    env,
    cwd: processHandle.cwd(),
    in: {
      isTTY: stdin.isTTY,
      readAll: async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of stdin) chunks.push(chunk as Buffer);
        return new Uint8Array(Buffer.concat(chunks));
      },
    },
    out: sink(stdout),
    err: sink(stderr),
    files: nodeFiles,
    get actor() {
      return `${userInfo().username}@${hostname()}`;
    },
    pid: processHandle.pid,
    run: () => Promise.reject(new Error('unavailable')),
    ticks: () => performance.now(),
  };
}
