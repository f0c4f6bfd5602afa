// Reads the texts of the tree in four kinds: docs, strings, comments and titles of tests. Docs are pages and templates; strings are the
// literals of src and bin that a person reads. A text is a paragraph, a table cell, a list item, a literal or a title. Replacements
// keep the length of a text, because an index in it stands for a line.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';

// an import of a CommonJS file this large is read twice: a second of the six that this may take
const ts = createRequire(import.meta.url)('typescript');

/** Stands for code, a URL or another thing that is not prose: no word. */
export const CODE = '\u00a4';
/** Stands for a placeholder of a template: one word. */
export const HOLE = '\u25a1';

const LEFT_OUT = new Set(['node_modules', 'dist', 'coverage', 'demo-pki', '.git']);

/** Paths below `root`, relative, with slashes; none where `folder` is absent. */
function filesBelow(root, folder, wanted) {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter(({ name }) => !LEFT_OUT.has(name))
    .flatMap(entry => {
      const path = join(folder, entry.name).split(sep).join('/');
      if (entry.isDirectory()) return filesBelow(root, path, wanted);
      return wanted.test(path) ? [path] : [];
    })
    .sort();
}

/** Every text of the tree: { kind, path, text, lineAt(index), opens? }; `opens` marks the first paragraph of a doc comment. */
export function readTexts(root) {
  const found = [];
  const read = path => readFileSync(join(root, path), 'utf8');
  const pages = filesBelow(root, '.', /^[A-Z]+\.md$/).filter(path => !path.includes('/'));
  for (const path of [
    ...pages,
    ...filesBelow(root, 'docs', /^docs\/[^/]+\.md$/),
    ...filesBelow(root, 'src', /README\.md$/),
  ])
    found.push(...textsOfPage(read(path)).map(text => ({ kind: 'docs', path, ...text })));
  for (const path of filesBelow(root, 'templates', /./))
    found.push(...textsOfTemplate(read(path)).map(text => ({ kind: 'docs', path, ...text })));
  const sources = [...filesBelow(root, 'src', /\.ts$/), ...filesBelow(root, 'bin', /\.js$/)];
  for (const path of [...sources, ...filesBelow(root, 'test', /\.[tj]s$/)])
    found.push(...textsOfSource(path, read(path)).map(text => ({ path, ...text })));
  return found;
}

/** A text of lines [number, words]; a line break counts as a space. */
function joined(lines, more = {}) {
  const starts = [];
  let text = '';
  for (const [line, words] of lines) {
    if (text !== '') text += ' ';
    starts.push([text.length, line]);
    text += words;
  }
  return { ...more, text: withoutCode(text), lineAt: index => starts.findLast(([start]) => start <= index)[1] };
}

const blank = found => CODE.padEnd(found.length);

const withoutCode = text =>
  text
    .replace(/(`+)[^`].*?\1(?!`)/g, blank)
    .replace(/\{@link [^}]*\}/g, blank)
    .replace(/\bhttps?:\/\/[^\s)>'"]+/g, blank);

/** Paragraphs of lines [number, words]: an empty line, a list item or a gap in the numbers ends one. */
function paragraphs(lines) {
  const found = [];
  let current = [];
  const finish = () => {
    if (current.length > 0) found.push(current);
    current = [];
  };
  for (const [line, words] of lines) {
    const item = /^\s*(?:[-*+]|\d+\.)\s+/.exec(words);
    if (words.trim() === '' || item || (current.length > 0 && current.at(-1)[0] !== line - 1)) finish();
    if (words.trim() !== '') current.push([line, words.slice(item?.[0].length ?? 0).trim()]);
  }
  finish();
  return found;
}

function textsOfPage(page) {
  const prose = [];
  const found = [];
  let fence;
  for (const [index, words] of page.split('\n').entries()) {
    const line = index + 1;
    const mark = /^\s*(`{3,}|~{3,})/.exec(words)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
      continue;
    }
    if (fence !== undefined) continue;
    if (/^#+ /.test(words)) {
      found.push([[line, words.replace(/^#+ /, '')]]);
    } else if (/^\s*\|/.test(words)) {
      if (/^[\s|:-]+$/.test(words)) continue;
      const cells = withoutCode(words).split(/(?<!\\)\|/);
      found.push(...cells.filter(cell => cell.trim() !== '').map(cell => [[line, cell.trim()]]));
    } else {
      prose.push([line, words.replace(/^\s*>\s?/, '')]);
    }
  }
  return [...found, ...paragraphs(prose)].map(lines => joined(lines.map(([line, words]) => [line, unmarked(words)])));
}

/** Without emphasis, comments and the targets of links, at the same length. */
const unmarked = words =>
  words
    .replace(/<!--.*?-->/g, hidden => ' '.repeat(hidden.length))
    .replace(/\]\([^)\s]*\)/g, target => ' '.repeat(target.length))
    .replace(/\*+|(?<!\w)\[|\]/g, mark => ' '.repeat(mark.length));

