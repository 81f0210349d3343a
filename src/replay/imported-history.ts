/**
 * Histories from elsewhere, as text: the status API's answer with showHistory, what `func durable get-history` prints, rows of an Azure
 * Storage history table (JSON or CSV), a Durascope file, an array of events. What is missing is said in `notes`, and as much as can be
 * shown is kept.
 */
import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseJson, type ParseError } from 'jsonc-parser';
import * as z from 'zod';
import { messageOf } from '../base/error-message';
import { DurascopeError } from '../core/values/errors';
import type { ExecutionStarted, HistoryEvent } from '../core/history/history';
import { canonicalEvent, isKnownType, unknownTime } from './canonical-event';
import { fromStatusApi, type StatusAnswer } from './import-status';
import { fromTableRows } from './import-table';
import { isTableRow } from './typed-rows';
import { inCommitOrder, lastGeneration } from './commit-order';

export interface ImportedHistory {
  source: 'durascope' | 'statusApi' | 'events' | 'table';
  instanceId: string;
  executionId: string;
  /** Null: the history does not say which function it is of. */
  functionName: string | null;
  /** Commit order, one generation. */
  history: readonly HistoryEvent[];
  /** Whole sentences: what is missing, what was guessed. */
  notes: readonly string[];
}

const records = z.array(z.looseObject({}));
const exportFile = z.object({
  format: z.string().startsWith('durascope/'),
  instances: z.array(
    z.looseObject({
      instance: z.looseObject({ instanceId: z.string(), executionId: z.string().optional(), name: z.string().optional() }),
      history: records,
    }),
  ),
});
const statusAnswer = z.looseObject({
  instanceId: z.string().optional(),
  name: z.string().optional(),
  historyEvents: records,
});
/** What `durascope run --json --history` prints. */
const runAnswer = z.looseObject({ instanceId: z.string(), runtimeStatus: z.string(), history: records });
const tableQuery = z.object({ items: records });
const odata = z.object({ value: records });

/** All histories that the text holds, at least one. Rejects text in which there is none with `InvalidArgument`, saying what it is instead. */
export function readHistories(text: string): ImportedHistory[] {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') throw refused('The file is empty.');
  if (looksLikeTableCsv(trimmed)) return tablesOf(csvRows(trimmed), []);
  const { value, notes } = jsonValue(trimmed);
  return fromJson(value, notes);
}

function fromJson(value: unknown, notes: readonly string[]): ImportedHistory[] {
  const file = exportFile.safeParse(value);
  if (file.success) {
    if (file.data.instances.length === 0) throw refused('The Durascope file holds no instances.');
    return file.data.instances.map(({ instance, history }) => {
      const made = finish('durascope', canonicalEvents(history, notes), { instanceId: instance.instanceId });
      return {
        ...made,
        executionId: instance.executionId ?? made.executionId,
        functionName: instance.name ?? made.functionName,
      };
    });
  }
  const status = statusAnswer.safeParse(value);
  if (status.success) return [fromStatus(status.data, notes)];
  const run = runAnswer.safeParse(value);
  if (run.success) return fromJson(run.data.history, notes);
  const rows = tableQuery.safeParse(value).data?.items ?? odata.safeParse(value).data?.value ?? records.safeParse(value).data;
  if (rows === undefined) throw notAHistory(value);
  if (rows.some(isTableRow)) return tablesOf(rows, notes);
  const [first] = rows;
  if (first !== undefined && 'historyEvents' in first) return fromJson(first, notes);
  const { events, notes: all } = canonicalEvents(rows, notes);
  if (events.length === 0) throw notAHistory(value);
  // Without episode marks and ids this is the list out of the status API's answer.
  const isView = !events.some((event) => event.EventType === 'OrchestratorStarted') && rows.every((row) => !('EventId' in row));
  if (isView) return [fromStatus({ historyEvents: rows }, all)];
  return [finish('events', { events: inCommitOrder(events), notes: all }, {})];
}

function fromStatus(answer: StatusAnswer, notes: readonly string[]): ImportedHistory {
  const { events, notes: more } = fromStatusApi(answer);
  return finish('statusApi', { events, notes: [...notes, ...more] }, answer);
}

function tablesOf(rows: readonly Readonly<Record<string, unknown>>[], notes: readonly string[]): ImportedHistory[] {
  const tables = fromTableRows(rows);
  if (tables.length === 0) {
    throw refused(
      rows.some((row) => 'RuntimeStatus' in row)
        ? 'This is a table of instances, without their histories. Export the table whose name ends in History.'
        : 'The table holds no history rows: none of its rows has an EventType.',
    );
  }
  return tables.map(({ instanceId, events, notes: more }) =>
    finish('table', canonicalEvents(events, [...notes, ...more]), { instanceId }),
  );
}

