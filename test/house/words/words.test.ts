// Plants a violation of every rule of words in a small tree, and expects the script to fail on it. A rule that cannot fail makes this
// red, and so does a synonym without a wrong and a right sentence. `npm run check:words` counts the real tree.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { tempDirectory } from '../../support/world/temp-directory.ts';

const { SYNONYMS, RULES, sentences } = (await import(pathToFileURL(join(import.meta.dirname, 'rules.js')).href)) as {
  readonly SYNONYMS: readonly (readonly [term: string])[];
  readonly RULES: Readonly<Record<string, { readonly hits: (text: Text) => readonly (readonly [number, string?])[] }>>;
  readonly sentences: (text: string) => readonly (readonly [number, string])[];
};
interface Text {
  readonly text: string;
  readonly path: string;
  readonly opens?: boolean;
}

/** Sentences that use a term wrongly, and sentences that only look like it, by term. */
const SENTENCES: Readonly<Record<string, readonly [wrong: string, right: string]>> = {
  deliver: ['The delivery is pending.', 'The ERR_DELIVERY code is old.'],
  authority: ['An authority signs.', 'The JWT authority and the Authority Key Identifier of a certificate authority.'],
  signer: ['The leaf outlives its signer.', "A remote signer and the CRL's signer differ."],
  'foreign or peer trust domain': [
    'The bundle of a peer is old.',
    'The peer presents a certificate of its trust domain.',
  ],
  'back-up': ['Restore it from a back-up.', 'Restore it from a backup that was backed up today.'],
  'take in': ['It takes in the certificate.', 'The services are taken in order.'],
  'any more': ['It is not served any more.', 'It does not sign any more certificates.'],
  'is no X': ['A CA that expired is no successor.', 'There is no successor, and the CA is no longer used.'],
  'so that': ['The CRL expired, so that nothing works.', 'It is so old that nothing works.'],
  tell: ['The command tells its status.', 'A teller reports its status.'],
  stand: ['The name stands in the file.', 'A standard path stands for the file of a stand-alone program.'],
  mend: ['One command mends it.', 'An amendment of the policy.'],
  'come to': ['It came to nothing.', 'It comes back today.'],
  'go on': ['The run goes on.', 'The next step goes in the log.'],
  lie: ['The file lies in the home.', 'The client relies on files.'],
  end: ['Its CRL ends today.', 'It ends with a line, and the rotation ends.'],
  'refuse, said of a verifier': [
    'Verifiers that check revocation refuse it.',
    'Verifiers reject it, and svcauth refuses to sign.',
  ],
  owe: ['The CA owes a CRL.', 'The lowest number.'],
  'put right': ['When that is put right, run it again.', 'The command put the right file there.'],
};

const termsOf = (text: string) =>
  RULES.synonyms!.hits({ text, path: 'README.md' }).map(([, note]) => note!.split(':')[0]);

describe('the synonyms', () => {
  test('every term has a wrong and a right sentence', () => {
    expect(Object.keys(SENTENCES)).toEqual(SYNONYMS.map(([term]) => term));
  });
  test.each(Object.entries(SENTENCES))('%s is found where it is wrong and nowhere else', (term, [wrong, right]) => {
    expect(termsOf(wrong)).toEqual([term]);
    expect(termsOf(right)).toEqual([]);
  });
  test('the glossary may name them', () => {
    expect(RULES.synonyms!.hits({ text: 'authority', path: 'docs/glossary.md' })).toEqual([]);
  });
});

test.each([
  ['persons', 'Somebody asks.', 'The operator asks for no one CA.'],
  ['relatives', 'It works. Where it fails, it stops.', 'Where does it fail? It says where.'],
  ['openings', 'Whether it failed.', 'True if it failed.'],
  ['long', `Counts ${'one '.repeat(20)}.`, `Counts ${'one '.repeat(19)}. Then more of them.`],
])('the rule %s has a sentence that breaks it and one that does not', (rule, wrong, right) => {
  const hits = (text: string) => RULES[rule]!.hits({ text, path: 'src/a.ts', opens: true });
  expect(hits(wrong)).toHaveLength(1);
  expect(hits(right)).toEqual([]);
});

