// The directions of the architecture: pki <- lifecycle <- store <- authority <- commands <- main; render sees only types.
// `reachable` follows the whole graph, so a forbidden module cannot be reached through a third file either.
const layers = ['pki', 'lifecycle', 'store', 'authority', 'commands'];
const upward = layers.slice(0, -1).map((layer, index) => ({
  name: `${layer}-knows-nothing-above-it`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: `^src/(${layers.slice(index + 1).join('|')}|render|main)`, reachable: true },
}));
module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'pki-and-lifecycle-are-pure',
      comment: 'no file system, process, network, terminal or argument parser by any path',
      severity: 'error',
      from: { path: '^src/(pki|lifecycle)/' },
      to: {
        path: '^((node:)?(fs|process|child_process|net|tls|http|https|os|readline|worker_threads)|fs/promises)$|node_modules/(commander|chalk|inquirer|libsql)/',
        reachable: true,
      },
    },
    {
      name: 'node-library-is-small',
      comment: 'what services load: Node and pki, nothing of the CLI and nobody else by any path',
      severity: 'error',
      from: { path: '^src/node/' },
      to: {
        path: '^src/(lifecycle|store|authority|commands|render|main|world)|node_modules/(?!@types/)',
        reachable: true,
      },
    },
    {
      name: 'node-library-is-for-services',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/node/' },
      to: { path: '^src/node/' },
    },
    {
      name: 'commander-behind-commands-and-main',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(commands/|main\\.ts)' },
      to: { path: 'node_modules/commander/' },
    },
    {
      name: 'colour-behind-one-door',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/render/colour\\.ts$' },
      to: { path: 'node_modules/chalk/' },
    },
    {
      name: 'prompts-behind-one-door',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/commands/prompt\\.ts$' },
      to: { path: 'node_modules/inquirer/' },
    },
    {
      name: 'sql-behind-the-store',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/store/' },
      to: { path: 'node_modules/libsql/' },
    },
    {
      name: 'peculiar-behind-pki',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/pki/' },
      to: { path: 'node_modules/(@peculiar|reflect-metadata)/' },
    },
    {
      name: 'render-sees-only-types',
      severity: 'error',
      from: { path: '^src/render/' },
      to: { path: '^src/(store|authority|commands|main)', dependencyTypesNot: ['type-only'] },
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
