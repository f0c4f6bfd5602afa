import tseslint from 'typescript-eslint';

// Time, randomness, the process and the console are handed in (World): nothing in src/ takes them for itself.
const ambient = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'a run has one now: take it as an argument',
  },
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'a run has one now: take it as an argument',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'randomness is handed in as bytes',
  },
];

// With -o json standard error is JSON lines: one file writes them.
const standardError = [
  {
    selector: "CallExpression[callee.property.name='write'][callee.object.property.name='err']",
    message: 'call warn() or reportErrors() of src/view/message.ts',
  },
];

// A test lives at a fixed time, or at the machine's where a program judges that reads that: then it says so, by realNow().
const realClock = [
  "NewExpression[callee.name='Date'][arguments.length=0]",
  "CallExpression[callee.name='Date']",
  "MemberExpression[object.name='Date'][property.name='now']",
].map(selector => ({ selector, message: 'take a fixed time, or realNow() of test/support/real-clock.ts' }));

export default tseslint.config(
  { ignores: ['dist/**', 'templates/**', 'node_modules/**', '.dependency-cruiser.cjs', 'demo-pki/**', 'coverage/**'] },
  ...tseslint.configs.recommendedTypeChecked.map(config => ({ ...config, files: ['src/**/*.ts', 'test/**/*.ts'] })),
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      eqeqeq: ['error', 'always'],
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...ambient, ...standardError],
      'no-restricted-globals': ['error', 'process', 'console'],
      'no-restricted-imports': ['error', { paths: ['node:process', 'process', 'node:console', 'console'] }],
    },
  },
  {
    // hands standard error to commander
    files: ['src/main.ts'],
    rules: { 'no-restricted-syntax': ['error', ...ambient] },
  },
  {
    files: ['test/**/*.{ts,js}'],
    // benchmarks are not tests; ahead/ sets the clock that the tests read
    ignores: ['test/support/real-clock.ts', 'test/bench/**', 'test/ahead/**'],
    rules: { 'no-restricted-syntax': ['error', ...realClock] },
  },
  {
    // what svcauth/node is handed when the service hands in nothing
    files: ['src/node-library/ambient.ts'],
    rules: { 'no-restricted-syntax': 'off', 'no-restricted-globals': 'off' },
  },
);
