/** Questions to a person at a terminal: the only door to inquirer, opened when a question is really asked. */
import { failure } from '../errors/error.ts';

const plain = (text: string): string => text;

/** No colours and no help: inquirer's own ignore NO_COLOR. */
const THEME = {
  prefix: 'svcauth:',
  style: { message: plain, answer: plain, help: () => '', defaultAnswer: (text: string) => `(${text})` },
};

/** A line typed without echo; not even its length shows, and no key reveals it. */
export const askSecret = (message: string, terminal: NodeJS.WritableStream): Promise<string> =>
  ask<string>({ type: 'password', mask: false, toggleMask: false, message }, terminal);

/** Yes or no; plain Enter is no. */
export const askConfirmation = (message: string, terminal: NodeJS.WritableStream): Promise<boolean> =>
  ask<boolean>({ type: 'confirm', default: false, message }, terminal);

type Question =
  | { readonly type: 'password'; readonly mask: false; readonly toggleMask: false; readonly message: string }
  | { readonly type: 'confirm'; readonly default: boolean; readonly message: string };

async function ask<T>(question: Question, output: NodeJS.WritableStream): Promise<T> {
  const { default: inquirer } = await import('inquirer');
  try {
    const answers: { readonly answer: unknown } = await inquirer.createPromptModule({ output })([
      { ...question, name: 'answer', theme: THEME },
    ]);
    return answers.answer as T;
  } catch (cause) {
    // Ctrl-C, or the terminal went away
    if (cause instanceof Error && cause.name === 'ExitPromptError') throw failure('ERR_INTERRUPTED', {}, cause);
    throw cause;
  }
}