/** Comments, and the keys of templates that are prose. */
function textsOfTemplate(template) {
  const lines = template
    .replace(/@[\w-]+:[\w-]+@|\{\{.*?\}\}/g, hole => HOLE.padEnd(hole.length))
    .split('\n')
    .map((words, index) => [index + 1, words]);
  const matching = pattern =>
    lines.flatMap(([line, words]) => {
      const text = pattern.exec(words)?.[1];
      return text === undefined ? [] : [[line, text]];
    });
  const comments = paragraphs(matching(/(?:^|\s)(?:#|\/\/) (.*)$/));
  const texts = matching(/(?:\b(?:summary|description): '?|- name: (?=\S+ \S)|^Description=|""")(.*?)(?:'|""")?$/);
  return [...comments.map(text => joined(text)), ...texts.map(text => joined([text]))];
}

function textsOfSource(path, source) {
  const settings = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  const file = ts.createSourceFile(path, source, settings, false);
  const lineOf = position => file.getLineAndCharacterOfPosition(position).line + 1;
  const isTest = path.startsWith('test/');
  const found = [];
  const literals = [];
  const visit = (node, isText) => {
    if (isTest && ts.isCallExpression(node)) found.push(...titlesOf(node, lineOf, file));
    if (ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node) || ts.isRegularExpressionLiteral(node))
      literals.push([node.getStart(file), node.end]);
    if (ts.isStringLiteralLike(node)) literals.push([node.getStart(file), node.end]);
    const isWhole = isText && isTextNode(node);
    if (isWhole && !isTest) found.push(...stringsOf(node, lineOf, file));
    const below = isText && !isNoText(node);
    ts.forEachChild(node, child => visit(child, below && !(isWhole && isPartOf(node, child))));
  };
  visit(file, true);
  return [...found, ...commentsOf(source, literals, lineOf)];
}

/** Import specifiers, types and patterns hold no texts. */
const isNoText = node =>
  ts.isImportDeclaration(node) ||
  ts.isExportDeclaration(node) ||
  ts.isTypeNode(node) ||
  ts.isTypeAliasDeclaration(node) ||
  (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'RegExp');

const isSum = node => ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
const isTextNode = node =>
  ts.isStringLiteralLike(node) ||
  ts.isTemplateExpression(node) ||
  (isSum(node) && parts(node).some(ts.isStringLiteralLike));
/** Counted with its sum. */
const isPartOf = (node, child) =>
  isSum(node) && (isSum(child) || ts.isStringLiteralLike(child) || ts.isTemplateExpression(child));

const parts = node => (isSum(node) ? [...parts(node.left), ...parts(node.right)] : [node]);

/** The words of a literal, a template or a sum of them, with a hole for every other expression. */
function wordsOf(node, lineOf, file) {
  const starts = [];
  let text = '';
  const add = (piece, words) => {
    starts.push([text.length, lineOf(piece.getStart(file)), !/\\n/.test(piece.getText(file))]);
    text += words;
  };
  for (const part of parts(node)) {
    if (ts.isStringLiteralLike(part)) add(part, part.text);
    else if (ts.isTemplateExpression(part)) {
      add(part.head, part.head.text);
      for (const span of part.templateSpans) add(span.literal, `${HOLE}${span.literal.text}`);
    } else add(part, HOLE);
  }
  return { text, lineAt: lineFinder(starts, text) };
}

/** A function of its own: a text must not keep the tree of its file in memory. */
const lineFinder = (starts, text) => index => {
  const [start, line, hasOwnLines] = starts.findLast(([from]) => from <= index);
  return line + (hasOwnLines ? text.slice(start, index).split('\n').length - 1 : 0);
};

/** Two words beside each other. */
const WORDS = new RegExp(`[A-Za-z]{2}[,;:.)"'’]* ["'(]?(?:[A-Za-z]{2}|${HOLE})|${HOLE}['’s]*[,;:]? [a-z]{3}`);
/** SQL, scripts and PEM. */
const NO_PROSE =
  /^\s*(?:(?:SELECT|INSERT|UPDATE|CREATE|WITH|ALTER|DELETE|PRAGMA|DROP|BEGIN|COMMIT|ROLLBACK|REPLACE|VACUUM|ATTACH|FROM|WHERE|ORDER|GROUP|JOIN|LEFT|AND|ON)\b|#!)|-----|\b(?:ALTER|CREATE) TABLE\b/;

function stringsOf(node, lineOf, file) {
  const { text, lineAt } = wordsOf(node, lineOf, file);
  if (!WORDS.test(text) || NO_PROSE.test(text)) return [];
  // an empty line ends a paragraph
  return [...text.matchAll(/(?:(?!\n\s*\n)[^])+/g)].map(({ 0: paragraph, index }) => ({
    kind: 'strings',
    text: withoutCode(paragraph.replaceAll('\n', ' ')),
    lineAt: at => lineAt(index + at),
  }));
}

const RUNNER = /^(?:it|test|describe|(?:test|describe)[A-Z]\w*)$/;

/** Titles of describe, test and it, and of functions named after them. With .each and '%s', the first strings of the rows too. */
function titlesOf(call, lineOf, file) {
  let callee = call.expression;
  let rows;
  for (;;) {
    if (ts.isPropertyAccessExpression(callee)) callee = callee.expression;
    else if (ts.isCallExpression(callee)) {
      rows ??= callee.arguments[0];
      callee = callee.expression;
    } else if (ts.isTaggedTemplateExpression(callee)) callee = callee.tag;
    else break;
  }
  if (!ts.isIdentifier(callee) || !RUNNER.test(callee.text)) return [];
  const isTable =
    ts.isPropertyAccessExpression(call.expression) && /^(?:each|for|skipIf|runIf)$/.test(call.expression.name.text);
  const title = isTable ? undefined : call.arguments.slice(0, 2).find(isTextNode);
  if (title === undefined) return [];
  const own = wordsOf(title, lineOf, file);
  const named = /^%s/.test(own.text) && rows && ts.isArrayLiteralExpression(rows) ? rows.elements : [];
  const firsts = named
    .map(row => (ts.isArrayLiteralExpression(row) ? row.elements[0] : row))
    .filter(first => first && isTextNode(first));
  return [own, ...firsts.map(first => wordsOf(first, lineOf, file))].map(({ text, lineAt }) => ({
    kind: 'titles',
    text: withoutCode(text.replace(/%[sdijo]|\$[\w.]+/g, hole => HOLE.padEnd(hole.length)).replaceAll('\n', ' ')),
    lineAt,
  }));
}

const DIRECTIVE = /^\/[/*]+!?\s*(?:eslint|@ts-|prettier-ignore|v8 |c8 |<reference|#)/;

/** Comments of a source whose literals are known: what looks like a comment outside of them is one. */
function commentsOf(source, literals, lineOf) {
  let code = '';
  for (const [start, end] of literals.sort(([a], [b]) => a - b)) {
    if (start < code.length) continue;
    code += source.slice(code.length, start) + ' '.repeat(end - start);
  }
  code += source.slice(code.length);
  const found = [];
  let run = [];
  const finish = () => {
    const [first] = run;
    // a header: the first lines of a file
    const opens = first !== undefined && source.slice(0, first.at).trim() === '';
    found.push(
      ...paragraphs(run.map(({ line, words }) => [line, words])).map((lines, index) =>
        joined(lines, { opens: opens && index === 0 }),
      ),
    );
    run = [];
  };
  for (const { 0: comment, index } of code.matchAll(/\/\/.*|\/\*[^]*?\*\//g)) {
    if (DIRECTIVE.test(comment)) continue;
    const line = lineOf(index);
    if (comment.startsWith('/*')) {
      finish();
      const lines = comment
        .split('\n')
        .map((words, more) => [line + more, words.replace(/^\s*\/?\*+\/?|\*+\/\s*$/g, '')]);
      const opens = comment.startsWith('/**');
      found.push(...paragraphs(lines).map((text, nth) => joined(text, { opens: opens && nth === 0 })));
    } else {
      if (run.length > 0 && run.at(-1).line !== line - 1) finish();
      run.push({ line, at: index, words: comment.slice(2) });
    }
  }
  finish();
  return found.map(text => ({ kind: 'comments', ...text }));
}
