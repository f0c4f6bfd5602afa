import type { GeneralName } from '../extension/general-name.ts';
import { ipAddressText } from './ip-address.ts';

/** Formats a name for a sentence: `dns "example.org"`. */
export function generalNameText(name: GeneralName): string {
  switch (name.type) {
    case 'dns':
    case 'uri':
    case 'email':
      return `${name.type} "${name.value}"`;
    case 'ip':
      return `ip ${name.octets.length <= 16 ? ipAddressText(name.octets) : 'range'}`;
    default:
      return name.type;
  }
}
