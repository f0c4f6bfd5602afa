import { examples, type AddCommand } from '../cli/command.ts';
import { parseChoice } from '../text/choice.ts';
import { formatFacts } from '../view/facts.ts';
import { ALL_SCHEMAS, SCHEMAS, type SchemaGroup } from './schemas.ts';

const TITLES: Readonly<Record<SchemaGroup, string>> = {
  files: 'Files that people write',
  documents: 'Documents of -o json',
  lines: 'Lines of -o jsonl, besides the documents that are one line',
  messages: 'Lines of standard error with -o json and -o jsonl',
};

const NOUN = 'a schema ("svcauth schema" lists them)';

export const addSchema: AddCommand = (program, world) => {
  const command = program
    .command('schema')
    .description('print the JSON Schema of a file that people write, or of a document that svcauth prints')
    .argument('[name]', 'name of the schema: the kind of the document (default: list the schemas)');
  examples(command, [
    'svcauth schema',
    'svcauth schema services > services.schema.json',
    'svcauth schema ca-list > ca-list.schema.json',
  ]);
  command.action(async (name: string | undefined) => {
    if (name === undefined) return world.out.write(await listSchemas());
    const schema = await ALL_SCHEMAS[parseChoice(name, NOUN, Object.keys(ALL_SCHEMAS))]!();
    world.out.write(`${JSON.stringify(schema, null, 2)}\n`);
  });
};

async function listSchemas(): Promise<string> {
  const width = Math.max(...Object.keys(ALL_SCHEMAS).map(name => name.length));
  const groups = Object.entries(SCHEMAS).map(async ([group, schemas]) => {
    const facts = Object.entries(schemas).map(
      async ([name, load]) => [`  ${name.padEnd(width)}`, (await load()).description] as const,
    );
    return `${TITLES[group as SchemaGroup]}\n${formatFacts(await Promise.all(facts))}`;
  });
  return (await Promise.all(groups)).join('\n');
}
