import path from 'node:path';
import type { StepLine } from '../replay/step-lines';
import { type Column, renderTable } from './table';
import type { Terminal } from './terminal';

export function stepTable(lines: readonly StepLine[], terminal: Terminal): string {
  return renderTable(lines, columns, terminal.columns, terminal.style);
}

const columns: readonly Column<StepLine>[] = [
  { header: 'Step', cell: ({ index }) => String(index + 1) },
  {
    header: 'Moment',
    cell: ({ kind }) => kind,
    paint: (text, { kind }, style) => (kind === 'failed' || kind === 'diverged' ? style.red(text) : text),
  },
  { header: 'Row', cell: ({ rows }) => String(rows.to) },
  { header: 'Came in', cell: ({ came }) => came.join(', '), minWidth: 20, paint: (text, _row, style) => style.dim(text) },
  { header: 'Asked for', cell: ({ asked }) => asked.join(', '), minWidth: 20 },
  {
    header: 'Waits at',
    cell: ({ place }) => (place === null ? '' : `${path.basename(place.file)}:${place.line}`),
    optional: true,
    minWidth: 12,
  },
  { header: 'CustomStatus', cell: ({ customStatus }) => customStatus ?? '', optional: true, minWidth: 12 },
];
