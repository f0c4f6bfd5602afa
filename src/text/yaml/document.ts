import { readPlainYaml } from './plain.ts';
import type { Problem, YamlNode } from './tree.ts';

/** Reads a document; returns undefined when it cannot, after it has reported every reason. */
export async function readYaml(text: string, report: (problem: Problem) => void): Promise<YamlNode | undefined> {
  const withoutMark = text.startsWith('\ufeff') ? text.slice(1) : text;
  const plain = readPlainYaml(withoutMark);
  if (plain !== undefined) return plain;
  const { readFullYaml } = await import('./full.ts');
  return readFullYaml(withoutMark, report);
}
