/**
 * Two histories side by side, by what they mean: a call stands beside the same call, an event beside the same event, whatever their ids,
 * times and turns. Pure; for the comparison of instances, of a fork with its origin, and of a run with a recording.
 *
 *   A1. Calls are aligned in the order in which they were made, events in the order in which they came; the one does not disturb the other.
 *   A2. What both have, but in another order, is one row (`order`); what is left over at one place is a row of both when it is of one kind
 *       (`name`), else a row of its own (`only`).
 *   A3. What differs in nothing but identifiers and times, or came in another order, is `incidental`: shown, but not the first difference.
 */
import { diffArrays } from 'diff';
import { CompactHistory, type Operation, type OperationKind } from './compact-history';
import type { HistoryEvent } from './history';
import { isSameJson, withoutIdsAndTimes } from '../values/json-likeness';

export type DifferenceAspect = 'only' | 'name' | 'order' | 'input' | 'delay' | 'attempts' | 'state' | 'result' | 'arrival';

export interface Difference {
  aspect: DifferenceAspect;
  isIncidental: boolean;
}

/** At least one side is there. */
export interface AlignedRow {
  left: Operation | null;
  right: Operation | null;
  differences: readonly Difference[];
}

export interface Alignment {
  rows: readonly AlignedRow[];
  /** Where the two part first, by the order of what happened: an index of `rows`. Null: they mean the same. */
  first: { row: number; aspect: DifferenceAspect } | null;
}

interface Side {
  operations: readonly Operation[];
  instanceId: string;
  /** Of each row that belongs to an operation, its place among those: comparable with the other side's until the two part. */
  ranks: ReadonlyMap<number, number>;
  /** False where host.json keeps inputs of calls out of the history. */
  hasInputs: boolean;
}

interface Pair {
  left: Operation | null;
  right: Operation | null;
  found: DifferenceAspect | null;
}

/** Beyond so many insertions and deletions, the rest is paired by name and number alone. */
const maxEdits = 500;
const delayToleranceMs = 1000;

/** Both in commit order, the latest generation only. */
export function alignHistories(left: readonly HistoryEvent[], right: readonly HistoryEvent[]): Alignment {
  const one = sideOf(left);
  const two = sideOf(right);
  const calls = alignLists(one.operations.filter(isCall), two.operations.filter(isCall));
  const events = alignLists(one.operations.filter(isEvent), two.operations.filter(isEvent));
  const pairs = merged(calls, events);
  const rows = pairs.map((pair) => ({ left: pair.left, right: pair.right, differences: differencesOf(pair, one, two) }));
  const late = firstOutOfOrder(pairs);
  if (late >= 0) rows[late]?.differences.push({ aspect: 'arrival', isIncidental: true });
  return { rows, first: firstDifference(rows, one, two) };
}

function sideOf(events: readonly HistoryEvent[]): Side {
  const operations = new CompactHistory().update('1', events);
  const rows = operations.flatMap((operation) => operation.rows).sort((a, b) => a - b);
  const started = events.find((event) => event.EventType === 'ExecutionStarted');
  return {
    operations,
    // An imported history may lack it.
    instanceId:
      (started as { OrchestrationInstance?: { InstanceId?: string } } | undefined)?.OrchestrationInstance?.InstanceId ?? '',
    ranks: new Map(rows.map((row, rank) => [row, rank])),
    hasInputs: operations.some(({ kind, input, isInputKept }) => isFunctionCall(kind) && input !== null && !isInputKept),
  };
}

function isEvent({ kind }: Operation): boolean {
  return kind === 'event';
}

function isCall(operation: Operation): boolean {
  return !isEvent(operation);
}

function isFunctionCall(kind: Operation['kind']): boolean {
  return kind === 'activity' || kind === 'child';
}

/** What makes two operations the same one. */
function keyOf({ kind, name, instanceId }: Operation): string {
  if (kind === 'start' || kind === 'end') return kind;
  return kind === 'entity' ? `${kind} ${name} ${instanceId ?? ''}` : `${kind} ${name}`;
}

