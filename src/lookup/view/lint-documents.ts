// Declares the document of `lint`, and its lines: findings, and verdicts on programs.
// `svcauth schema` prints their schemas; the views take their types only.
import { CONSUMERS } from '../../pki/lint/consumer.ts';
import {
  count,
  documentSchema,
  instant,
  list,
  object,
  oneOf,
  optional,
  path,
  text,
} from '../../view/document-schema.ts';

const LINTED_PLACE = {
  file: path('a file, or the name of a certificate in the manifest'),
  block: count('number of the PEM block in the file, from 1 on'),
};

const LINTED_TYPE = oneOf('type of the checked content', ['certificate', 'crl']);

const FINDING = {
  severity: oneOf('error: a MUST of the clause is broken; warning: a SHOULD', ['warning', 'error']),
  rule: text('permanent name of the rule'),
  clause: text('clause of the standard'),
  message: text('the problem, with both sides of a comparison'),
};

const VERDICT = {
  consumer: oneOf('program that was tried; any: every verifier that was tried', [...CONSUMERS, 'any']),
  effect: oneOf('breaks: it fails or accepts a revoked certificate; mind: it works with care', [
    'breaks',
    'mind',
    'works',
  ]),
  trial: text('number of the trial'),
  message: text('behaviour of the program'),
  ...LINTED_PLACE,
};

export const LINT_FINDING = documentSchema('lint-finding', 'a broken rule', {
  ...LINTED_PLACE,
  type: LINTED_TYPE,
  ...FINDING,
});

export const LINT_VERDICT = documentSchema('lint-verdict', 'the behaviour of a program (lint --for)', VERDICT);

export const LINT = documentSchema('lint', 'the rules that certificates and CRLs break', {
  at: instant('time that the answer is for'),
  status: oneOf('worst result', ['ok', 'warning', 'error']),
  linted: list(
    'the certificates and CRLs that were checked',
    object('a certificate or a CRL', {
      ...LINTED_PLACE,
      type: LINTED_TYPE,
      name: optional(text('subject of the certificate or issuer of the CRL, RFC 4514; absent when it cannot be read')),
      findings: list('the broken rules', object('a broken rule', FINDING)),
    }),
  ),
  verdicts: list('behaviour of the programs of --for', object('the behaviour of a program', VERDICT)),
  untried: list('programs of --for that were not tried with such files', oneOf('a program', CONSUMERS)),
});
