import { readPlainYaml } from './plain.ts';
import type { Problem, YamlNode } from './tree.ts';

/** The document, or undefined when it cannot be read; every reason has been reported then. */
export async function readYaml(text: string, report: (problem: Problem) => void): Promise<YamlNode | undefined> {
  const withoutMark = text.startsWith('\ufeff') ? text.slice(1) : text;
  const plain = readPlainYaml(withoutMark);
  if (plain !== undefined) return plain;
  const { readFullYaml } = await import('./full.ts');
  return readFullYaml(withoutMark, report);
}
