import { instantText } from '../../time/instant-text.ts';
import type { Counterexample } from './proof.ts';

const BUILDS: Readonly<Record<Counterexample['verifiers'][number], string>> = {
  'every-path': 'tries every path',
  'first-match': 'keeps the first issuer that matches',
  'first-of-name': 'matches issuers by name alone',
};

/** Describes a handshake that fails in one sentence: phase, verifier, peer, certificate and reason. */
export function counterexampleText(example: Counterexample): string {
  const { phase, at, verifier, bundle, crlSet, verifiers, kind, certificate, refusal } = example;
  const judged = verifier === 'client' ? example.server : example.client;
  const role = verifier === 'client' ? 'server' : 'client';
  const held = `${nameOf('bundle', bundle)} and ${nameOf('CRLs', crlSet)}`;
  const builds = verifiers.map(each => BUILDS[each]).join(' or ');
  const judge = verifiers.includes('every-path')
    ? `a ${verifier} with ${held}`
    : `a ${verifier} with ${held} that ${builds}`;
  const more = judged.count > 1 ? ` and ${judged.count - 1} more` : '';
  const peer = `${role} ${judged.example}${more} (chain of ${judged.presenter})`;
  const when = `in phase ${phase}, at ${instantText(at)}`;
  if (kind === 'good-refused') {
    return `${when}, ${judge} rejects the ${peer}: ${certificate}: ${refusal!.message} [${refusal!.code}, ${refusal!.clause}]`;
  }
  const why = refusal === undefined ? 'no CRL lists it' : `${refusal.message} [${refusal.code}, ${refusal.clause}]`;
  return `${when}, ${judge} may accept the revoked ${peer}: ${certificate}: ${why}`;
}

const nameOf = (what: string, name: string): string =>
  name === 'unchanged' ? `the ${what}` : name === 'both' ? `the combined ${what}` : `the ${name} ${what}`;
