import { failure } from '../../errors/error.ts';
import { isSpiffeId, spiffeIdOf, type SpiffeId, type TrustDomain } from '../../pki/name/spiffe-id.ts';
import type { ServiceName } from '../../service/rules/name.ts';
import type { Tags } from '../../service/rules/tag.ts';

declare const brand: unique symbol;

/** A SPIFFE path with holes: `/ns/{tag.ns}/sa/{service}`. Made by `parseSpiffeIdTemplate` only. */
export type SpiffeIdTemplate = string & { readonly [brand]: 'SPIFFE ID template' };

const HOLE = /\{(?:(service)|tag\.([a-zA-Z0-9][a-zA-Z0-9._-]*))\}/g;

/** Throws ERR_ID_TEMPLATE. */
export function parseSpiffeIdTemplate(text: string): SpiffeIdTemplate {
  const bad = (reason: string) =>
    failure('ERR_ID_TEMPLATE', { text, reason, hint: 'write one like /{service} or /ns/{tag.ns}/sa/{service}' });
  if (!text.startsWith('/')) throw bad('a path starts with a slash');
  const filled = text.replace(HOLE, 'x');
  if (/[{}]/.test(filled)) throw bad('only {service} and {tag.NAME} are allowed in braces');
  if (filled === text) throw bad('without {service} or {tag.NAME} every service would get the same ID');
  if (!isSpiffeId(`spiffe://td${filled}`)) throw bad('it does not give a valid SPIFFE path');
  return text as SpiffeIdTemplate;
}

/** Throws ERR_TAG_MISSING, ERR_TAG for a value that cannot be part of a path segment, or ERR_SPIFFE_ID. */
export function spiffeIdFromTemplate(
  policy: { readonly trustDomain: TrustDomain; readonly spiffeIdTemplate: SpiffeIdTemplate },
  service: ServiceName,
  tags: Tags,
): SpiffeId {
  const template = policy.spiffeIdTemplate;
  const path = template.replace(HOLE, (_, isService: string | undefined, tag: string) => {
    if (isService !== undefined) return service;
    const value = Object.hasOwn(tags, tag) ? tags[tag] : undefined;
    if (value === undefined) throw failure('ERR_TAG_MISSING', { tag, service, template });
    // a slash here would add segments, and so another service's id
    if (/^[a-zA-Z0-9._-]+$/.test(value)) return value;
    const reason = `the SPIFFE ID template ${template} needs letters, digits, dots, dashes and underscores`;
    throw failure('ERR_TAG', { text: `${tag}=${value}`, reason });
  });
  return spiffeIdOf(policy.trustDomain, path);
}