function alignLists(left: readonly Operation[], right: readonly Operation[]): Pair[] {
  const same = commonPairs(left, right);
  // A2: what stands elsewhere on the other side.
  const elsewhere = new Map<string, Operation[]>();
  const paired = new Set<Operation>(same.values());
  for (const operation of right) {
    if (paired.has(operation)) continue;
    const key = keyOf(operation);
    const others = elsewhere.get(key);
    if (others === undefined) elsewhere.set(key, [operation]);
    else others.push(operation);
  }
  const moved = new Map<Operation, Operation>();
  for (const operation of left) {
    if (same.has(operation)) continue;
    const other = elsewhere.get(keyOf(operation))?.shift();
    if (other !== undefined) moved.set(operation, other);
  }
  const movedHere = new Set(moved.values());
  const pairs: Pair[] = [];
  let at = 0;
  let gap: Pair[] = [];
  const closeGap = (until: number): void => {
    const alone = new Map<OperationKind, Pair[]>();
    for (const pair of gap.toReversed()) {
      if (pair.left === null || pair.found !== 'only') continue;
      const others = alone.get(pair.left.kind);
      if (others === undefined) alone.set(pair.left.kind, [pair]);
      else others.push(pair);
    }
    for (; at < right.length && at < until; at++) {
      const operation = right[at];
      if (operation === undefined || movedHere.has(operation)) continue;
      const beside = alone.get(operation.kind)?.pop();
      if (beside === undefined) gap.push({ left: null, right: operation, found: 'only' });
      else Object.assign(beside, { right: operation, found: 'name' });
    }
    pairs.push(...gap);
    gap = [];
  };
  const placeOf = new Map(right.map((operation, place) => [operation, place]));
  for (const operation of left) {
    const other = same.get(operation);
    const elsewhereNow = moved.get(operation);
    if (other !== undefined) {
      closeGap(placeOf.get(other) ?? 0);
      pairs.push({ left: operation, right: other, found: null });
      at++;
    } else if (elsewhereNow !== undefined) gap.push({ left: operation, right: elsewhereNow, found: 'order' });
    else gap.push({ left: operation, right: null, found: 'only' });
  }
  closeGap(right.length);
  return pairs;
}

/** The longest run of the same operations that both have in the same order, by the left one. */
function commonPairs(left: readonly Operation[], right: readonly Operation[]): Map<Operation, Operation> {
  const pairs = new Map<Operation, Operation>();
  const one = left.map(keyOf);
  const two = right.map(keyOf);
  const changes = diffArrays(one, two, { maxEditLength: maxEdits });
  if (changes === undefined) return pairsInStep(left, right, one, two);
  let a = 0;
  let b = 0;
  for (const { value, added, removed } of changes) {
    if (added) b += value.length;
    else if (removed) a += value.length;
    else for (let n = 0; n < value.length; n++) addPair(pairs, left[a++], right[b++]);
  }
  return pairs;
}

/** The nth of a name on one side with the nth on the other, as long as that goes forward. */
function pairsInStep(
  left: readonly Operation[],
  right: readonly Operation[],
  one: readonly string[],
  two: readonly string[],
): Map<Operation, Operation> {
  const places = new Map<string, number[]>();
  for (let place = two.length - 1; place >= 0; place--) {
    const key = two[place] ?? '';
    const known = places.get(key);
    if (known === undefined) places.set(key, [place]);
    else known.push(place);
  }
  const pairs = new Map<Operation, Operation>();
  let reached = -1;
  one.forEach((key, at) => {
    const place = places.get(key)?.pop();
    if (place === undefined || place <= reached) return;
    reached = place;
    addPair(pairs, left[at], right[place]);
  });
  return pairs;
}

function addPair(pairs: Map<Operation, Operation>, one: Operation | undefined, two: Operation | undefined): void {
  if (one !== undefined && two !== undefined) pairs.set(one, two);
}

/** Calls and events as one list, by the left side's order where it has both, else by the right side's. */
function merged(calls: readonly Pair[], events: readonly Pair[]): Pair[] {
  const all: Pair[] = [];
  let next = 0;
  for (const call of calls) {
    for (let event = events[next]; event !== undefined && isBefore(event, call); event = events[next]) {
      all.push(event);
      next++;
    }
    all.push(call);
  }
  return [...all, ...events.slice(next)];
}

