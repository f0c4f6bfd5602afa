import { failure } from '../../errors/error.ts';
import { foldSpiffeId } from '../../pki/name/spiffe-id.ts';
import type { ServiceRow } from '../../record/service.ts';
import { matchesGlob } from '../../text/glob.ts';

/** Minimum length of a serial prefix; shorter ones are often ambiguous. */
export const SHORTEST_SERIAL = 8;

/**
 * Selects the services that any selector matches, in their order; all of them without a selector. A selector is a name, a glob
 * (`payments-*`), a SPIFFE ID or the first eight or more digits of a current serial number. Throws ERR_SERVICE_UNKNOWN for a selector
 * that matches nothing: a monitor with a typing error must not report success.
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
