/** The body of a status query (spec/http-api.md 4), as JSON text. */
import { boundedJson, wellFormed } from '../core/values/dotnet-json';
import { NewtonsoftError, rewrittenJson } from '../core/values/newtonsoft-json';
import type { HistoryEvent } from '../core/history/history';
import { toHistoryEvents } from '../core/history/history-view';
import type { InstanceRow } from '../core/instances/instance';

export interface StatusPayloadOptions {
  showInput: boolean;
  /** Present: `historyEvents` is part of the payload. */
  history?: { events: readonly HistoryEvent[]; showOutput: boolean };
}

export function statusPayload(row: InstanceRow, options: StatusPayloadOptions): string {
  return [...statusPieces(row, options)].join('');
}

/** The same in pieces: with a history it may be longer than a text can be. */
export function* statusPieces(row: InstanceRow, options: StatusPayloadOptions): Generator<string> {
  const parent = row.parentInstanceId === null ? '' : `"parentInstanceId":${JSON.stringify(row.parentInstanceId)},`;
  const head =
    `{"name":${JSON.stringify(row.name)},"instanceId":${JSON.stringify(row.instanceId)},${parent}"runtimeStatus":"${row.runtimeStatus}",` +
    `"input":${options.showInput ? payloadJson(row.input) : 'null'},"customStatus":${payloadJson(row.customStatus)},` +
    `"output":${payloadJson(row.output)},"createdTime":"${wholeSeconds(row.createdTime)}","lastUpdatedTime":"${wholeSeconds(row.lastUpdatedTime)}"`;
  yield head;
  if (options.history === undefined) {
    yield '}';
    return;
  }
  const { events, showOutput } = options.history;
  const views = toHistoryEvents(events, { showInput: options.showInput, showHistoryOutput: showOutput });
  yield ',"historyEvents":[';
  for (const [index, view] of views.entries()) yield `${index === 0 ? '' : ','}${JSON.stringify(view)}`;
  yield ']}';
}

/**
 * A stored payload as JSON text: itself where it is JSON, else a JSON string of it (rule 4.4). The text is passed on rather than the
 * value, so that numbers keep all their digits. `undefined` and `new Date(0)` stay as they are, so that the answer is no JSON, as on the real
 * service (recorded: `c-terminate`): a client that gave no reason sends that text.
 */
export function payloadJson(text: string | null): string {
  if (text === null) return 'null';
  const trimmed = text.trim();
  if (trimmed === '') return '""';
  try {
    JSON.parse(trimmed);
    return boundedJson(wellFormed(trimmed));
  } catch {
    // Not JSON: a failure's or a termination's reason, or an input that only the real service reads.
    // Recorded: `reason-forms`. "5 apples" is 5, the rest is not read; other text goes without the blanks around it.
    return rewritten(trimmed) ?? JSON.stringify(trimmed);
  }
}

/** Whether the answer of a status query is no JSON because of the output. */
export function hasUnreadableOutput({ output }: InstanceRow): boolean {
  return output?.trim() === 'undefined';
}

function rewritten(text: string): string | null {
  try {
    return rewrittenJson(text, false);
  } catch (error) {
    if (error instanceof NewtonsoftError) return null;
    throw error;
  }
}

function wholeSeconds(timestamp: string): string {
  return `${timestamp.slice(0, 19)}Z`;
}
