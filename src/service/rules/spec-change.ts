import { durationText } from '../../time/duration.ts';
import type { ServiceSpec } from '../../record/service.ts';

/**
 * Describes the differences of two specs as text; empty if both give the same certificate in the same directory. Tags count, because
 * the template of the SPIFFE ID can use them.
 */
export function specChanges(before: ServiceSpec, after: ServiceSpec): readonly string[] {
  return [
    ...valueChange('spiffe id', before.spiffeId, after.spiffeId),
    ...valueChange('profile', before.profile, after.profile),
    ...listChange('dns', before.dns, after.dns),
    ...listChange('ip', before.ip, after.ip),
    ...valueChange('ttl', durationText(before.ttl), durationText(after.ttl)),
    ...valueChange('key algorithm', before.keyAlgorithm, after.keyAlgorithm),
    ...listChange('tags', tagTexts(before), tagTexts(after)),
    ...valueChange('directory', before.out ?? 'default', after.out ?? 'default'),
  ];
}

export const valueChange = (name: string, before: string, after: string): string[] =>
  before === after ? [] : [`${name} ${before} -> ${after}`];

export function listChange(name: string, before: readonly string[], after: readonly string[]): string[] {
  const words = [
    ...before.filter(value => !after.includes(value)).map(value => `-${value}`),
    ...after.filter(value => !before.includes(value)).map(value => `+${value}`),
  ];
  return words.length === 0 ? [] : [`${name} ${words.join(' ')}`];
}

const tagTexts = ({ tags }: ServiceSpec): string[] => Object.entries(tags).map(([name, value]) => `${name}=${value}`);
