import { visible } from './visible.ts';

/** A cell: text, or text with a colour that is applied after measuring. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

const GAP = '  ';
/** The minimum width of a column. */
const NARROWEST = 8;

/**
 * Formats aligned columns without borders, a line for each row, with a header. `width` is the terminal's: the widest columns
 * are cut with `…` until a line fits; 0 cuts nothing, for a pipe. Each character counts as one column.
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
