/** Two runs side by side, as text. */
import { aspectText, type ComparedValue, operationText, resultText, type RunComparison } from '../core/instances/compare-runs';
import type { AlignedRow } from '../core/history/align';
import { type Column, renderTable } from './table';
import type { Terminal } from './terminal';

interface Line {
  mark: string;
  row: AlignedRow;
}

/** `leftId` and `rightId` head the columns. */
export function comparisonText(comparison: RunComparison, leftId: string, rightId: string, terminal: Terminal): string {
  const { alignment, status, output, customStatuses, isSame } = comparison;
  const { style } = terminal;
  const lines = alignment.rows.map((row, index): Line => ({ row, mark: alignment.first?.row === index ? '>' : markOf(row) }));
  const columns: readonly Column<Line>[] = [
    { header: '', cell: ({ mark }) => mark, paint: (text, { mark }) => (mark === '>' ? style.red(text) : text) },
    {
      header: 'What',
      cell: ({ row: { left, right } }) => {
        const texts = [...new Set([left, right].flatMap((each) => (each === null ? [] : [operationText(each)])))];
        return texts.join(' | ');
      },
      minWidth: 12,
    },
    { header: leftId, cell: ({ row: { left } }) => (left === null ? '' : resultText(left)), minWidth: 10 },
    { header: rightId, cell: ({ row: { right } }) => (right === null ? '' : resultText(right)), minWidth: 10 },
    {
      header: 'Differs',
      cell: ({ row }) => differenceText(row),
      paint: (text, { row }) =>
        row.differences.some(({ isIncidental }) => !isIncidental) ? style.yellow(text) : style.dim(text),
    },
  ];
  const parts = [renderTable(lines, columns, terminal.columns, style)];
  const facts: string[] = [];
  const tell = (label: string, { left, right, likeness }: ComparedValue): void => {
    if (likeness === 'same') facts.push(`${label}  ${left ?? 'none'}, the same`);
    else facts.push(`${label}  ${left ?? 'none'} ${likeness === 'incidental' ? '~' : '!='} ${right ?? 'none'}`);
  };
  tell('Status       ', status);
  tell('Output       ', output);
  const other = customStatuses.findIndex(({ likeness }) => likeness === 'other');
  if (other >= 0) tell(`Status no. ${other + 1}`.padEnd(13), customStatuses[other] as ComparedValue);
  else if (customStatuses.length > 0) facts.push(`Custom status  ${customStatuses.length} values, the same`);
  parts.push(facts.join('\n'));
  parts.push(isSame ? style.green('The same but for ids and times.') : firstText(comparison));
  return parts.join('\n\n');
}

function markOf({ differences }: AlignedRow): string {
  if (differences.length === 0) return '';
  return differences.every(({ isIncidental }) => isIncidental) ? '~' : '*';
}

function differenceText(row: AlignedRow): string {
  const { left, right, differences } = row;
  return differences
    .map(({ aspect, isIncidental }) => {
      if (aspect === 'only') return left === null ? 'only in the second' : right === null ? 'only in the first' : '';
      const text = aspectText(row, aspect);
      return isIncidental ? `${text} (ids, times)` : text;
    })
    .join(', ');
}

function firstText({ alignment: { first, rows }, status, output }: RunComparison): string {
  const row = first === null ? undefined : rows[first.row];
  const operation = row?.left ?? row?.right;
  if (first === null || row === undefined || operation == null) {
    if (output.likeness === 'other') return 'The histories say the same; the outputs differ.';
    return status.likeness === 'other' ? 'The histories say the same; the statuses differ.' : 'The custom statuses differ.';
  }
  return `First difference: ${operationText(operation)}, ${differenceText({ ...row, differences: row.differences.filter(({ aspect }) => aspect === first.aspect) })}.`;
}
