/** Aligned text tables. */
import type { Style } from './terminal';

export interface Column<T> {
  header: string;
  cell(row: T): string;
  /** Colours a cell's text after it was cut and padded. */
  paint?(text: string, row: T, style: Style): string;
  /** Left out when every cell is empty. */
  optional?: boolean;
  /** May be cut down to this many characters when the table is too wide; columns without it keep their width. */
  minWidth?: number;
}

/** No cell is ever wider: nobody reads a payload of a megabyte in a table. */
const widestCell = 200;
const gap = '  ';

/** Longer texts are not looked through to their end. */
const longestRead = 20 * widestCell;

export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[], width: number, style: Style): string {
  return tableLines(rows, columns, width, style).join('\n');
}

/** Lines of header, rule and rows, none longer than `columns` as far as the columns' least widths allow it. */
export function tableLines<T>(rows: readonly T[], columns: readonly Column<T>[], width: number, style: Style): string[] {
  const texts = columns.map((column) => rows.map((row) => oneLine(column.cell(row))));
  const shown = columns
    .map((column, index) => ({ column, cells: texts[index] ?? [] }))
    .filter(({ column, cells }) => column.optional !== true || cells.some((cell) => cell !== ''));
  const widths = fit(
    shown.map(({ column, cells }) => ({
      natural: Math.max(column.header.length, ...cells.map((cell) => Math.min(cell.length, widestCell))),
      least: Math.max(column.header.length, column.minWidth ?? Infinity),
    })),
    width,
  );
  const line = (cells: readonly string[]): string => cells.join(gap).trimEnd();
  const header = line(shown.map(({ column }, index) => style.bold(cut(column.header, widths[index] ?? 0))));
  const rule = line(widths.map((each) => style.dim('-'.repeat(each))));
  const lines = rows.map((row, rowIndex) =>
    line(
      shown.map(({ column, cells }, index) => {
        const text = cut(cells[rowIndex] ?? '', widths[index] ?? 0);
        return column.paint === undefined ? text : column.paint(text, row, style);
      }),
    ),
  );
  return [header, rule, ...lines];
}

/** Takes from the widest columns first until all fit. */
function fit(columns: readonly { natural: number; least: number }[], width: number): number[] {
  const widths = columns.map((column) => column.natural);
  const total = (): number => widths.reduce((sum, each) => sum + each, 0) + gap.length * (widths.length - 1);
  while (total() > width) {
    let widest = -1;
    for (const [index, each] of widths.entries()) {
      if (each > (columns[index]?.least ?? Infinity) && (widest < 0 || each > (widths[widest] ?? 0))) widest = index;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return widths;
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(width - 1, 0))}…` : text.padEnd(width);
}

/** Control characters of a payload must not move the cursor. */
function oneLine(text: string): string {
  return text
    .slice(0, longestRead)
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}
