/**
 * Holds what the emulator did against what the real engine did. Answers are compared with the order of their members, since clients see it;
 * the columns of a table's row have no order. Objects in columns are compared as what they say, not as texts.
 */
import { inOrder, normalised } from './normalise';
import type { Answer, Call, Played, Recording, TableRow } from './recording';

export interface Difference {
  /** `calls[3].body.runtimeStatus`, `rows.hello.History[4].IsPlayed`. */
  where: string;
  real: unknown;
  ours: unknown;
}

/** Recorded alike twice, and yet a matter of what comes first: events sent one after the other, two activities that run at once. */
const alsoRacy: ReadonlySet<string> = new Set([
  'collect-fast',
  'retry-fan',
  'rewind-fan',
  'retry-or-timer',
  'rewind-one-of-two-children',
  'same-child-any',
  'same-child-twice',
  'carries-many-isolated',
  'fails-twice-isolated',
]);

/** Terminated twice: whether the first is over when the second comes is a matter of how quick the client is; the rows are the same. */
const mayComeTooLate: ReadonlySet<string> = new Set(['terminate-twice calls[3].status', 'terminate-twice-now calls[3].status']);

export function differences(recording: Recording, played: Played): Difference[] {
  const found: Difference[] = [];
  const isRacy = recording.racy === true || alsoRacy.has(recording.name);
  const ours = normalised(played);
  const { calls, status, rows } = recording;
  diff('calls', calls.map(callOf(recording.name)), ours.calls.map(callOf(recording.name)), found);
  const inOrder = isRacy ? unorderedHistory : (answer: Answer): Answer => answer;
  diff('status', inOrder(answerOf(status, recording.name)), inOrder(answerOf(ours.status, recording.name)), found);
  for (const [id, tables] of Object.entries(rows)) {
    const here = ours.rows[id] ?? { History: [], Instances: [] };
    const order = isRacy ? unordered : (each: unknown[]): unknown[] => each;
    diff(`rows.${id}.History`, order(tables.History.map(rowOf)), order(here.History.map(rowOf)), found);
    const [real, own] = [tables.Instances.map(instanceOf), here.Instances.map(instanceOf)];
    // A column of rows that a client's start has written.
    if (tables.Instances[0]?.['Generation'] === undefined) for (const row of own) delete row['Generation'];
    diff(`rows.${id}.Instances`, real, own, found);
  }
  for (const id of Object.keys(ours.rows)) {
    if (!(id in rows))
      found.push({ where: `rows.${id}`, real: undefined, ours: 'rows of an instance that the recording does not have' });
  }
  const isTooLate = ({ where, real, ours: own }: Difference): boolean =>
    real === 202 && own === 410 && mayComeTooLate.has(`${recording.name} ${where}`);
  return found.filter((difference) => !isTooLate(difference));
}

export function textOf({ where, real, ours }: Difference): string {
  const show = (value: unknown): string => {
    const text = value === undefined ? 'nothing' : JSON.stringify(value);
    return text.length > 300 ? `${text.slice(0, 300)}…` : text;
  };
  return `${where}: really ${show(real)}, here ${show(ours)}`;
}

function callOf(name: string): (call: Call) => unknown {
  return (call) => ('call' in call ? { ...call, ...answerOf(call, name) } : call);
}

/** Lists hold what other scenarios have left in the hub; where a page ends depends on them. */
function answerOf({ status, headers, body }: Answer, name: string): Answer {
  if (!isList(body)) return { status, headers, body };
  const list = body;
  const own = list.filter((each) => {
    const id = each.entityId?.key ?? each.instanceId ?? '';
    return id === name || id.startsWith(`${name}-`);
  });
  const { 'x-ms-continuation-token': token, ...others } = headers;
  return { status, headers: token === undefined || own.length < list.length ? others : { ...others, token: 'some' }, body: own };
}

type Listed = { instanceId?: string; entityId?: { key: string } };

/** Of instances or entities; an entity's state may be a list of anything. */
function isList(body: unknown): body is Listed[] {
  return Array.isArray(body) && body.every((each) => isObject(each) && ('instanceId' in each || 'entityId' in each));
}

const objectColumns = new Set(['ParentInstance', 'OrchestrationInstance', 'Tags', 'ParentTraceContext', 'FailureDetails']);

function rowOf(row: TableRow): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const column of Object.keys(row).sort()) {
    const value = row[column];
    columns[column] = objectColumns.has(column) && typeof value === 'string' ? objectIn(value) : value;
  }
  // An orchestration without a version has none.
  const type = columns['EventType'];
  if ((type === 'ExecutionStarted' || type === 'SubOrchestrationInstanceCreated') && columns['Version'] === '')
    delete columns['Version'];
  return columns;
}

/** The recorder cuts a text where a stack begins: what is left is compared as it is. */
function objectIn(text: string): unknown {
  try {
    return sorted(JSON.parse(text));
  } catch {
    return text;
  }
}

function instanceOf(row: TableRow): Record<string, unknown> {
  const columns = rowOf(row);
  if (columns['Version'] === '') delete columns['Version'];
  return columns;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, name === 'Version' && each === '' ? null : name === 'StackTrace' ? '(stack)' : sorted(each)]),
  );
}

/** What counts where results came together: the rows without their places and the marks of episodes, of which there may be more or fewer. */
function unordered(rows: unknown[]): unknown[] {
  return rows
    .map((row) => {
      const columns = { ...(row as Record<string, unknown>) };
      delete columns['RowKey'];
      return columns;
    })
    .filter(({ EventType }) => EventType !== 'OrchestratorStarted' && EventType !== 'OrchestratorCompleted')
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** Without what may be empty on one side and left out on the other (the table of docs/fidelity.md). */
function sortKey(columns: Record<string, unknown>): string {
  return JSON.stringify({ ...columns, Details: undefined, Version: undefined, Tags: undefined, Generation: undefined });
}

function unorderedHistory(answer: Answer): Answer {
  const { body } = answer;
  if (typeof body !== 'object' || body === null || !('historyEvents' in body)) return answer;
  return { ...answer, body: { ...body, historyEvents: unordered(body.historyEvents as unknown[]) } };
}

function diff(where: string, real: unknown, ours: unknown, found: Difference[]): void {
  if (Array.isArray(real) && Array.isArray(ours)) {
    for (let index = 0; index < Math.max(real.length, ours.length); index++) {
      diff(`${where}[${index}]`, real[index], ours[index], found);
    }
  } else if (isObject(real) && isObject(ours)) {
    const [names, own] = [Object.keys(real), Object.keys(ours)];
    for (const name of new Set([...names, ...own])) diff(`${where}.${name}`, real[name], ours[name], found);
    if (names.length === own.length && names.every((name) => name in ours) && names.join() !== own.join()) {
      found.push({ where: `${where} (order)`, real: names, ours: own });
    }
  } else if (real !== ours && (typeof real !== 'string' || typeof ours !== 'string' || inOrder(real) !== inOrder(ours))) {
    found.push({ where, real, ours });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
