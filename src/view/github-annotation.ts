/** Place of an annotation in a file of the repository. */
export interface AnnotationPlace {
  /** Path relative to the root of the repository. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** Writes an annotation on one line, whatever the texts contain: a second line could be another command. */
export function annotation(
  level: 'notice' | 'warning' | 'error',
  title: string,
  message: string,
  place?: AnnotationPlace,
): string {
  const { file, line, column } = place ?? {};
  const properties = Object.entries({ file, line, col: column, title }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${escapeProperty(String(value))}`],
  );
  return `::${level} ${properties.join(',')}::${escapeMessage(message)}\n`;
}

// as actions/toolkit does (packages/core/src/command.ts)
const escapeMessage = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string => escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
