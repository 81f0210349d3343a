/** Histories as tests look at them: payloads as values, and without what differs from run to run. */
import type { HistoryEvent } from '../core/history/history';
import { fromTimestamp } from '../core/values/time';
import type { HistoryRow, SnapshotRow } from './testing';
import { valueOf } from './values';

const payloads = new Set(['Input', 'Result', 'Data']);
/** Stacks, ids, times, and what only the emulator keeps. */
const left = new Set([
  'Timestamp',
  'IsPlayed',
  'FireAt',
  'OrchestrationInstance',
  'ParentInstance',
  'Details',
  'KeptInput',
  'Tags',
]);
const withoutContent = new Set(['OrchestratorStarted', 'OrchestratorCompleted']);

export function historyRow(event: HistoryEvent): HistoryRow {
  return Object.fromEntries(
    Object.entries(event).map(([field, value]) => [
      field,
      payloads.has(field) && (typeof value === 'string' || value === null) ? valueOf(value as string | null) : (value as unknown),
    ]),
  ) as HistoryRow;
}

export function snapshotOf(history: readonly HistoryEvent[]): SnapshotRow[] {
  const ids = new Map<string, string>();
  return history
    .filter(({ EventType }) => !withoutContent.has(EventType))
    .map((event) => {
      const row: SnapshotRow = { EventType: event.EventType };
      for (const [field, value] of Object.entries(historyRow(event))) {
        if (left.has(field) || field === 'EventType' || saysNothing(field, value)) continue;
        row[field] = field === 'FailureDetails' ? withoutStack(value, ids) : scrubbed(value, ids);
      }
      // The history has it in an array of one; where host.json keeps inputs out of histories, it stands beside.
      if (event.EventType === 'TaskScheduled') {
        const input = valueOf(event.Input ?? event.KeptInput);
        const only = Array.isArray(input) && input.length === 1 ? (input as unknown[])[0] : input;
        if (only !== null) row['Input'] = scrubbed(only, ids);
      }
      if (event.EventType === 'TimerCreated') {
        row.DueInMs = Math.round(fromTimestamp(event.FireAt) - fromTimestamp(event.Timestamp));
      }
      return row;
    });
}

function saysNothing(field: string, value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return field === 'EventId' ? value === -1 : field === 'Generation' && value === 0;
}

function withoutStack(value: unknown, ids: Map<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { ErrorType, ErrorMessage } = value as { ErrorType?: unknown; ErrorMessage?: unknown };
  return { ErrorType, ErrorMessage: scrubbed(ErrorMessage, ids) };
}

const times = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?/g;
const madeIds = /\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b/gi;

/** Each id keeps its number, so that what belongs together still does. */
function scrubbed(value: unknown, ids: Map<string, string>): unknown {
  if (typeof value === 'string') {
    return value.replace(times, '<time>').replace(madeIds, (id) => {
      const key = id.toLowerCase().replaceAll('-', '');
      const known = ids.get(key) ?? `<id ${ids.size + 1}>`;
      ids.set(key, known);
      return known;
    });
  }
  if (Array.isArray(value)) return value.map((each) => scrubbed(each, ids));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, scrubbed(each, ids)]));
}
