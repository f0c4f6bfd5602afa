import type { GeneralName } from '../extension/general-name.ts';
import type { NameConstraints } from '../extension/name-constraints.ts';

/**
 * Whether a DNS name lies in a subtree: the base itself or anything that adds labels on its left (RFC 5280 §4.2.1.10).
 * An empty base holds every name. A leading dot in the base is read as OpenSSL reads it: only names below it.
 */
export function dnsInSubtree(name: string, base: string): boolean {
  const [lowerName, lowerBase] = [name.toLowerCase(), base.toLowerCase()];
  if (lowerBase === '') return true;
  if (lowerBase.startsWith('.')) return lowerName.endsWith(lowerBase) && lowerName.length > lowerBase.length;
  return lowerName === lowerBase || lowerName.endsWith(`.${lowerBase}`);
}

/** `base` is address and mask, 8 or 32 octets. */
export function ipInSubtree(address: Uint8Array, base: Uint8Array): boolean {
  const size = address.length;
  if (base.length !== 2 * size) return false;
  for (let i = 0; i < size; i++) if ((address[i]! & base[size + i]!) !== (base[i]! & base[size + i]!)) return false;
  return true;
}

/** The host of a URI against a URI base: a bare host is that host only, a leading dot everything below it. */
function uriInSubtree(uri: string, base: string): boolean {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:]*)/i.exec(uri)?.[1]?.toLowerCase();
  if (host === undefined || host === '') return false;
  const lowerBase = base.toLowerCase();
  return lowerBase.startsWith('.') ? host.endsWith(lowerBase) && host.length > lowerBase.length : host === lowerBase;
}

function inSubtree(name: GeneralName, base: GeneralName): boolean {
  if (name.type === 'dns' && base.type === 'dns') return dnsInSubtree(name.value, base.value);
  if (name.type === 'ip' && base.type === 'ip') return ipInSubtree(name.octets, base.octets);
  if (name.type === 'uri' && base.type === 'uri') return uriInSubtree(name.value, base.value);
  return false;
}

export interface ConstraintViolation {
  readonly name: GeneralName;
  readonly rule: 'permitted' | 'excluded';
  /** Every permitted subtree of the name's type, or the one excluded subtree that holds it. */
  readonly subtrees: readonly GeneralName[];
}

/** The names of a leaf that a CA's constraints do not let through: excluded wins; a type without permitted subtrees is free. */
export function constraintViolations(
  { permitted, excluded }: NameConstraints,
  names: readonly GeneralName[],
): readonly ConstraintViolation[] {
  const violations: ConstraintViolation[] = [];
  for (const name of names) {
    const barrier = excluded.find(base => inSubtree(name, base));
    const allowed = permitted.filter(base => base.type === name.type);
    if (barrier !== undefined) violations.push({ name, rule: 'excluded', subtrees: [barrier] });
    else if (allowed.length > 0 && !allowed.some(base => inSubtree(name, base))) {
      violations.push({ name, rule: 'permitted', subtrees: allowed });
    }
  }
  return violations;
}
