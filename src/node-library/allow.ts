// Makes one matcher of the rules for accepted peers, and checks the rules.
// Servers, clients and `authorize` ask it with the SPIFFE ID that a peer has proved. It knows no connection.
import { isSpiffeId, parseTrustDomain } from '../pki/name/spiffe-id.ts';
import type { Allow, PeerRule, SpiffeIdText } from './types.ts';

/** Decides that a peer with this SPIFFE ID is accepted. */
export type Matcher = (id: SpiffeIdText) => boolean;

/**
 * Makes one matcher of the rules. Throws TypeError for a rule that can accept no peer: a mistake must not look like a peer that
 * is not allowed.
 */
export function matcherOf({ allow }: Allow): Matcher {
  const rules = [allow].flat() as readonly PeerRule[];
  if (rules.length === 0) throw new TypeError('allow: the list is empty, so no peer could be accepted');
  const matchers = rules.map(matcherOfRule);
  return id => matchers.some(matches => matches(id));
}

function matcherOfRule(rule: PeerRule): Matcher {
  if (typeof rule === 'function') return id => rule(id) === true;
  if (typeof rule === 'string') {
    if (!isPeerId(rule)) throw new TypeError(`allow: ${JSON.stringify(rule)} is not a SPIFFE ID of a service`);
    return id => id === rule;
  }
  if (typeof rule === 'object' && rule !== null && 'memberOf' in rule) {
    const start = `spiffe://${trustDomainOf(rule.memberOf, 'allow: memberOf')}/`;
    return id => id.startsWith(start);
  }
  if (typeof rule === 'object' && rule !== null && 'pattern' in rule) return matcherOfPattern(rule.pattern);
  throw new TypeError(`allow: ${JSON.stringify(rule)} is not a rule`);
}

/** Decides that a peer can have this ID: that of a trust domain, without a path, is of no service. */
const isPeerId = (id: string): boolean => isSpiffeId(id) && id.split('/').length > TRUST_DOMAIN + 1;

/** The index of the trust domain among the parts of an ID. */
const TRUST_DOMAIN = 2;

/** Compares segment by segment. `*` stands for one segment of the path, `**` at the end for one or more. */
function matcherOfPattern(pattern: SpiffeIdText): Matcher {
  const wrong = new TypeError(`allow: ${JSON.stringify(pattern)} is not a SPIFFE ID with * or a final ** as segments`);
  if (typeof pattern !== 'string') throw wrong;
  const parts = pattern.split('/');
  const isOpen = parts.at(-1) === '**';
  const fixed = isOpen ? parts.slice(0, -1) : parts;
  const sample = [
    ...fixed.map((part, index) => (part === '*' && index > TRUST_DOMAIN ? 'x' : part)),
    ...(isOpen ? ['x'] : []),
  ];
  // a wildcard in the place of the trust domain would accept every one
  if (fixed.length <= TRUST_DOMAIN || !isPeerId(sample.join('/'))) throw wrong;
  return id => {
    const given = id.split('/');
    if (isOpen ? given.length <= fixed.length : given.length !== fixed.length) return false;
    return fixed.every((part, index) => part === given[index] || (part === '*' && index > TRUST_DOMAIN));
  };
}

/** Checks the name of a trust domain from a service's options. Throws TypeError. */
export function trustDomainOf(name: unknown, option: string) {
  if (typeof name !== 'string') throw new TypeError(`${option}: ${String(name)} is not the name of a trust domain`);
  try {
    return parseTrustDomain(name);
  } catch (error) {
    throw new TypeError(`${option}: ${(error as Error).message}`);
  }
}
