/** What the replay tab makes of steps and rows. */
import type { HistoryEvent } from '../../core/history/history';
import type { SourceLocation } from '../../protocol/panel-values';
import type { ReplayOverview, ReplayStepKindValue, ReplayStepValue } from '../../protocol/replay-values';
import { forkableRows } from '../../core/turns/fork-choices';
import { answeredId, opensWork } from '../../core/history/history-links';

/** The step by which the row has been consumed. */
export function stepOfRow(overview: ReplayOverview, row: number): number {
  let low = 0;
  let high = overview.steps.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((overview.steps[middle]?.to ?? 0) > row) high = middle;
    else low = middle + 1;
  }
  return low;
}

const kindTexts: Readonly<Record<ReplayStepKindValue, string>> = {
  started: 'started',
  resumed: 'went on',
  waiting: 'waits now',
  completed: 'completed',
  failed: 'failed',
  continuedAsNew: 'continued as new',
  terminated: 'was terminated',
  diverged: 'went another way than the history',
};

/** `Step 3 of 7, waits on line 12`: also what a screen reader says of the slider. */
export function stepText(overview: ReplayOverview, step: number): string {
  const found = overview.steps[step];
  if (found === undefined) return '';
  const where = found.line1 === null ? kindTexts[found.kind] : `waits on line ${found.line1}`;
  return `Step ${step + 1} of ${overview.steps.length}, ${where}`;
}

/** Rows of the steps that wait on the line: what was scheduled there, what answered it, and what let the code go on. */
export function rowsOfLine(overview: ReplayOverview, events: readonly HistoryEvent[], location: SourceLocation): Set<number> {
  const file = overview.files.indexOf(location.file);
  const tasks = new Set<number>();
  const rows = new Set<number>();
  for (const [index, step] of overview.steps.entries()) {
    if (step.file !== file || step.line1 !== location.line1) continue;
    for (const task of step.tasks) tasks.add(task);
    const next = overview.steps[index + 1];
    for (let row = next?.from ?? 0; row < (next?.to ?? 0); row++) {
      const type = events[row]?.EventType;
      if (type === 'EventRaised' || type === 'ExecutionTerminated') rows.add(row);
    }
  }
  for (const [row, event] of events.entries()) {
    const isScheduled = (opensWork(event) || event.EventType === 'EventSent') && tasks.has(event.EventId);
    if (isScheduled || tasks.has(answeredId(event) ?? Number.NaN)) rows.add(row);
  }
  return rows;
}

/** From 1: the last row of the step at which something can be changed, or simply its last. */
export function rowToChange({ from, to }: ReplayStepValue, events: readonly HistoryEvent[]): number {
  return from + (forkableRows(events.slice(from, to))[0] ?? to - from);
}

/** Name and payload of a row, for one line: `SayHello "Tokyo"`. `source`: the row that it answers. */
export function rowText(event: HistoryEvent, source: HistoryEvent | undefined): string {
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  const named = fields['Name'] ?? (source as unknown as Readonly<Record<string, unknown>> | undefined)?.['Name'];
  const payload = fields['Result'] ?? fields['Reason'] ?? fields['Input'] ?? fields['FireAt'];
  const parts = [named, payload].filter((part): part is string => typeof part === 'string' && part !== '');
  return parts.join('  ').slice(0, 300);
}

/** The file's name with its folder, which tells files of one name apart. */
export function shortFile(file: string): string {
  return file.split(/[\\/]/).slice(-2).join('/');
}
