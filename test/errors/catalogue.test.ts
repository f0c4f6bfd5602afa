import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { CATALOGUE } from '../../src/errors/catalogue.ts';
import { EXIT } from '../../src/errors/exit-status.ts';

const SOURCES = resolve(import.meta.dirname, '../../src');
const FILES = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.ts'));
const textOf = (path: string) => readFileSync(join(SOURCES, path), 'utf8');
const rows = FILES.filter(path => path.startsWith('errors/')).flatMap(path =>
  [...textOf(path).matchAll(/^ {2}(ERR_[A-Z0-9_]+): /gm)].map(match => ({ code: match[1]!, path })),
);

/** Two rows of one code: a spread would silently keep the last. */
test('no code occurs twice in the catalogue, and every row is in it', () => {
  expect(rows.map(({ code }) => code).sort()).toEqual(Object.keys(CATALOGUE).sort());
});

test('every code is used, and every use is a row', () => {
  const used = new Set(
    // errors.ts explains itself with a code that is none, and the codes of svcauth/node are those of the services that use it
    FILES.filter(path => !/^(errors|node-library)/.test(path)).flatMap(
      path => textOf(path).match(/\bERR_[A-Z0-9_]+\b/g) ?? [],
    ),
  );
  expect(Object.keys(CATALOGUE).filter(code => !used.has(code))).toEqual([]);
  const named = [...used].filter(code => !Object.hasOwn(CATALOGUE, code));
  // families in comments: ERR_PASSPHRASE_*
  expect(named.filter(code => !code.endsWith('_'))).toEqual([]);
});

test('every exit status is one of the table, and never success', () => {
  for (const [code, { exit }] of Object.entries(CATALOGUE)) {
    expect(Object.values(EXIT), code).toContain(exit);
    expect(exit, code).not.toBe(EXIT.success);
  }
});

/** Rows that leave the person without a next step, and why that is right. */
const THE_MESSAGE_NAMES_IT = 'the message names what is to be changed';
const NOTHING_TO_DO = 'there is nothing to be done';
const OUTSIDE = 'what has to be put right lies outside, and the reason names it';
const WITHOUT_HINT: Readonly<Record<string, string>> = {
  ERR_BUNDLE_MAP: THE_MESSAGE_NAMES_IT,
  ERR_CA_NAME: THE_MESSAGE_NAMES_IT,
  ERR_CRL_DIFF_KINDS: THE_MESSAGE_NAMES_IT,
  ERR_CRL_MISSING: THE_MESSAGE_NAMES_IT,
  ERR_CRL_NOT_NEEDED: NOTHING_TO_DO,
  ERR_CRL_PUBLISH_HERE: THE_MESSAGE_NAMES_IT,
  ERR_CRL_REFUSED: OUTSIDE,
  ERR_FILE_READ: OUTSIDE,
  ERR_FILE_WRITE: OUTSIDE,
  ERR_FLAG_CONFLICT: THE_MESSAGE_NAMES_IT,
  ERR_FLAG_NEEDS: THE_MESSAGE_NAMES_IT,
  ERR_FLAG_VALUE: THE_MESSAGE_NAMES_IT,
  ERR_INTERRUPTED: 'the person did it',
  ERR_KEY_UNSUITABLE: 'the reason says which keys are fit',
  ERR_LINT: THE_MESSAGE_NAMES_IT,
  ERR_MANIFEST_ACCESS: OUTSIDE,
  ERR_OUTPUT: OUTSIDE,
  ERR_PASSPHRASE_EMPTY: THE_MESSAGE_NAMES_IT,
  ERR_PASSPHRASE_MISMATCH: THE_MESSAGE_NAMES_IT,
  ERR_PASSPHRASE_UNREADABLE: OUTSIDE,
  ERR_REVOKE_FUTURE: THE_MESSAGE_NAMES_IT,
  ERR_TRUST_BUNDLE: OUTSIDE,
};

test('every row says what to do next, or why not', () => {
  const silent = Object.entries(CATALOGUE).filter(([, { hints }]) => String(hints) === '() => []');
  expect(silent.map(([code]) => code).sort()).toEqual(Object.keys(WITHOUT_HINT).sort());
});
