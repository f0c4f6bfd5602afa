import { parseChoice } from '../../text/choice.ts';
import type { JsonSchema } from '../../text/json-schema.ts';
import { formatFacts } from '../../view/facts.ts';
import { examples, type AddCommand } from '../../cli/command.ts';

interface Schema {
  readonly what: string;
  readonly load: () => Promise<JsonSchema>;
}

const SCHEMAS = {
  services: {
    what: 'the services file that "svcauth apply -f" carries out',
    load: async () => (await import('../rules/list-yaml.ts')).SERVICES_FILE_SCHEMA,
  },
} as const satisfies Readonly<Record<string, Schema>>;

const NAMES = Object.keys(SCHEMAS) as readonly (keyof typeof SCHEMAS)[];

export const addSchema: AddCommand = (program, world) => {
  const command = program
    .command('schema')
    .description('print the JSON Schema of a file that people write, for editors and CI')
    .argument('[name]', `${NAMES.join(', ')} (default: say which there are)`);
  examples(command, ['svcauth schema', 'svcauth schema services > services.schema.json']);
  command.action(async (name: string | undefined) => {
    if (name === undefined) {
      world.out.write(formatFacts(NAMES.map(each => [each, SCHEMAS[each].what])));
      return;
    }
    const schema = await SCHEMAS[parseChoice(name, 'a schema', NAMES)].load();
    world.out.write(`${JSON.stringify(schema, null, 2)}\n`);
  });
};
