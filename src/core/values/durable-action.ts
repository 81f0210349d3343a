/**
 * Actions: what an orchestrator function asked for, in the words of the JSON protocol (spec/functions-worker.md 5.1). They come from
 * the app's own durable-functions package, as live objects or as parsed JSON, so every field is read with care.
 */
import { dotnetJson } from './dotnet-json';

export const actionTypes = {
  CallActivity: 0,
  CallActivityWithRetry: 1,
  CallSubOrchestrator: 2,
  CallSubOrchestratorWithRetry: 3,
  ContinueAsNew: 4,
  CreateTimer: 5,
  WaitForExternalEvent: 6,
  CallEntity: 7,
  CallHttp: 8,
  SignalEntity: 9,
  ScheduledSignalEntity: 10,
  WhenAny: 11,
  WhenAll: 12,
  LockEntities: 13,
  ReleaseEntities: 14,
} as const;

export interface DurableAction {
  readonly actionType: number;
  readonly [field: string]: unknown;
}

/** V2 and later: one list in the order of the calls. V1: steps, each with the actions issued at that yield. */
export type ActionList = readonly DurableAction[] | readonly (readonly DurableAction[])[];

/** True when the value can be read as one action or, in V1, one step. */
export function isActionEntry(value: unknown): value is DurableAction | DurableAction[] {
  if (Array.isArray(value)) return value.every((item) => isAction(item));
  return isAction(value);
}

function isAction(value: unknown): value is DurableAction {
  return typeof value === 'object' && value !== null && typeof (value as DurableAction).actionType === 'number';
}

/** Text of a field, or undefined when it is absent, empty or no text. */
export function textField(action: DurableAction, field: string): string | undefined {
  const value = action[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function childActions(action: DurableAction): readonly DurableAction[] {
  const children = action['compoundActions'];
  return Array.isArray(children) ? (children as DurableAction[]) : [];
}

/** `fireAt` as epoch milliseconds; NaN when it is not a time. */
export function fireAtMs(action: DurableAction): number {
  const value = action['fireAt'];
  if (value instanceof Date) return value.getTime();
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}

/** What the action schedules, by the name that a history row would show; null for what leaves no row of its own or no name. */
export function actionName(action: DurableAction): string | null {
  return textField(action, 'functionName') ?? textField(action, 'externalEventName') ?? null;
}

/**
 * Input of an activity as the JSON of an array of one. The SDKs turn string inputs into JSON text beforehand and leave everything else inline
 * (spec/functions-worker.md 5.2), so a string is put in as it is: `"Tokyo"` becomes `["Tokyo"]`.
 */
export function activityInput(input: unknown): string {
  if (typeof input === 'string' && input.length > 1 && input.startsWith('"') && input.endsWith('"')) return `[${input}]`;
  return `[${JSON.stringify(input ?? null)}]`;
}

/** JSON text of a payload; null for undefined and for what has no JSON form. Throws for cycles and BigInts. */
export function payloadText(value: unknown): string | null {
  return stringify(value) ?? null;
}

/** The same as the host writes it: null is no payload, numbers have .NET's form, and members that begin an object as Newtonsoft's own go. */
export function hostPayloadText(value: unknown): string | null {
  if (value === null) return null;
  const text = payloadText(value);
  return text === null ? null : dotnetJson(isMarked(value) ? withoutMarks(text) : text);
}

function isMarked(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) return name === '$type' || name === '$id';
  return false;
}

/** Only at the top, and only before every other member, are they read as what they mean to Newtonsoft.Json. */
function withoutMarks(text: string): string {
  const members = Object.entries(JSON.parse(text) as Record<string, unknown>);
  const from = members.findIndex(([name]) => name !== '$type' && name !== '$id');
  return JSON.stringify(Object.fromEntries(from < 0 ? [] : members.slice(from)));
}

// What lib.d.ts does not say: undefined, functions and symbols have no JSON form.
function stringify(value: unknown): string | undefined {
  return JSON.stringify(value);
}