test('a sentence ends at its mark and not at an abbreviation', () => {
  const found = sentences('It runs, e.g. now. Is it "due?" Yes, 1.5 days');
  expect(found.map(([, words]) => words)).toEqual(['It runs, e.g. now.', 'Is it "due?"', 'Yes, 1.5 days']);
});

const KINDS = ['docs', 'strings', 'comments', 'titles'];
const zero = (held: readonly string[]) => Object.fromEntries(held.map(rule => [rule, 0]));
const EVERYWHERE = ['persons', 'relatives', 'synonyms'];
const NONE = Object.fromEntries(
  KINDS.map(kind => [kind, zero(kind === 'comments' ? [...EVERYWHERE, 'openings', 'long'] : EVERYWHERE)]),
);
const target = (reached: boolean, perThousand = 0.3) => ({ perThousand, reached });
const COUNTS = 'test/house/words/counts.json';

function plant(files: Readonly<Record<string, string>>, counts: unknown = NONE, reached = false): string {
  const root = tempDirectory();
  const targets = { persons: target(reached), relatives: target(reached, 2), 'what-who': target(reached, 2) };
  for (const [path, text] of Object.entries({ ...files, [COUNTS]: JSON.stringify({ counts, targets }) })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function run(root: string, ...argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'run.js'), '--root', root, ...argv],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  return { status, stdout };
}
const countsIn = (root: string) =>
  JSON.parse(readFileSync(join(root, COUNTS), 'utf8')) as { counts: typeof NONE; targets: object };

/** Kind and rule, the file with the violation, its text and the line of the hit. */
const PLANTED: readonly (readonly [figure: string, path: string, text: string, line: number])[] = [
  ['docs persons', 'docs/a.md', '# Title\n\nFirst words\nof nobody.\n', 4],
  ['docs persons', 'templates/a.conf', 'listen 443;\n# it listens for everyone\n', 2],
  ['docs relatives', 'README.md', '| a | b |\n|---|---|\n| `x` | **whose** key |\n', 3],
  ['docs relatives', 'src/a/README.md', '- It works.\n- What fails stops.\n', 2],
  ['docs synonyms', 'CHANGELOG.md', 'The file\nlies there.\n', 2],
  ['strings persons', 'src/a1.ts', "export const a = (b: string) => 'it is ' +\n  `for ${b} and anyone`;\n", 2],
  ['strings relatives', 'bin/b2.js', 'export const a = `one line.\n\nwhat it says`;\n', 3],
  ['strings synonyms', 'src/c3.ts', 'export const a = (b: string) => `${b} authority`;\n', 1],
  ['comments persons', 'src/d4.ts', '// A file.\nexport const a = 1;\n/* for\n * whoever reads */\n', 4],
  ['comments relatives', 'test/e5.js', 'export const a = 1; // what follows\n', 1],
  ['comments synonyms', 'src/f6.ts', '/**\n * A name,\n * so that it works.\n */\n', 3],
  ['comments openings', 'src/g7.ts', 'export const a = 1;\n/** Of a CA. */\n', 2],
  ['comments long', 'test/h8.ts', `// A${' long'.repeat(20)} header.\n`, 1],
  [
    'titles persons',
    'test/i9.test.ts',
    "describe.skipIf(a)('b', () => {\n  test('nobody is there', () => {});\n});\n",
    2,
  ],
  ['titles relatives', 'test/j10.test.ts', "it.each([1])('what %s says', () => {});\n", 1],
  ['titles synonyms', 'test/k11.test.ts', "test.each([\n  ['tells it', 1],\n])('%s', () => {});\n", 2],
];

