// The rules of words: each finds its hits in a text of texts.js. A pattern that could mean something good is left out here, or the good
// meanings are its exceptions; words.test.ts has a wrong and a right sentence for each row.
import { HOLE } from './texts.js';

const PERSONS = /\b(?:(?:some|no|any|every)body|(?:some|any|every)one|no one|whoever|whomever)\b/gi;
// "every one of them", "no one CA"
const NO_PERSON = /\bno one (?:of|CA|file|key|certificate|place|answer)\b/gi;
const RELATIVE = /^[\s"'“‘(]*(?:who|whom|whose|what|whatever|where|which|whether)\b/i;
const WHAT_WHO = /\b(?:what|who|whom|whose)\b/gi;
const OPENING = /^[\s"'“‘(]*(?:of|what|whether|who|whose|where)\b/i;
/** Words of the first sentence of a doc comment. */
const MOST_WORDS = 20;

/** Term, what is said instead, the pattern, and the uses that are right. */
export const SYNONYMS = [
  ['deliver', 'deploy', /\bdeliver\w*/gi],
  [
    'authority',
    'CA',
    /\bauthorit(?:y|ies)\b/gi,
    /\bauthority (?:and subject )?(?:key identifiers?|information access)\b|\bcertificat(?:e|ion) authorit(?:y|ies)\b|\bJWT authorit(?:y|ies)\b|\bURI authorit(?:y|ies)\b|\bauthorities\//gi,
  ],
  [
    'signer',
    'issuing CA',
    // "a signer" may be a program that signs for a key outside the home
    /(?:\b(?:its|their|old|new|leaf|certificate)|['’]s?) signers?\b(?!-)|\bsigners? of (?:an? |the |its |this )?(?:certificate|leaf)/gi,
    /\bCRLs?['’]s? signers?\b/gi,
  ],
  [
    'foreign or peer trust domain',
    'federated trust domain',
    /\b(?:foreign|peer) trust domains?\b|\bpeers?['’]?s? bundles?\b|\bbundles? of (?:an? |the |our )?peers?\b/gi,
  ],
  ['back-up', 'backup, back up', /\bback-ups?\b|\bbacked-up\b/gi],
  ['take in', 'install, import', /\b(?:tak(?:e|es|ing|en)|took) in\b/gi, /\b\w+ in (?:turns?|order|place|part)\b/gi],
  ['any more', 'no longer', /\bany ?more\b/gi, /\bany more (?:than\b|of\b|\w+s\b)/gi],
  [
    'is no X',
    'is not X',
    /\b(?:is|are|was|were) no [a-z]/gi,
    /\bthere (?:is|are|was|were) no [a-z]|\b(?:is|are|was|were) no (?:longer|later|earlier|more|less|older|newer|further|bigger|smaller|shorter|greater|larger|fewer|sooner|worse|better|different|other|one)\b/gi,
  ],
  ['so that', 'so', /\bso that\b/gi],
  ['tell', 'report, print', /\b(?:tells?|told|telling)\b/gi],
  [
    'stand',
    'is',
    /\b(?:stands?|stood|standing)\b(?!-)/gi,
    /\b(?:stands?|stood|standing) (?:for|by|still)\b|\bstand alone\b/gi,
  ],
  ['mend', 'repair, fix', /\bmend(?:s|ed|ing)?\b/gi],
  ['come to', 'reach, become', /\b(?:comes?|came|coming) to\b/gi],
  ['go on', 'continue', /\b(?:go|goes|went|gone|going) on\b/gi],
  ['lie', 'is', /\b(?:lies?|lying)\b/gi],
  [
    'end',
    'expire',
    /\b(?:certificates?|CRLs?|CAs?|lea(?:f|ves)|roots?|anchors?|it|they) (?:has |have )?(?:ends?|ended)\b/gi,
    /\b\w+ (?:ends?|ended) at an? |\b(?:it|they) (?:has |have )?(?:ends?|ended) (?:with|by|up|well|in (?:["'.]|an? ))/gi,
  ],
  [
    'refuse, said of a verifier',
    'reject',
    /\b(?:verifiers?|peers?|clients?|consumers?)(?: (?:that|which) [^.;:]{1,60}?)? (?:would |may |will )?refused?s?\b|\brefused by (?:(?:an?|the|every|all|some|most) )?(?:verifier|peer|client|consumer)s?\b/gi,
  ],
  ['owe', 'must', /\bow(?:e|es|ed)\b/gi],
  ['put right', 'fix', /\bput(?:s|ting)?(?: (?:it|them|that|this))? right\b/gi],
];

/** The glossary lists the wrong words in a column. */
const NAMES_SYNONYMS = 'docs/glossary.md';

const indexes = (text, pattern, exceptions) => {
  const right =
    exceptions === undefined
      ? []
      : [...text.matchAll(exceptions)].map(found => [found.index, found.index + found[0].length]);
  return [...text.matchAll(pattern)]
    .map(({ index }) => index)
    .filter(index => !right.some(([start, end]) => start <= index && index < end));
};

const ABBREVIATED = /(?:\b(?:e\.g|i\.e|etc|vs|cf|no|sec)|\s[A-Z])\.$/i;

/** Sentences of a text, [index, words]. */
export function sentences(text) {
  const found = [];
  let start = 0;
  for (const { 0: end, index } of text.matchAll(/[.!?]+["'”’)\]]*(?=\s)/g)) {
    if (ABBREVIATED.test(text.slice(0, index + 1))) continue;
    found.push([start, text.slice(start, index + end.length)]);
    start = index + end.length;
  }
  found.push([start, text.slice(start)]);
  return found
    .map(([at, words]) => [at + (words.length - words.trimStart().length), words.trim()])
    .filter(([, words]) => words !== '');
}

const WORD = new RegExp(`${HOLE}|[A-Za-z][\\w'’-]*`, 'g');

export const countWords = text => text.match(WORD)?.length ?? 0;

const isQuestion = sentence => /\?["'”’)\]]*$/.test(sentence);
const EVERYWHERE = ['docs', 'strings', 'comments', 'titles'];

/** Each rule: the kinds it is asked of, and its hits [index, note?] in a text. `held` false: reported, and its count may rise. */
export const RULES = {
  persons: {
    kinds: EVERYWHERE,
    held: true,
    hits: ({ text }) => indexes(text, PERSONS, NO_PERSON).map(index => [index]),
  },
  relatives: {
    kinds: EVERYWHERE,
    held: true,
    hits: ({ text }) =>
      sentences(text)
        .filter(([, words]) => RELATIVE.test(words) && !isQuestion(words))
        .map(([index]) => [index]),
  },
  'what-who': { kinds: EVERYWHERE, held: false, hits: ({ text }) => indexes(text, WHAT_WHO).map(index => [index]) },
  synonyms: {
    kinds: EVERYWHERE,
    held: true,
    hits: ({ text, path }) =>
      path === NAMES_SYNONYMS
        ? []
        : SYNONYMS.flatMap(([term, instead, pattern, exceptions]) =>
            indexes(text, pattern, exceptions).map(index => [index, `${term}: ${instead}`]),
          ),
  },
  openings: { kinds: ['comments'], held: true, hits: ({ text, opens }) => (opens && OPENING.test(text) ? [[0]] : []) },
  long: {
    kinds: ['comments'],
    held: true,
    hits: ({ text, opens }) => {
      const words = opens ? countWords(sentences(text)[0]?.[1] ?? '') : 0;
      return words > MOST_WORDS ? [[0, `${words} words`]] : [];
    },
  },
};
