import { failure } from '../../errors/error.ts';
import { foldSpiffeId } from '../../pki/name/spiffe-id.ts';
import type { ServiceRow } from '../../record/service.ts';
import { matchesGlob } from '../../text/glob.ts';

/** Serial prefixes shorter than this are too easily ambiguous. */
export const SHORTEST_SERIAL = 8;

/**
 * The services that any selector names, in their order; all of them without a selector. A selector is a name, a glob
 * (`payments-*`), a SPIFFE ID or the first eight or more digits of a current serial. One that names nothing is
 * ERR_SERVICE_UNKNOWN: a monitor must not go green over a typing error.
 */
export function selectServices(selectors: readonly string[], rows: readonly ServiceRow[]): readonly ServiceRow[] {
  if (selectors.length === 0) return rows;
  for (const selector of selectors) {
    if (!rows.some(row => isSelected(selector, row))) {
      throw failure('ERR_SERVICE_UNKNOWN', { text: selector, known: rows.map(row => row.service.name) });
    }
  }
  return rows.filter(row => selectors.some(selector => isSelected(selector, row)));
}

export function isSelected(selector: string, { service, certificate }: ServiceRow): boolean {
  return (
    matchesGlob(selector, service.name) ||
    foldSpiffeId(selector) === service.spec.spiffeId ||
    (selector.length >= SHORTEST_SERIAL && certificate?.serial.startsWith(selector.toLowerCase()) === true)
  );
}
