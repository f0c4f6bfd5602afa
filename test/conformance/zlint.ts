import { lintSignedCertificate } from '../../src/pki/lint/signed-certificate-lint.ts';
import { lintSignedCrl } from '../../src/pki/lint/signed-crl-lint.ts';
import { refused, type ConformanceCase, type ConformanceSuite, type Outcome } from './case.ts';
import { base64Bytes, readVectors } from './vectors.ts';
import { NOT_OURS, RULES_OF_LINT } from './zlint-lints.ts';

interface Labelled {
  readonly id: string;
  readonly type: string;
  readonly der_b64: string;
  /** Lint name to level: `error`, `fatal`, `warn`, `info`. */
  readonly zlint: Readonly<Record<string, string>>;
}

/** Makes a case for every zlint error in our scope, and for every certificate and CRL without an error. */
export function zlintSuites(): readonly ConformanceSuite[] {
  const vectors = readVectors<{ readonly cases: readonly Labelled[] }>('lint/zlint-rfc5280-labelled.json');
  return vectors === undefined ? [] : [{ name: 'zlint-labelled', cases: vectors.cases.flatMap(casesOf) }];
}

function casesOf(labelled: Labelled): readonly ConformanceCase[] {
  const { id, zlint } = labelled;
  const errors = Object.keys(zlint).filter(lint => zlint[lint] === 'error' || zlint[lint] === 'fatal');
  if (errors.length === 0) {
    return [{ id, expected: 'accept', run: () => outcomeOf(brokenRules(labelled, ['error'])) }];
  }
  return errors
    .filter(lint => !(lint in NOT_OURS))
    .map(lint => ({ id: `${id} ${lint}`, expected: 'refuse', run: () => outcomeOf(finding(labelled, lint)) }));
}

function brokenRules({ type, der_b64 }: Labelled, severities: readonly string[]): readonly string[] {
  const lint = type === 'CERTIFICATE' ? lintSignedCertificate : lintSignedCrl;
  const { findings } = lint(base64Bytes(der_b64), ['standard']);
  return findings.filter(({ severity }) => severities.includes(severity)).map(({ rule }) => rule);
}

const finding = (labelled: Labelled, lint: string): readonly string[] =>
  brokenRules(labelled, ['error', 'warning']).filter(rule => RULES_OF_LINT[lint]?.includes(rule) ?? true);

const outcomeOf = ([rule]: readonly string[]): Outcome => (rule === undefined ? { accepted: true } : refused(rule));
