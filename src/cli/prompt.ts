/** Questions to a person at a terminal. Only this file imports inquirer, and only for a question. */
import { failure } from '../errors/error.ts';

const plain = (text: string): string => text;

/** Theme without colours and help: inquirer's own theme ignores NO_COLOR. */
const THEME = {
  prefix: 'svcauth:',
  style: { message: plain, answer: plain, help: () => '', defaultAnswer: (text: string) => `(${text})` },
};

/** Asks for a line without echo: the terminal shows neither its characters nor its length. */
export const askSecret = (message: string, terminal: NodeJS.WritableStream): Promise<string> =>
  ask<string>({ type: 'password', mask: false, toggleMask: false, message }, terminal);

/** Asks for yes or no; plain Enter is no. */
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
    // Ctrl-C, or the terminal was closed
    if (cause instanceof Error && cause.name === 'ExitPromptError') throw failure('ERR_INTERRUPTED', {}, cause);
    throw cause;
  }
}
