/** An instance as the command line shows it. */
import { countText } from '../base/count-text';
import { readableFailure } from '../core/values/serialised-exception';
import type { FailureDetails, Tags } from '../core/history/history';
import { type ForkOrigin, forkOriginText } from '../core/instances/forks';
import type { InstanceRow } from '../core/instances/instance';
import { payloadValue } from '../core/values/payload';
import { paintRuntimeStatus } from './history-table';
import { type Column, renderTable } from './table';
import type { Terminal } from './terminal';

export interface InstanceView {
  instanceId: string;
  name: string;
  version: string;
  runtimeStatus: string;
  input: unknown;
  output: unknown;
  customStatus: unknown;
  createdTime: string;
  lastUpdatedTime: string;
  completedTime: string | null;
  scheduledStartTime: string | null;
  parentInstanceId: string | null;
  executionId: string;
  awaitedEvents: readonly string[];
  stuck?: string;
  historyLength: number;
  tags?: Tags;
  failure?: FailureDetails;
  forkedFrom?: ForkOrigin;
}

/** For programs: payloads are parsed. */
export function instanceView(row: InstanceRow): InstanceView {
  return {
    instanceId: row.instanceId,
    name: row.name,
    version: row.version,
    runtimeStatus: row.runtimeStatus,
    input: payloadValue(row.input),
    output: payloadValue(shownOutput(row)),
    customStatus: payloadValue(row.customStatus),
    createdTime: row.createdTime,
    lastUpdatedTime: row.lastUpdatedTime,
    completedTime: row.completedTime,
    scheduledStartTime: row.scheduledStartTime,
    parentInstanceId: row.parentInstanceId,
    executionId: row.executionId,
    awaitedEvents: row.awaitedEvents,
    historyLength: row.historyLength,
    ...(row.stuck === undefined ? {} : { stuck: row.stuck }),
    ...(row.tags === null ? {} : { tags: row.tags }),
    ...(row.forkedFrom === undefined ? {} : { forkedFrom: row.forkedFrom }),
    ...failureOf(row),
  };
}

/** `{ failure }` for an instance that failed, else nothing. */
export function failureOf(row: InstanceRow): { failure?: FailureDetails } {
  if (row.failureDetails !== null) return { failure: row.failureDetails };
  if (row.runtimeStatus !== 'Failed') return {};
  return { failure: { ErrorType: 'Error', ErrorMessage: shownOutput(row) ?? '', IsNonRetriable: false } };
}

const mostShown = 2000;

const instanceColumns: readonly Column<InstanceRow>[] = [
  { header: 'InstanceId', cell: (row) => row.instanceId, minWidth: 16 },
  { header: 'Name', cell: (row) => row.name, minWidth: 12 },
  { header: 'Status', cell: (row) => row.runtimeStatus, paint: (text, _row, style) => paintRuntimeStatus(text, style) },
  { header: 'Created', cell: (row) => toSeconds(row.createdTime), paint: (text, _row, style) => style.dim(text) },
  { header: 'LastUpdated', cell: (row) => toSeconds(row.lastUpdatedTime), paint: (text, _row, style) => style.dim(text) },
  { header: 'CustomStatus', cell: (row) => row.customStatus ?? '', optional: true, minWidth: 12 },
  { header: 'WaitsFor', cell: (row) => row.awaitedEvents.join(', '), optional: true, minWidth: 10 },
];

export function instanceTable(rows: readonly InstanceRow[], terminal: Terminal): string {
  return renderTable(rows, instanceColumns, terminal.columns, terminal.style);
}

/** One fact a line. `nextTimer`: what is known of it, in words. */
export function instanceText(row: InstanceRow, terminal: Terminal, nextTimer: string | null = null): string {
  const facts: [string, string | null][] = [
    ['Instance', row.instanceId],
    ['Name', row.version === '' ? row.name : `${row.name} (version ${row.version})`],
    ['Status', paintRuntimeStatus(row.runtimeStatus, terminal.style)],
    ['Custom status', shortened(row.customStatus)],
    ['Input', shortened(row.input)],
    ['Output', shortened(shownOutput(row))],
    ['Waits for', row.awaitedEvents.length === 0 ? null : row.awaitedEvents.join(', ')],
    ['Next timer', nextTimer],
    ['Retries', retriesText(row)],
    ['Not awaited', row.waits?.unawaited?.join(', ') ?? null],
    ['Stuck', row.stuck ?? null],
    ['Starts', row.scheduledStartTime],
    ['Created', row.createdTime],
    ['Last updated', row.lastUpdatedTime],
    ['Completed', row.completedTime],
    ['Parent', row.parentInstanceId],
    ['Fork of', row.forkedFrom === undefined ? null : forkOriginText(row.forkedFrom)],
    ['Generation', row.generation === 0 ? null : String(row.generation)],
    ['History', countText(row.historyLength, 'event')],
  ];
  return facts
    .filter((fact): fact is [string, string] => fact[1] !== null)
    .map(([label, value]) => `${terminal.style.dim(label.padEnd(14))}${value}`)
    .join('\n');
}

/** As much as somebody reads. */
function shortened(text: string | null): string | null {
  if (text === null || text.length <= mostShown) return text;
  return `${text.slice(0, mostShown)}… (${countText(text.length, 'character')}: --json prints them all)`;
}

/** `attempt 2 of 5`, each once. */
function retriesText({ waits }: InstanceRow): string | null {
  const texts = new Set((waits?.retries ?? []).map(([, attempt, most]) => `attempt ${attempt} of ${most}`));
  return texts.size === 0 ? null : [...texts].join(', ');
}

function toSeconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z').replace('T', ' ');
}

/** The output for people: of a failed one with what was thrown in place of the exception that the host has made of it. */
export function shownOutput({ runtimeStatus, output }: InstanceRow): string | null {
  return runtimeStatus === 'Failed' && output !== null ? readableFailure(output) : output;
}
