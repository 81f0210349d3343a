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

/** Where an action stands in the host's list of them, as Newtonsoft.Json writes paths; null: not in `entry`. */
export function actionPath(entry: DurableAction | readonly DurableAction[], wanted: DurableAction, path: string): string | null {
  const among = (actions: readonly DurableAction[], before: string): string | null => {
    for (const [index, each] of actions.entries()) {
      const found = actionPath(each, wanted, `${before}[${index}]`);
      if (found !== null) return found;
    }
    return null;
  };
  if (Array.isArray(entry)) return among(entry as readonly DurableAction[], path);
  if (entry === wanted) return path;
  return among(childActions(entry as DurableAction), `${path}.compoundActions`);
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
  if (isReference(input, 'input')) return '[null]';
  return `[${sendable(input) ?? 'null'}]`;
}

/** What has no JSON form (a cycle, a BigInt), so that the package cannot answer with it. */
export class NoJsonForm extends Error {
  override readonly name = 'NoJsonForm';
}

/** What the host cannot read of an answer. The message lacks the place: `member` is the last part of its path, null where none is told. */
export class UnreadableMember extends Error {
  override readonly name = 'UnreadableMember';

  constructor(
    private readonly what: string,
    private readonly member: string | null,
  ) {
    super(unreadableText(what, member));
  }

  /** With the path of the action that has the member, as in `actions[0][1]`. */
  textAt(path: string): string {
    return unreadableText(this.what, this.member === null ? null : `${path}.${this.member}`);
  }
}

function unreadableText(what: string, path: string | null): string {
  if (path === null) return what;
  return `${what}${what.endsWith('\n') ? '' : ' '}Path '${path}'.`;
}

/** An object that begins with `$ref` is a reference to Newtonsoft.Json, of nothing that it knows; it may have no other member. */
function isReference(value: unknown, member: string): boolean {
  if (!isMarked(value)) return false;
  const names = Object.keys(value as object);
  const first = names.findIndex((name) => name !== '$type' && name !== '$id');
  if (names[first] !== '$ref') return false;
  if (typeof (value as Record<string, unknown>)['$ref'] !== 'string') {
    throw new UnreadableMember('JSON reference $ref property must have a string or null value.', `${member}.$ref`);
  }
  const next = names[first + 1];
  if (next === undefined) return true;
  throw new UnreadableMember(
    'Additional content found in JSON reference object. A JSON reference object should only have a $ref property.',
    `${member}.${next}`,
  );
}

function sendable(value: unknown): string | undefined {
  try {
    return stringify(value);
  } catch (error) {
    throw new NoJsonForm(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** JSON text of a payload; null for undefined and for what has no JSON form. Throws for cycles and BigInts. */
export function payloadText(value: unknown): string | null {
  return stringify(value) ?? null;
}

/**
 * The same as the host writes it: null is no payload, nor is what is null in JSON; numbers have .NET's form, and members that begin an object
 * as Newtonsoft's own go. `member`: what it is of, for an UnreadableMember. Throws NoJsonForm as well.
 */
export function hostPayloadText(value: unknown, member = 'input'): string | null {
  if (value === null || isReference(value, member)) return null;
  const text = sendable(value);
  return text === undefined || text === 'null' ? null : dotnetJson(isMarked(value) ? withoutMarks(text) : text);
}

/** A custom status as the host keeps it. */
export function customStatusText(value: unknown): string | null {
  if (isReference(value, 'customStatus')) return null;
  const text = payloadText(value);
  return text === null ? null : dotnetJson(text);
}

function isMarked(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) return name === '$type' || name === '$id' || name === '$ref';
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
