/**
 * The columns of the history table: the document's own first and in its order (PartitionKey, EventType, Timestamp, Input, Name,
 * Result, Status), then every other field of the event types (spec/engine.md 1.2), then fields that this version does not know.
 */
import type { HistoryEvent } from '../../core/history/history';
import { readableFailure } from '../../core/values/serialised-exception';
import { fromTimestamp } from '../../core/values/time';
import { durationText } from './time-text';

export interface HistoryColumn {
  /** Unique: the field's own name, `Status` and `PartitionKey` as the table calls them. */
  id: string;
  title: string;
  /** Start width in px. */
  width: number;
  /** `json`: the cell holds JSON text; `number`: set to the right. */
  kind: 'text' | 'time' | 'json' | 'number';
  /** The document's columns and the ids are shown even when the history says nothing in them. */
  essential: boolean;
  /** Named in the column menu, for fields whose name does not say it. */
  hint?: string;
}

/** Not stored: told from the rows. */
export const durationColumn = 'Duration';

const known: readonly HistoryColumn[] = [
  { id: 'PartitionKey', title: 'PartitionKey', width: 112, kind: 'text', essential: true, hint: 'The instance id' },
  { id: 'EventType', title: 'EventType', width: 264, kind: 'text', essential: true },
  { id: 'Timestamp', title: 'Timestamp', width: 192, kind: 'time', essential: true },
  { id: 'Input', title: 'Input', width: 120, kind: 'json', essential: true },
  { id: 'Name', title: 'Name', width: 160, kind: 'text', essential: true },
  { id: 'Result', title: 'Result', width: 208, kind: 'json', essential: true },
  {
    id: durationColumn,
    title: 'Duration',
    width: 96,
    kind: 'number',
    essential: true,
    hint: 'From the row that it answers; not stored',
  },
  { id: 'Status', title: 'Status', width: 96, kind: 'text', essential: true, hint: 'OrchestrationStatus' },
  { id: 'EventId', title: 'EventId', width: 80, kind: 'number', essential: true },
  { id: 'TaskScheduledId', title: 'TaskScheduledId', width: 136, kind: 'number', essential: true },
  { id: 'TimerId', title: 'TimerId', width: 80, kind: 'number', essential: false },
  { id: 'FireAt', title: 'FireAt', width: 192, kind: 'time', essential: false },
  { id: 'Reason', title: 'Reason', width: 224, kind: 'text', essential: false },
  { id: 'Details', title: 'Details', width: 224, kind: 'text', essential: false },
  { id: 'FailureDetails', title: 'FailureDetails', width: 224, kind: 'json', essential: false },
  {
    id: 'InstanceId',
    title: 'InstanceId',
    width: 168,
    kind: 'text',
    essential: false,
    hint: 'The child, or the target of an event',
  },
  { id: 'Note', title: 'Note', width: 200, kind: 'text', essential: false, hint: 'What Durascope knows of the row' },
  { id: 'Data', title: 'Data', width: 160, kind: 'json', essential: false },
  { id: 'ScheduledStartTime', title: 'ScheduledStartTime', width: 192, kind: 'time', essential: false },
  { id: 'Version', title: 'Version', width: 80, kind: 'text', essential: false },
  { id: 'ParentInstance', title: 'ParentInstance', width: 200, kind: 'json', essential: false },
  { id: 'OrchestrationInstance', title: 'OrchestrationInstance', width: 200, kind: 'json', essential: false },
  { id: 'Tags', title: 'Tags', width: 160, kind: 'json', essential: false },
  { id: 'Recurse', title: 'Recurse', width: 80, kind: 'text', essential: false },
  { id: 'Generation', title: 'Generation', width: 96, kind: 'number', essential: false },
  { id: 'ParentExecutionId', title: 'ParentExecutionId', width: 200, kind: 'text', essential: false },
  { id: 'IsPlayed', title: 'IsPlayed', width: 80, kind: 'text', essential: false },
  { id: 'KeptInput', title: 'Input kept here', width: 160, kind: 'json', essential: false, hint: 'Not in the stored history' },
  { id: 'QueuedMs', title: 'Queued (ms)', width: 96, kind: 'number', essential: false, hint: 'Not in the stored history' },
];
const knownIds = new Set(known.map((column) => column.id));

/** Columns that are off until the user asks: they say little, or the same in every row. */
const offByDefault: ReadonlySet<string> = new Set(['PartitionKey', 'IsPlayed', 'OrchestrationInstance', 'Version', 'Generation']);

/** Field names per event, gathered as rows arrive. */
export class UsedFields {
  private readonly used = new Set<string>();
  private seen = 0;

  /** Takes the rows after those it already saw; fewer rows than before means a new history. */
  update(events: readonly HistoryEvent[]): void {
    if (events.length < this.seen) {
      this.used.clear();
      this.seen = 0;
    }
    for (; this.seen < events.length; this.seen++) {
      const fields = events[this.seen] as unknown as Readonly<Record<string, unknown>>;
      for (const key in fields) {
        const value = fields[key];
        if (value === null || value === undefined || value === '') continue;
        this.used.add(key === 'OrchestrationStatus' ? 'Status' : key);
      }
    }
  }

  has(id: string): boolean {
    return id === 'PartitionKey' || this.used.has(id);
  }

  unknown(): string[] {
    return [...this.used].filter((id) => !knownIds.has(id)).sort();
  }
}

/** All columns this history can show: the essential ones, those that say something, unknown fields last. */
export function availableColumns(used: UsedFields): HistoryColumn[] {
  const others = used.unknown().map((id): HistoryColumn => ({ id, title: id, width: 160, kind: 'json', essential: false }));
  return [...known.filter((column) => column.essential || used.has(column.id)), ...others];
}

/** Those of them on screen: the user's choice by id where there is one (true: on, false: off), else the defaults. */
export function visibleColumns(available: readonly HistoryColumn[], choice: Readonly<Record<string, boolean>>): HistoryColumn[] {
  return available.filter((column) => choice[column.id] ?? !offByDefault.has(column.id));
}

/** The text of one cell for people: an exception that the host serialised is told as its message and stack. Copies and exports have it whole. */
export function shownText(event: HistoryEvent, columnId: string, instanceId: string): string {
  const text = cellText(event, columnId, instanceId);
  return withFailures.has(columnId) ? readableFailure(text) : text;
}

/** What a row that answers another one shows of that one: how long it took, and its name. Undefined: nothing. */
export function derivedText(event: HistoryEvent, opener: HistoryEvent | undefined, columnId: string): string | undefined {
  if (opener === undefined) return undefined;
  if (columnId === durationColumn)
    return durationText(Math.max(0, fromTimestamp(event.Timestamp) - fromTimestamp(opener.Timestamp)));
  if (columnId === 'Name' && 'Name' in opener) return opener.Name;
  return undefined;
}

const withFailures: ReadonlySet<string> = new Set(['Details', 'Reason', 'Result']);

/** The text of one cell, complete. Objects as JSON; null as the word `null` where the document shows it (a missing input). */
export function cellText(event: HistoryEvent, columnId: string, instanceId: string): string {
  if (columnId === 'PartitionKey') return instanceId;
  if (columnId === durationColumn) return '';
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  const value = fields[columnId === 'Status' ? 'OrchestrationStatus' : columnId];
  if (value === undefined) return '';
  if (value === null) return columnId === 'Input' && event.EventType === 'ExecutionStarted' ? 'null' : '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value);
}
