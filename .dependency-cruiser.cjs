// The rules of the house: one order of subjects, floors inside a subject, and one door to every library.
// `npm run check:deps` holds them. A rule with `reachable` follows the whole graph: nothing forbidden through a third file either.

/** From the ground up: no file imports from a folder that stands further down in this list. */
const ORDER = [
  // what everything stands on
  'version.ts',
  'errors',
  'time',
  'text',
  'pki',
  'record',
  'world',
  'store',
  'view',
  'cli',
  // the subjects
  'service',
  'due',
  'policy',
  'ca',
  'audit',
  'crl',
  'lookup',
  'bundle',
  'verifiers',
  'publication',
  'deployment',
  'issuance',
  'renewal',
  'init',
  'probe',
  'rotation',
  'compromise',
  'monitoring',
  'config',
  'tick',
  // the program: nothing else sees it
  'world/real',
  'program',
  'main.ts',
];

function place(name) {
  if (name.endsWith('.ts')) return `src/${name.replace('.', '\\.')}$`;
  return name === 'world' ? 'src/world/[^/]+$' : `src/${name}/`;
}

const upTheOrder = ORDER.slice(0, -1).map((name, index) => ({
  name: `${name}-is-below`,
  comment: `nothing in ${name} imports from what stands above it in the order of subjects`,
  severity: 'error',
  from: { path: `^${place(name)}` },
  to: {
    path: `^(${ORDER.slice(index + 1)
      .map(place)
      .join('|')})`,
  },
}));

const EFFECTS = [
  '^(node:)?(fs|process|child_process|net|tls|http|https|http2|os|readline|worker_threads|dgram|dns|sqlite)$',
  '^(node:)?(fs|dns|readline)/promises$',
  'node_modules/(commander|chalk|inquirer|libsql)/',
];

module.exports = {
  forbidden: [
    ...upTheOrder,
    {
      name: 'every-folder-has-its-place-in-the-order',
      severity: 'error',
      from: { path: '^src/', pathNot: `^(${ORDER.map(place).join('|')}|src/node-library/)` },
      to: {},
    },
    {
      name: 'no-circular',
      comment: 'types included',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'rules-are-pure',
      comment: 'no file system, process, network, terminal or argument parser by any path',
      severity: 'error',
      from: { path: ['^src/([^/]+/rules|pki|text|time|record|errors)/', '^src/world/[^/]+$'] },
      to: { path: EFFECTS, reachable: true },
    },
    {
      name: 'rules-see-no-other-floor',
      severity: 'error',
      from: { path: '^src/[^/]+/rules/' },
      to: { path: '^src/([^/]+/(run|command|view)|store|world|view|cli|program)/' },
    },
    {
      name: 'run-sees-no-command-and-no-view',
      severity: 'error',
      from: { path: '^src/[^/]+/run/' },
      to: { path: '^src/([^/]+/(command|view)|view|cli|program)/' },
    },
    {
      name: 'view-sees-types-and-rules',
      severity: 'error',
      from: { path: '^src/([^/]+/view|view)/' },
      to: { path: '^src/([^/]+/run|store|world)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'view-sees-no-command',
      severity: 'error',
      from: { path: '^src/([^/]+/view|view)/' },
      to: { path: '^src/([^/]+/command|cli|program)/' },
    },
    {
      name: 'store-sees-no-subject',
      comment: 'the store knows records, files and SQL; what is true of them is for the subjects to say',
      severity: 'error',
      from: { path: '^src/store/' },
      to: { path: '^src/[^/]+/(rules|run|command|view)/' },
    },
    {
      name: 'commander-behind-commands',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/([^/]+/command/|cli/|program/|main\\.ts$)' },
      to: { path: 'node_modules/commander/' },
    },
    {
      name: 'colour-behind-one-door',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/view/colour\\.ts$' },
      to: { path: 'node_modules/chalk/' },
    },
    {
      name: 'schemas-behind-one-door',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/view/document-schema\\.ts$' },
      to: { path: 'node_modules/typebox/' },
    },
    {
      name: 'schemas-are-built-when-asked-for',
      comment: 'a view takes the types of its documents: the schemas themselves are for "svcauth schema"',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/([^/]+/view|view)/[a-z-]*documents\\.ts$|^src/program/schemas\\.ts$' },
      to: {
        path: '^src/([^/]+/view/|view/)([a-z-]*documents|document-schema)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'prompts-behind-one-door',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/prompt\\.ts$' },
      to: { path: 'node_modules/inquirer/' },
    },
    {
      name: 'sql-behind-the-store',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/store/manifest/' },
      to: { path: ['node_modules/libsql/', '^(node:)?sqlite$'] },
    },
    {
      name: 'peculiar-behind-pki',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/pki/' },
      to: { path: 'node_modules/(@peculiar|reflect-metadata)/' },
    },
    {
      name: 'node-library-is-small',
      comment: 'what services load: Node and pki, nothing of the CLI and nobody else by any path',
      severity: 'error',
      from: { path: '^src/node-library/' },
      to: {
        path: [
          ...ORDER.filter(name => !['errors', 'time', 'text', 'pki'].includes(name)).map(name => `^${place(name)}`),
          'node_modules/(?!@types/)',
        ],
        reachable: true,
      },
    },
    {
      name: 'node-library-is-for-services',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/node-library/' },
      to: { path: '^src/node-library/' },
    },
    { name: 'src-never-imports-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^test/' } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
