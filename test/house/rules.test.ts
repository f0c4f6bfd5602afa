// Plants an import against every rule of .dependency-cruiser.cjs in a small tree of its own, and asks the checker to name it: a rule that
// cannot fail, or a new rule that was never seen to fail, makes this red. `npm run check:deps` asks the same of the real tree.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { tempDirectory } from '../support/world/temp-directory.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const CONFIG = join(ROOT, '.dependency-cruiser.cjs');
const { forbidden } = createRequire(import.meta.url)(CONFIG) as {
  readonly forbidden: readonly { readonly name: string }[];
};

/** The file with the bad import and the import itself, by rule. Every file that is named exists in the planted tree. */
const PLANTED: Readonly<Record<string, readonly [from: string, statement: string]>> = {
  'every-folder-has-its-place-in-the-order': ['src/stray/anything.ts', "import '../errors/target.ts';"],
  'no-circular': ['src/verifiers/rules/circle-a.ts', "import type { B } from './circle-b.ts';"],
  'rules-are-pure': ['src/crl/rules/impure.ts', "import '../run/reads-a-file.ts';"],
  'rules-see-no-other-floor': ['src/crl/rules/looks-up.ts', "import '../view/target.ts';"],
  'run-sees-no-command-and-no-view': ['src/crl/run/looks-up.ts', "import '../view/target.ts';"],
  'view-sees-types-and-rules': ['src/crl/view/acts.ts', "import { target } from '../run/target.ts'; target;"],
  'view-sees-no-command': ['src/crl/view/looks-up.ts', "import type { Target } from '../command/target.ts';"],
  'store-sees-no-subject': ['src/store/decides.ts', "import type { Target } from '../crl/rules/target.ts';"],
  'commander-behind-commands': ['src/crl/run/parses.ts', "import 'commander';"],
  'colour-behind-one-door': ['src/crl/view/paints.ts', "import 'chalk';"],
  'schemas-behind-one-door': ['src/crl/view/documents.ts', "import 'typebox';"],
  'schemas-are-built-when-asked-for': ['src/crl/view/builds.ts', "import '../../view/document-schema.ts';"],
  'prompts-behind-one-door': ['src/crl/command/asks.ts', "import 'inquirer';"],
  'sql-behind-the-store': ['src/crl/run/queries.ts', "import 'libsql';"],
  'peculiar-behind-pki': ['src/crl/run/encodes.ts', "import '@peculiar/x509';"],
  'node-library-is-small': ['src/node-library/grows.ts', "import 'yaml';"],
  'node-library-is-for-services': ['src/crl/run/borrows.ts', "import '../../node-library/target.ts';"],
  'src-never-imports-tests': ['src/crl/run/tests.ts', "import '../../../test/target.ts';"],
  resolvable: ['src/crl/run/lost.ts', "import './nowhere.ts';"],
};

/** The imported files, and the second halves of bad imports that take two steps. */
const BESIDE: Readonly<Record<string, string>> = {
  'src/verifiers/rules/circle-b.ts': "import type { A } from './circle-a.ts';\nexport type B = A;",
  'src/crl/run/reads-a-file.ts': "import 'node:fs';",
  'src/view/document-schema.ts': 'export {};',
  'test/target.ts': 'export {};',
};

const order = forbidden.flatMap(({ name }) => (name.endsWith('-is-below') ? [name.slice(0, -'-is-below'.length)] : []));
/** A file in a place of the order: a folder, or a file of src/. */
const fileIn = (place: string, name: string): string =>
  place.endsWith('.ts') ? `src/${place}` : `src/${place}/${name}.ts`;
/** Each place with the one above it; main.ts is above all. */
const upwards = order.map((place, index) => {
  const above = fileIn(order[index + 1] ?? 'main.ts', 'target');
  const steps = fileIn(place, 'climbs').split('/').length - 2;
  const statement = `import '${steps === 0 ? './' : '../'.repeat(steps)}${above.slice('src/'.length)}';`;
  return [`${place}-is-below`, fileIn(place, 'climbs'), statement] as const;
});
const planted = [
  ...Object.entries(PLANTED).map(([rule, [from, statement]]) => [rule, from, statement] as const),
  ...upwards,
];

let violations: readonly { readonly rule: string; readonly from: string }[] = [];

beforeAll(() => {
  const tree = tempDirectory();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), `${text}\n`);
  };
  for (const place of order) write(fileIn(place, 'target'), 'export const target = 1;\nexport type Target = number;');
  for (const floor of ['rules', 'run', 'command', 'view']) {
    write(`src/crl/${floor}/target.ts`, 'export const target = 1;\nexport type Target = number;');
  }
  write('src/node-library/target.ts', 'export {};');
  write('src/main.ts', 'export {};');
  for (const [path, text] of Object.entries(BESIDE)) write(path, text);
  for (const [, from, statement] of planted) write(from, `${statement}\nexport type A = number;`);
  for (const name of ['commander', 'chalk', 'inquirer', 'libsql', '@peculiar/x509', 'yaml', 'typebox']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, '');
  }
  write('package.json', '{ "type": "module" }');
  write('tsconfig.json', '{ "compilerOptions": { "module": "nodenext", "allowImportingTsExtensions": true } }');
  violations = cruise(tree);
});

function cruise(tree: string): typeof violations {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const output = execFileSync(process.execPath, [program, '--config', CONFIG, '--output-type', 'json', 'src'], {
    cwd: tree,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const { summary } = JSON.parse(output) as {
    readonly summary: { readonly violations: readonly { readonly rule: { name: string }; readonly from: string }[] };
  };
  return summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
}

test('every import rule is broken by a planted import', () => {
  expect(forbidden.map(({ name }) => name).sort()).toEqual(planted.map(([rule]) => rule).sort());
});

test.each(planted)('the rule %s is reported for %s', (rule, from) => {
  expect(violations).toContainEqual({ rule, from });
});