interface Found {
  events: HistoryEvent[];
  notes: string[];
}

function canonicalEvents(rows: readonly unknown[], notes: readonly string[]): Found {
  const events: HistoryEvent[] = [];
  let broken = 0;
  for (const row of rows) {
    const event = canonicalEvent(row);
    if (event === undefined) broken += 1;
    else events.push(event);
  }
  const more = broken === 0 ? [] : [`${broken} ${broken === 1 ? 'entry has' : 'entries have'} no EventType and were left out.`];
  return { events, notes: [...notes, ...more] };
}

function finish(
  source: ImportedHistory['source'],
  { events, notes }: { events: readonly HistoryEvent[]; notes: readonly string[] },
  known: { instanceId?: string | undefined; name?: string | undefined },
): ImportedHistory {
  const all = [...notes];
  const { events: generation, dropped } = lastGeneration(events);
  if (dropped > 0)
    all.push(`The history has several generations; the last one is replayed, ${dropped} earlier events are left out.`);
  const unknown = [...new Set(generation.map((event) => event.EventType as string).filter((type) => !isKnownType(type)))];
  if (unknown.length > 0) all.push(`Events of unknown types are shown and count for nothing: ${unknown.join(', ')}.`);
  if (generation.some((event) => event.Timestamp === unknownTime)) all.push('Some events have no time.');
  const started = generation.find((event): event is ExecutionStarted => event.EventType === 'ExecutionStarted');
  if (started === undefined) {
    throw refused(
      generation.length === 0
        ? 'The history has no events.'
        : 'The history has no ExecutionStarted event: its beginning is missing, so it cannot be replayed.',
    );
  }
  if (started.Input === null && source !== 'durascope') {
    all.push('The history has no input of the orchestration: the code is given null.');
  }
  // Imported texts may lack what the type promises.
  const instance = started.OrchestrationInstance as ExecutionStarted['OrchestrationInstance'] | undefined;
  const instanceId = known.instanceId ?? instance?.InstanceId ?? 'imported';
  const executionId = instance?.ExecutionId ?? '0'.repeat(32);
  const given = started.Name as string | undefined;
  const history = generation.map((event) =>
    event === started
      ? {
          ...started,
          Version: (started.Version as string | undefined) ?? '',
          OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
        }
      : event,
  );
  return { source, instanceId, executionId, functionName: given ?? known.name ?? null, history, notes: all };
}

/** The JSON value in the text: tools print lines before it, and a file may be cut off. */
function jsonValue(text: string): { value: unknown; notes: string[] } {
  const start = text.search(/^\s*[[{]/m);
  if (start < 0)
    throw refused(`The file holds no JSON and no table. It begins with: ${text.slice(0, 60).replaceAll(/\s+/g, ' ')}`);
  const body = text.slice(start).trimStart();
  try {
    return { value: JSON.parse(body), notes: [] };
  } catch (error) {
    const errors: ParseError[] = [];
    const value: unknown = parseJson(body, errors, { allowTrailingComma: true });
    const at = errors[0]?.offset ?? 0;
    const line = text.slice(0, start + at).split('\n').length;
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
      throw refused(`The file is not JSON: ${messageOf(error)}`, error);
    }
    const isEnd = body.slice(at).trim().length <= 1;
    return {
      value,
      notes: [
        isEnd
          ? `The file is cut off at line ${line}: the history is shown as far as it goes.`
          : `The file is not valid JSON from line ${line} on: what could be read is shown.`,
      ],
    };
  }
}

function looksLikeTableCsv(text: string): boolean {
  const [head = ''] = text.split(/\r?\n/, 1);
  return !/^[[{]/.test(head) && /(^|[,;\t])"?RowKey"?([,;\t]|$)/.test(head) && /EventType/.test(head);
}

function csvRows(text: string): Readonly<Record<string, unknown>>[] {
  try {
    return parseCsv(text, {
      columns: true,
      delimiter: [',', ';', '\t'],
      skip_empty_lines: true,
      relax_column_count: true,
      relax_quotes: true,
    });
  } catch (error) {
    throw refused(`The table cannot be read: ${messageOf(error)}`, error);
  }
}

function notAHistory(value: unknown): DurascopeError {
  if (typeof value === 'object' && value !== null && 'runtimeStatus' in value) {
    return refused('This is a status without a history. Ask for it with showHistory=true&showHistoryOutput=true&showInput=true.');
  }
  return refused(
    'This JSON holds no history. Give the status with showHistory=true, the output of func durable get-history, an exported history table or a Durascope file.',
  );
}

function refused(message: string, cause?: unknown): DurascopeError {
  return new DurascopeError('InvalidArgument', message, cause === undefined ? undefined : { cause });
}