function isBefore(event: Pair, call: Pair): boolean {
  if (event.left !== null && call.left !== null) return openedAt(event.left) < openedAt(call.left);
  if (event.right !== null && call.right !== null) return openedAt(event.right) < openedAt(call.right);
  return false;
}

function differencesOf({ left, right, found }: Pair, one: Side, two: Side): Difference[] {
  const differences: Difference[] = [];
  const real = (aspect: DifferenceAspect): unknown => differences.push({ aspect, isIncidental: false });
  const compare = (aspect: DifferenceAspect, a: string | null, b: string | null): void => {
    if (isSameJson(a, b)) return;
    const bare = withoutIdsAndTimes(a, one.instanceId);
    differences.push({ aspect, isIncidental: isSameJson(bare, withoutIdsAndTimes(b, two.instanceId)) });
  };
  if (found !== null) real(found);
  if (left === null || right === null || found === 'name') return differences;
  if (left.name !== right.name) real('name');
  const isUnknown = (left.input === null && !one.hasInputs) || (right.input === null && !two.hasInputs);
  if (!(isFunctionCall(left.kind) && isUnknown)) compare('input', left.input, right.input);
  if (isOtherDelay(left, right)) real('delay');
  if (left.attempts !== right.attempts) real('attempts');
  if (left.state !== right.state) real('state');
  else compare('result', left.result, right.result);
  return differences;
}

/** Neither due at the same time nor after the same delay. */
function isOtherDelay(left: Operation, right: Operation): boolean {
  if (left.dueMs === null || right.dueMs === null) return false;
  if (Math.abs(left.dueMs - right.dueMs) < delayToleranceMs) return false;
  const delay = left.dueMs - left.startMs;
  return Math.abs(delay - (right.dueMs - right.startMs)) >= Math.max(delayToleranceMs, delay / 100);
}

/** The first row whose result or event came at another turn than on the other side; -1: none. */
function firstOutOfOrder(pairs: readonly Pair[]): number {
  const both = pairs.flatMap(({ left, right }, row) =>
    left === null || right === null || !isAnswered(left) || !isAnswered(right) ? [] : [{ row, left, right }],
  );
  const byLeft = both.toSorted((a, b) => closedAt(a.left) - closedAt(b.left));
  const byRight = both.toSorted((a, b) => closedAt(a.right) - closedAt(b.right));
  return byLeft.find((pair, at) => pair !== byRight[at])?.row ?? -1;
}

function isAnswered({ state }: Operation): boolean {
  return state === 'completed' || state === 'failed';
}

function openedAt({ rows }: Operation): number {
  return rows[0] ?? 0;
}

function closedAt({ rows }: Operation): number {
  return rows.at(-1) ?? 0;
}

function firstDifference(rows: readonly AlignedRow[], one: Side, two: Side): Alignment['first'] {
  let first: Alignment['first'] = null;
  let earliest = Number.POSITIVE_INFINITY;
  rows.forEach(({ left, right, differences }, row) => {
    for (const { aspect, isIncidental } of differences) {
      if (isIncidental) continue;
      const rank = Math.min(rankOf(left, aspect, one), rankOf(right, aspect, two));
      if (rank >= earliest) continue;
      earliest = rank;
      first = { row, aspect };
    }
  });
  return first;
}

/** When the difference showed on this side, in operations' rows. */
function rankOf(operation: Operation | null, aspect: DifferenceAspect, side: Side): number {
  if (operation === null) return Number.POSITIVE_INFINITY;
  const showsAtEnd = aspect === 'result' || aspect === 'state' || aspect === 'attempts';
  if (showsAtEnd && aspect === 'state' && !isAnswered(operation)) return Number.POSITIVE_INFINITY;
  return side.ranks.get(showsAtEnd ? closedAt(operation) : openedAt(operation)) ?? Number.POSITIVE_INFINITY;
}
