// Decides which texts are DNS names that a certificate may have, and words the fault of the others.
// Options, services files, policies, requests, lint and name constraints call it. It resolves no name.
import { failure } from '../../errors/error.ts';
import { decodeALabel, hasAcePrefix } from './a-label.ts';

/** A DNS name in its form for a SAN: ASCII, lower case, no trailing dot. Only `parseDnsName` makes it. */
export type DnsName = string & { readonly [brand]: 'DNS name' };

declare const brand: unique symbol;

const MAX_NAME = 253; // RFC 1034 §3.1: 255 octets on the wire
const MAX_LABEL = 63; // RFC 1034 §3.1

/**
 * Parses a DNS name of one or more labels of letters, digits and hyphens (RFC 5280 §4.2.1.6, RFC 1034 §3.5). `*` is accepted only
 * as the complete first label above at least two labels, as verifiers accept it (RFC 9525 §6.3). Upper case becomes lower case.
 * Throws ERR_DNS_NAME.
 */
export function parseDnsName(text: string): DnsName {
  const fault = dnsNameFault(text);
  if (fault !== undefined) throw failure('ERR_DNS_NAME', { text, ...fault });
  return text.toLowerCase() as DnsName;
}

/** Decides that `name` is equal to `suffix` or below it, label by label: `notexample.org` is not below `example.org`. */
export function isBelow(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`.${suffix}`);
}

interface Fault {
  readonly reason: string;
  readonly hint?: string;
}

/** Returns the reason why `text` is not a DNS name; undefined if it is one. */
export function dnsNameFault(text: string): Fault | undefined {
  if (text === '') return { reason: 'it is empty' };
  if (text.length > MAX_NAME) return { reason: `it is longer than ${MAX_NAME} characters` };
  const wildcard = text.startsWith('*.');
  const labels = (wildcard ? text.slice(2) : text).split('.');
  const wrong = labels.find(label => !isLabel(label));
  if (wrong !== undefined) return explain(text, wrong);
  const broken = labels.find(isBrokenALabel);
  if (broken !== undefined) return { reason: `${broken.toLowerCase()} is not a valid A-label` };
  if (/^[0-9]+$/.test(labels.at(-1)!)) {
    return { reason: 'its last label is a number', hint: 'for an IP address use --ip' };
  }
  if (wildcard && labels.length < 2) return { reason: 'verifiers accept "*" only above two labels or more' };
  return undefined;
}

function isLabel(text: string): boolean {
  return text.length <= MAX_LABEL && /^[a-zA-Z0-9-]+$/.test(text) && !text.startsWith('-') && !text.endsWith('-');
}

/** Recognises a label that begins with `xn--` and is not a valid A-label (RFC 5280 §7.2, RFC 5891 §4.4). */
const isBrokenALabel = (label: string): boolean => hasAcePrefix(label) && decodeALabel(label) === undefined;

function explain(text: string, label: string): Fault {
  if (!/^[\x20-\x7e]*$/.test(text)) {
    return {
      reason: 'it has characters that are not ASCII',
      hint: 'write an international name in its A-label form: xn--bcher-kva.example',
    };
  }
  if (text.endsWith('.')) {
    const bare = text.slice(0, -1);
    return { reason: 'it ends with a dot', ...(dnsNameFault(bare) === undefined && { hint: `write: ${bare}` }) };
  }
  return { reason: labelFault(label) };
}

function labelFault(label: string): string {
  if (label === '') return 'it has an empty label';
  if (label.length > MAX_LABEL) return `it has a label longer than ${MAX_LABEL} characters`;
  if (label.includes('*')) return '"*" is only allowed as the whole first label';
  if (label.includes('_')) return 'a host name cannot have an underscore';
  if (/^[a-zA-Z0-9-]*$/.test(label)) return 'a label cannot begin or end with a hyphen';
  return 'a label can have only letters, digits and hyphens';
}
