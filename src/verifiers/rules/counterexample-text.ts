import { instantText } from '../../time/instant-text.ts';
import type { Counterexample } from './proof.ts';
import type { RotationPhase } from './situation.ts';

/** The phases in words. */
export const PHASE_WORDS: Readonly<Record<RotationPhase, string>> = {
  prepared: 'once it is prepared',
  published: 'once it is published',
  activated: 'once it is activated',
  draining: 'while it drains',
  retired: 'once it is retired',
};

const WHO: Readonly<Record<Counterexample['verifiers'][number], string>> = {
  'every-path': 'one that tries every path',
  'first-match': 'one that stays with the first issuer that fits',
  'first-of-name': 'one that goes by names alone',
};

/** A handshake that fails, in one sentence: when, who meets whom with what, and which certificate is refused why. */
export function counterexampleText(example: Counterexample): string {
  const { phase, at, verifier, bundle, crlSet, verifiers, kind, certificate, refusal } = example;
  const judged = verifier === 'client' ? example.server : example.client;
  const role = verifier === 'client' ? 'server' : 'client';
  const who = verifiers.includes('every-path') ? '' : `, ${verifiers.map(each => WHO[each]).join(' or ')},`;
  const holds = `a ${verifier}${who} with ${nameOf('bundle', bundle)} and ${nameOf('CRLs', crlSet)}`;
  const more = judged.count > 1 ? ` and ${judged.count - 1} more` : '';
  const whose = `the ${role} ${judged.example}${more} (${judged.presenter})`;
  const when = `${PHASE_WORDS[phase]}, at ${instantText(at)}`;
  if (kind === 'good-refused') {
    return `${when}, ${holds} refuses ${whose}: ${certificate}: ${refusal!.message} [${refusal!.code}, ${refusal!.clause}]`;
  }
  const why = refusal === undefined ? 'no CRL lists it' : `${refusal.message} [${refusal.code}, ${refusal.clause}]`;
  return `${when}, ${holds} may accept ${whose}, which is revoked: ${certificate}: ${why}`;
}

const nameOf = (what: string, name: string): string =>
  name === 'unchanged'
    ? `the ${what}`
    : name === 'both'
      ? `${what === 'CRLs' ? 'the CRLs' : 'the bundle'} of both`
      : `the ${name} ${what}`;
