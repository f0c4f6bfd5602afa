/** The parent of a process with a moved clock. The child asks servers over mutual TLS, as a client that starts anew each time. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { bundled } from '../../../support/bundled.ts';
import type { Answer, Question } from '../../../support/children/tls-client.ts';
import { environment } from '../../../support/programs.ts';
import type { MovedClock } from './clock.ts';

export interface Client {
  ask(question: Omit<Question, 'id'>): Promise<Answer>;
  stop(): Promise<void>;
}

export async function startClient(clock: MovedClock, directory: string): Promise<Client> {
  const script = await bundled('tls-client.ts', directory);
  const env = { ...environment(), ...clock.env };
  const child = spawn(process.execPath, [script], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const waiting = new Map<number, (answer: Answer) => void>();
  let questions = 0;
  createInterface({ input: child.stdout }).on('line', line => {
    const answer = JSON.parse(line) as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  return {
    ask: question =>
      new Promise(resolve => {
        const id = questions++;
        waiting.set(id, resolve);
        child.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
      }),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