describe('a tree with every violation', () => {
  let result: ReturnType<typeof run>;
  beforeAll(() => {
    result = run(plant(Object.fromEntries(PLANTED.map(([, path, text]) => [path, text]))));
  });

  test('it fails, and no count of it was forgotten', () => {
    expect(result.status).toBe(1);
    const figures = KINDS.flatMap(kind => Object.keys(NONE[kind]!).map(rule => `${kind} ${rule}`));
    expect(figures.filter(figure => !PLANTED.some(([planted]) => planted === figure))).toEqual([]);
  });
  test.each(PLANTED)('%s is found in %s', (figure, path, _, line) => {
    const same = PLANTED.filter(([planted]) => planted === figure).length;
    const [, hits] = result.stdout.split(`\n${figure}: ${same}, and counts.json allows 0. All of them:\n`);
    expect(hits?.split('\n\n')[0]).toContain(`${path}:${line}: `);
  });
});

test('code and directives and SQL and paths are not read', () => {
  const { status, stdout } = run(
    plant(
      {
        'docs/a.md': '```sh\necho nobody\n```\n\nRun `svcauth tell` as [said](https://somebody.example/lie).\n',
        'src/a.ts': [
          "import { a } from './somebody lies.js';",
          '// eslint-disable-next-line no-anybody -- somebody said so',
          "export const b = a.replace(/nobody lies/, 'nobody');",
          '/** A query for `somebody`. */',
          "export const c = 'SELECT somebody FROM everybody';",
          "export const d: 'nobody tells' | undefined = undefined;",
          "export const e = new RegExp('nobody lies');",
          '',
        ].join('\n'),
        'test/a.test.ts': "test(`a // nobody`.slice(0, 1), () => expect('somebody lies').toBe(1));\n",
      },
      NONE,
      true,
    ),
  );
  expect(stdout).not.toContain('allows');
  expect(status).toBe(0);
});

describe('counts.json', () => {
  const docs = (persons: number) => ({ ...NONE, docs: { ...NONE.docs, persons } });
  const page = { 'README.md': 'Somebody asks.\n' };

  test('a count that fell has to be written down', () => {
    const root = plant(page, docs(2));
    const { status, stdout } = run(root);
    expect(status).toBe(1);
    expect(stdout).toContain('docs persons: 1, and counts.json has 2\n');
    expect(stdout).toContain('npm run check:words -- --write');

    expect(run(root, '--write').status).toBe(0);
    expect(countsIn(root).counts).toEqual(docs(1));
    expect(run(root).status).toBe(0);
  });

  test('a higher count is never written down', () => {
    const root = plant(page);
    expect(run(root, '--write').status).toBe(1);
    expect(countsIn(root).counts).toEqual(NONE);
  });

  test('a target that was reached holds even where the count did not rise', () => {
    const { status, stdout } = run(plant(page, docs(1), true));
    expect(status).toBe(1);
    expect(stdout).toContain(
      'docs and strings: 500.00 persons per 1,000 words, and the target that was reached is 0.3.',
    );
  });

  test('a target is reached when it is met', () => {
    const root = plant({ 'README.md': 'The operator asks.\n' });
    expect(run(root, '--write').status).toBe(0);
    expect(countsIn(root).targets).toMatchObject({ persons: { perThousand: 0.3, reached: true } });
  });
});

test('--list prints the hits of a kind, a rule and a path', () => {
  const root = plant({
    'README.md': 'Somebody tells.\n',
    'docs/a.md': 'Nobody tells.\n',
    'src/a.ts': '// Somebody tells.\n',
  });
  expect(run(root, '--list', 'docs', 'persons')).toEqual({
    status: 0,
    stdout: '# docs persons: 2\nREADME.md:1: Somebody tells.\ndocs/a.md:1: Nobody tells.\n',
  });
  expect(run(root, '--list', 'synonyms', 'src').stdout).toBe(
    '# comments synonyms: 1\nsrc/a.ts:1: Somebody tells.  [tell: report, print]\n',
  );
});
