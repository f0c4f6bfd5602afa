import type { Refusal } from '../pki/path/refusal.ts';
import type { SourceProblem } from './types.ts';

/** A fault because of which files do not come into force. */
export interface Problem extends SourceProblem {
  readonly kind: 'problem';
}

/** Marks a problem with which peers reject this service, it rejects them, or nothing new comes into force. */
export const critical = (problem: Problem): Problem => ({ ...problem, severity: 'critical' });

export const problem = (code: string, file: string, words: string): Problem => ({
  kind: 'problem',
  severity: 'warning',
  code,
  file,
  message: `${file}: ${words}`,
});

/** Makes a problem of a refusal by path validation. */
export const refused = (file: string, { code, message }: Refusal): Problem => problem(code, file, message);

export const isProblem = (value: object): value is Problem => 'kind' in value && value.kind === 'problem';
