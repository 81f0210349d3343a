/** The calls of TaskOrchestrationContext that ask for work or wait for something. */
import { childrenOf, type SyntaxNode } from '../grammars/syntax-trees';
import type { WorkLabel } from './wait-graph';

export type DurableCall =
  | { type: 'work'; label: WorkLabel; isAnswered: boolean }
  | { type: 'lock'; label: WorkLabel; release: WorkLabel }
  | { type: 'event'; event: string | null; ends: 'answered' | 'cancelled' | 'early'; timer: WorkLabel };

/** A word by which code may ask for work. Extension methods that the SDK's generator makes are called `Call<Name>Async`, `WaitFor<Event>Async` and `Send<Event>`. */
export const durableName =
  /^(Call\w*Async|CreateTimer|WaitForExternalEvent|WaitFor\w+Async|SignalEntity(Async)?|LockEntitiesAsync|SendEvent|ContinueAsNew)$/;

/** Members of the context that ask for nothing. */
export const contextMembers =
  /^(GetInput|NewGuid|CreateReplaySafeLogger|SetCustomStatus|ContinueAsNew|CompareVersionTo|InCriticalSection|ToString|GetType|Equals|GetHashCode)$/;

/** Calls that do not throw in code that works. */
export const harmless =
  /^(Log\w*|BeginScope|FromSeconds|FromMinutes|FromHours|FromDays|FromMilliseconds|Add|ToString|Cancel|WriteLine)$/;

interface Around {
  isContext: boolean;
  textOf: (node: SyntaxNode | null) => string | null;
  /** The app has retry policies somewhere. */
  mayRetry: boolean;
  /** The app has a method of that name. */
  isOwn: boolean;
}

const plain = { name: null, input: null, retries: false, polls: false, isCancellable: false };

export function durableCallOf(name: string, given: readonly SyntaxNode[], around: Around): DurableCall | null {
  const { isContext, textOf, mayRetry, isOwn } = around;
  const values = given.map((each) => childrenOf(each).at(-1) ?? null);
  const isNamed = given.some((each) => each.childForFieldName('name') !== null);
  const first = isNamed ? null : textOf(values[0] ?? null);
  const input = isNamed ? null : jsonOf(values[1] ?? null);
  const retries = mayRetry && given.length > 1 && !(given.length === 2 && isPlainInput(values[1] ?? null));
  const answered = (label: Partial<WorkLabel> & Pick<WorkLabel, 'kind'>): DurableCall => ({
    type: 'work',
    label: { ...plain, ...label },
    isAnswered: true,
  });
  switch (name) {
    case 'CallActivityAsync':
      return answered({ kind: 'activity', name: first, input, retries });
    case 'CallSubOrchestratorAsync':
      return answered({ kind: 'subOrchestration', name: first, input, retries });
    case 'CreateTimer': {
      const token = values.at(-1)?.text ?? '';
      const isCancellable = isNamed || (given.length > 1 && !/^(CancellationToken\.None|default(\([\w.]*\))?)$/.test(token));
      return answered({ kind: 'timer', isCancellable });
    }
    case 'WaitForExternalEvent': {
      const hasToken = /token|^default$/i.test(values[1]?.text ?? '');
      const ends = given.length > (hasToken ? 2 : 1) ? 'early' : hasToken ? 'cancelled' : 'answered';
      return {
        type: 'event',
        event: first?.toLowerCase() ?? null,
        ends,
        timer: { ...plain, kind: 'timer', isCancellable: true },
      };
    }
    case 'CallEntityAsync':
      return answered({ kind: 'entity', name: isNamed ? null : textOf(values[1] ?? null) });
    case 'SignalEntityAsync':
    case 'SignalEntity':
      return {
        type: 'work',
        label: { ...plain, kind: 'entity', name: isNamed ? null : textOf(values[1] ?? null) },
        isAnswered: false,
      };
    case 'LockEntitiesAsync':
      return { type: 'lock', label: { ...plain, kind: 'lock' }, release: { ...plain, kind: 'unlock' } };
    case 'CallHttpAsync':
      return answered({ kind: 'activity', name: 'BuiltIn::HttpActivity', polls: true, retries: true });
    case 'SendEvent':
      return { type: 'work', label: { ...plain, kind: 'message' }, isAnswered: false };
    default: {
      if (!isContext || isOwn) return null;
      const [, task] = /^Call(\w+)Async$/.exec(name) ?? [];
      if (task !== undefined) return answered({ kind: 'task', name: task, retries: mayRetry && given.length > 1 });
      const [, event] = /^WaitFor(\w+)Async$/.exec(name) ?? [];
      if (event !== undefined) {
        const timer = { ...plain, kind: 'timer', isCancellable: true } as const;
        return { type: 'event', event: event.toLowerCase(), ends: given.length === 0 ? 'answered' : 'cancelled', timer };
      }
      return /^Send\w+$/.test(name) ? { type: 'work', label: { ...plain, kind: 'message' }, isAnswered: false } : null;
    }
  }
}

/** JSON text of a literal. */
function jsonOf(node: SyntaxNode | null): string | null {
  switch (node?.type) {
    case 'string_literal': {
      const inner = /^"([^"\\]*)"$/.exec(node.text)?.[1];
      return inner === undefined ? null : JSON.stringify(inner);
    }
    case 'integer_literal':
      return /^\d{1,9}$/.test(node.text) ? String(Number(node.text)) : null;
    case 'boolean_literal':
      return node.text;
    default:
      return null;
  }
}

/** An input, and not the options that may stand in its place. */
function isPlainInput(node: SyntaxNode | null): boolean {
  switch (node?.type) {
    case 'string_literal':
    case 'interpolated_string_expression':
    case 'integer_literal':
    case 'real_literal':
    case 'boolean_literal':
    case 'anonymous_object_creation_expression':
    case 'tuple_expression':
    case 'array_creation_expression':
    case 'binary_expression':
      return true;
    case 'object_creation_expression':
      return !/Options|Retry/.test(node.childForFieldName('type')?.text ?? '');
    default:
      return false;
  }
}
