import { visible } from './visible.ts';

/** One cell: text, or text with the colour it is painted in after it has been measured. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

const GAP = '  ';
/** No column is cut below this: what is left must still say something. */
const NARROWEST = 8;

/**
 * Aligned columns without borders, one line a row, a header in capitals. `width` is the terminal's: the widest columns are
 * cut with `…` until a line fits; 0 cuts nothing, so that a pipe gets every character. Characters count as one column each.
 */
export function formatTable(header: readonly string[], rows: readonly (readonly Cell[])[], width: number): string {
  const texts = [header, ...rows.map(row => row.map(cell => visible(typeof cell === 'string' ? cell : cell.text)))];
  const widths = fit(
    header.map((_, column) => Math.max(...texts.map(row => row[column]?.length ?? 0))),
    width,
  );
  const line = (row: readonly string[], paints: readonly (Cell | undefined)[]) =>
    row
      .map((text, column) => {
        const cut = text.length > widths[column]! ? `${text.slice(0, widths[column]! - 1)}…` : text;
        const cell = paints[column];
        const painted = typeof cell === 'object' ? cell.paint(cut) : cut;
        return column === row.length - 1 ? painted : painted + ' '.repeat(widths[column]! - cut.length);
      })
      .join(GAP)
      .trimEnd();
  return texts.map((row, index) => `${line(row, index === 0 ? [] : rows[index - 1]!)}\n`).join('');
}

function fit(widths: readonly number[], width: number): readonly number[] {
  const fitted = [...widths];
  if (width === 0) return fitted;
  let excess = fitted.reduce((sum, each) => sum + each, GAP.length * (fitted.length - 1)) - width;
  while (excess > 0) {
    const widest = fitted.indexOf(Math.max(...fitted));
    if (fitted[widest]! <= NARROWEST) break;
    fitted[widest]!--;
    excess--;
  }
  return fitted;
}
