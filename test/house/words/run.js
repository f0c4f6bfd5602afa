// npm run check:words: counts phrases that are not plain English in docs, strings, comments and titles of tests. The counts may only
// fall: status 1 when one rose, or fell and counts.json does not have it yet. A rule that is new, or stricter, starts with the
// figure of its day: remove the old one from counts.json, and --write. After a merge take either side of counts.json, and --write.
//   -- --list [kind] [rule] [path prefix …]   every hit, as path:line: text
//   -- --write                                 lower the figures of counts.json
//   -- --root DIRECTORY                        another tree than this one
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countWords, RULES, sentences } from './rules.js';
import { CODE, HOLE, readTexts } from './texts.js';

const KINDS = ['docs', 'strings', 'comments', 'titles'];
/** The kinds that users read; the targets are for these together. */
const READ = ['docs', 'strings'];
/** Hits per 1,000 words; a target that was reached holds. */
const TARGETS = { persons: 0.3, relatives: 2, 'what-who': 2 };
const MOST_SHOWN = 140;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean' }, write: { type: 'boolean' }, root: { type: 'string' } },
});
const root = values.root === undefined ? fileURLToPath(new URL('../../..', import.meta.url)) : resolve(values.root);
const file = join(root, 'test/house/words/counts.json');

const texts = readTexts(root);
const wordsOf = kinds =>
  texts.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { text }) => sum + countWords(text), 0);
const hits = texts.flatMap(text =>
  Object.entries(RULES)
    .filter(([, { kinds }]) => kinds.includes(text.kind))
    .flatMap(([rule, { hits }]) => hits(text).map(([index, note]) => ({ ...text, rule, index, note }))),
);
const countOf = (kinds, rule) => hits.filter(hit => kinds.includes(hit.kind) && hit.rule === rule).length;
const perThousand = (count, words) => (words === 0 ? 0 : (count * 1000) / words);

/** The sentence of a hit, around it where it is long. */
function lineOf({ path, lineAt, text, index, note }) {
  const [start, sentence] = sentences(text).findLast(([at]) => at <= index) ?? [0, text];
  const from = sentence.lastIndexOf(' ', Math.max(0, index - start - MOST_SHOWN / 2)) + 1;
  const shown = sentence.length <= MOST_SHOWN ? sentence : sentence.slice(from, from + MOST_SHOWN);
  const words = shown
    .replaceAll(HOLE, '{}')
    .replace(new RegExp(`${CODE} *(\\w?)`, 'g'), (_, next) => (next === '' ? '`…`' : `\`…\` ${next}`))
    .replace(/\s+/g, ' ')
    .trim();
  return `${path}:${lineAt(index)}: ${words}${note === undefined ? '' : `  [${note}]`}`;
}

function list(asked) {
  const kinds = asked.filter(word => KINDS.includes(word));
  const rules = asked.filter(word => word in RULES);
  const prefixes = asked.filter(word => !KINDS.includes(word) && !(word in RULES));
  const shown = hits.filter(
    ({ kind, rule, path }) =>
      (kinds.length === 0 || kinds.includes(kind)) &&
      (rules.length === 0 ? RULES[rule].held : rules.includes(rule)) &&
      (prefixes.length === 0 || prefixes.some(prefix => path.startsWith(prefix))),
  );
  for (const kind of KINDS)
    for (const rule of Object.keys(RULES)) {
      const some = shown.filter(hit => hit.kind === kind && hit.rule === rule);
      if (some.length > 0) console.log(`# ${kind} ${rule}: ${some.length}\n${some.map(lineOf).join('\n')}`);
    }
}

function table() {
  const rules = Object.keys(RULES);
  const rows = KINDS.map(kind => {
    const words = wordsOf([kind]);
    const cells = rules.map(rule => {
      if (!RULES[rule].kinds.includes(kind)) return '-';
      const count = countOf([kind], rule);
      return `${count} (${perThousand(count, words).toFixed(1)})`;
    });
    return [kind, String(words), ...cells];
  });
  const all = [['', 'words', ...rules], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map(row => row[column].length)));
  return all
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const held = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { counts: {}, targets: {} };
const counts = Object.fromEntries(
  KINDS.map(kind => [
    kind,
    Object.fromEntries(
      Object.entries(RULES).flatMap(([rule, { kinds, held }]) =>
        held && kinds.includes(kind) ? [[rule, countOf([kind], rule)]] : [],
      ),
    ),
  ]),
);
const targets = Object.fromEntries(
  Object.entries(TARGETS).map(([rule, most]) => {
    const { perThousand: figure = most, reached = false } = held.targets[rule] ?? {};
    const isMet = perThousand(countOf(READ, rule), wordsOf(READ)) <= figure;
    return [rule, { perThousand: figure, reached: reached || isMet, isMet }];
  }),
);

/** Figures beside what is counted, [kind, rule, figure, count]. */
const compared = KINDS.flatMap(kind =>
  Object.entries(counts[kind]).map(([rule, count]) => [kind, rule, held.counts[kind]?.[rule], count]),
);
const rose = compared.filter(([, , figure, count]) => figure !== undefined && count > figure);
const missed = Object.entries(targets).filter(([rule, { isMet }]) => held.targets[rule]?.reached && !isMet);
const isOld =
  compared.some(([, , figure, count]) => figure !== count) ||
  Object.entries(targets).some(([rule, { reached }]) => held.targets[rule]?.reached !== reached);

function write() {
  const kept = Object.entries(targets).map(([rule, { perThousand, reached }]) => [rule, { perThousand, reached }]);
  writeFileSync(file, `${JSON.stringify({ counts, targets: Object.fromEntries(kept) }, undefined, 2)}\n`);
}

function check() {
  console.log(`${table()}\n(in brackets: per 1,000 words)`);
  for (const [kind, rule, figure, count] of rose) {
    console.log(`\n${kind} ${rule}: ${count}, and counts.json allows ${figure}. All of them:`);
    for (const hit of hits.filter(hit => hit.kind === kind && hit.rule === rule)) console.log(lineOf(hit));
  }
  for (const [rule, { perThousand: most }] of missed) {
    const rate = perThousand(countOf(READ, rule), wordsOf(READ)).toFixed(2);
    console.log(
      `\n${READ.join(' and ')}: ${rate} ${rule} per 1,000 words, and the target that was reached is ${most}.`,
    );
  }
  if (rose.length > 0 || missed.length > 0) return 1;
  if (values.write) write();
  else if (isOld) {
    for (const [kind, rule, figure, count] of compared.filter(([, , figure, count]) => figure !== count))
      console.log(`${kind} ${rule}: ${count}, and counts.json has ${figure ?? 'no figure'}`);
    for (const [rule, { perThousand, reached }] of Object.entries(targets))
      if (reached && !held.targets[rule]?.reached)
        console.log(`${READ.join(' and ')}: the target of ${perThousand} ${rule} per 1,000 words is reached`);
    console.log('counts.json is old: run "npm run check:words -- --write" and commit it');
    return 1;
  }
  return 0;
}

if (values.list) list(positionals);
else process.exitCode = check();
