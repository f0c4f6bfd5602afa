// Translates an error of commander into an error of the catalogue, with the nearest known command or option as a hint.
// `main.ts` calls it. This is the only file that reads the messages of commander: its errors have a code, but no field for the
// option, argument or number that they are about.
import type { Command, CommanderError } from 'commander';
import { failure, type SvcauthError } from '../errors/error.ts';
import { nearest } from '../errors/row.ts';
import { wordsAfter } from './commands.ts';

/** Converts an error of commander into an error of the catalogue. */
export function usageError(error: CommanderError, program: Command, argv: readonly string[]): SvcauthError {
  const { path, command } = resolveCommand(program, argv);
  const where = path === '' ? {} : { command: path };
  // commander puts the words in question between single quotes
  const named = /'(.*?)'/s.exec(error.message)?.[1] ?? '';
  switch (error.code) {
    case 'commander.unknownCommand': {
      const near = nearest(named, wordsAfter(path));
      return failure('ERR_COMMAND_UNKNOWN', {
        typed: named,
        ...(near === undefined ? {} : { near }),
        ...(path === '' ? {} : { group: path }),
      });
    }
    case 'commander.unknownOption':
      return unknownOption(named);
    case 'commander.optionMissingArgument':
      return failure('ERR_OPTION_VALUE_MISSING', { option: named, ...where });
    case 'commander.missingMandatoryOptionValue': {
      // commander reports a missing argument first, even if it is on the line with a misspelt name
      const known = longOptions(program, command);
      const unknown = argv.find(word => /^--[a-z]/.test(word) && !known.includes(optionName(word)));
      if (unknown !== undefined) return unknownOption(unknown);
      return failure('ERR_OPTION_REQUIRED', { option: named, ...where });
    }
    case 'commander.missingArgument':
      return failure('ERR_ARGUMENT_MISSING', { argument: named, ...where });
    case 'commander.excessArguments': {
      const [expected = 0, received = 0] = [...error.message.matchAll(/(\d+) argument|got (\d+)\./g)].map(m =>
        Number(m[1] ?? m[2]),
      );
      return failure('ERR_ARGUMENT_EXCESS', { expected, received, ...where });
    }
    case 'commander.invalidArgument': {
      const choice = /option '(.*?)' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s.exec(error.message);
      if (choice === null) return otherwise();
      const [, option = '', value = '', known = ''] = choice;
      const flag = option.split(/[ ,]+/).find(word => word.startsWith('--')) ?? option;
      return failure('ERR_FLAG_VALUE', { flag, value, expected: `one of ${known}` });
    }
    case 'commander.conflictingOption': {
      const flags = [...error.message.matchAll(/'(.*?)'/g)].map(match => match[1]!);
      return failure('ERR_FLAG_CONFLICT', { flags, why: 'choose one' });
    }
    default:
      return otherwise();
  }

  function unknownOption(word: string): SvcauthError {
    const option = optionName(word);
    const known = longOptions(program, command);
    const near = known.find(flag => option.length > 3 && flag.startsWith(option)) ?? nearest(option, known);
    return failure('ERR_OPTION_UNKNOWN', { option, ...(near === undefined ? {} : { near }), ...where });
  }

  function otherwise(): SvcauthError {
    return failure('ERR_USAGE', { problem: lowerFirst(error.message.replace(/^error: /, '')), ...where });
  }
}

/** The deepest command the first words name, and its path as typed after `svcauth`. */
function resolveCommand(program: Command, argv: readonly string[]): { command: Command; path: string } {
  let command = program;
  const path: string[] = [];
  for (let at = 0; at < argv.length && command.commands.length > 0; at++) {
    const word = argv[at]!;
    const option = program.options.find(each => each.long === word);
    if (option?.required) at++;
    if (word.startsWith('-')) continue;
    const next = command.commands.find(sub => sub.name() === word || sub.aliases().includes(word));
    if (next === undefined) break;
    command = next;
    path.push(next.name());
  }
  return { command, path: path.join(' ') };
}

const optionName = (word: string): string => word.split('=', 1)[0]!;

const longOptions = (program: Command, command: Command): string[] =>
  [...command.options, ...program.options]
    .flatMap(({ long, hidden }) => (long === undefined || hidden ? [] : long))
    .concat('--help');

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
