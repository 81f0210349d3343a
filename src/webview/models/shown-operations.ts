/** Which operations of a compact history are shown, and in which order. */
import type { Operation } from '../../core/history/compact-history';

export interface OperationFilter {
  /** Every word occurs in the operation, ignoring case. */
  text: string;
  failedOnly: boolean;
}

export type OperationOrder = 'start' | 'name' | 'queued' | 'run';

/** Those that the filter lets through, in an order; equal ones stay in that of their starts. */
export function shownOperations(
  all: readonly Operation[],
  filter: OperationFilter,
  order: { by: OperationOrder; descending: boolean },
): readonly Operation[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const found =
    words.length === 0 && !filter.failedOnly
      ? all
      : all.filter((each) => (!filter.failedOnly || each.state === 'failed') && matches(each, words));
  if (order.by === 'start') return order.descending ? found.toReversed() : found;
  const sign = order.descending ? -1 : 1;
  const value = (each: Operation): number => (order.by === 'queued' ? each.queuedMs : each.runMs) ?? -1;
  return found.toSorted((a, b) => {
    const by = order.by === 'name' ? (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) : value(a) - value(b);
    return sign * by || (a.rows[0] ?? 0) - (b.rows[0] ?? 0);
  });
}

function matches(operation: Operation, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const { kind, name, input, result, failure, instanceId, state, note } = operation;
  const text = [kind, name, input, result, failure, instanceId, state, note].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}
