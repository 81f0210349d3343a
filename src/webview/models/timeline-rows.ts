/**
 * The rows of a timeline: its bars, many calls of one function as one row, and the bars of children below them where they are opened.
 *
 *   R1. More than `groupFrom` bars of one kind and name are one row, where the first of them stands; opened, they follow it.
 *   R2. A child's own bars follow its bar, one level deeper.
 */
import type { TimeWindow } from './time-window';
import type { BarKind, Timeline, TimelineBar } from './timeline';

export interface BarRow {
  type: 'bar';
  key: string;
  depth: number;
  bar: TimelineBar;
  /** The instance in whose history it is. */
  instanceId: string;
  /** Null: there is nothing to open. */
  isOpen: boolean | null;
}

export interface GroupRow {
  type: 'group';
  key: string;
  depth: number;
  kind: BarKind;
  label: string;
  bars: readonly TimelineBar[];
  instanceId: string;
  isOpen: boolean;
  failed: number;
  open: number;
  /** Of those that are over. Null: none is. */
  p50Ms: number | null;
  maxMs: number | null;
}

/** What there is to say where a child's bars would be. */
export interface NoteRow {
  type: 'note';
  key: string;
  depth: number;
  text: string;
}

export type TimelineRow = BarRow | GroupRow | NoteRow;

/** Undefined: it has been asked for. Null: the hub does not know it. */
export type ChildTimelines = ReadonlyMap<string, Timeline | null>;

const groupFrom = 12;
const deepest = 8;

/** `opened`: keys of rows. */
export function timelineRows(
  instanceId: string,
  timeline: Timeline,
  children: ChildTimelines,
  opened: ReadonlySet<string>,
): TimelineRow[] {
  const rows: TimelineRow[] = [];
  addRows(rows, { instanceId, timeline, children, opened }, 0);
  return rows;
}

interface Source {
  instanceId: string;
  timeline: Timeline;
  children: ChildTimelines;
  opened: ReadonlySet<string>;
}

function addRows(rows: TimelineRow[], source: Source, depth: number): void {
  const { instanceId, timeline, opened } = source;
  const groups = new Map<string, TimelineBar[]>();
  const nameOf = (bar: TimelineBar): string => `${bar.kind} ${bar.label}`;
  for (const bar of timeline.bars) {
    const name = nameOf(bar);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [bar]);
    else group.push(bar);
  }
  for (const bar of timeline.bars) {
    const name = nameOf(bar);
    const bars = groups.get(name) ?? [];
    if (bars.length <= groupFrom) addBar(rows, source, bar, depth);
    else if (bars[0] === bar) {
      const key = `${instanceId}/${name}`;
      const isOpen = opened.has(key);
      rows.push({ type: 'group', key, depth, kind: bar.kind, label: bar.label, bars, instanceId, isOpen, ...figuresOf(bars) });
      if (isOpen) for (const each of bars) addBar(rows, source, each, depth + 1);
    }
  }
}

function addBar(rows: TimelineRow[], source: Source, bar: TimelineBar, depth: number): void {
  const { instanceId, children, opened } = source;
  const key = `${instanceId}/${bar.key}`;
  const child = bar.childInstanceId;
  const isOpen = child === null || depth >= deepest ? null : opened.has(key);
  rows.push({ type: 'bar', key, depth, bar, instanceId, isOpen });
  if (isOpen !== true || child === null) return;
  const timeline = children.get(child);
  const note = (text: string): unknown => rows.push({ type: 'note', key: `${key}/note`, depth: depth + 1, text });
  if (timeline === undefined) note('Reading its history…');
  else if (timeline === null) note(`${child} is not in this hub any more.`);
  else if (timeline.bars.length === 0) note('It has called nothing yet.');
  else addRows(rows, { ...source, instanceId: child, timeline }, depth + 1);
}

function figuresOf(bars: readonly TimelineBar[]): Pick<GroupRow, 'failed' | 'open' | 'p50Ms' | 'maxMs'> {
  const took = bars.flatMap(({ startMs, endMs, state }) =>
    endMs === null || state === 'abandoned' ? [] : [Math.max(0, endMs - startMs)],
  );
  took.sort((a, b) => a - b);
  return {
    failed: bars.filter(({ state }) => state === 'failed').length,
    open: bars.filter(({ state }) => state === 'open').length,
    p50Ms: took[Math.floor((took.length - 1) / 2)] ?? null,
    maxMs: took.at(-1) ?? null,
  };
}

export interface Density {
  /** Most bars at once, of any slot. */
  most: number;
  /** Bars in each slot, from left to right; `failed`: those of them that failed in it. */
  slots: readonly { bars: number; failed: number }[];
}

/** How many bars there are beside one another, in `count` slots over a stretch of shown time. */
export function densityOf(bars: readonly TimelineBar[], count: number, slotOf: (ms: number) => number, nowMs: number): Density {
  const changes = new Int32Array(count + 1);
  const failed = new Int32Array(count);
  for (const { startMs, endMs, state } of bars) {
    const from = Math.floor(slotOf(startMs));
    const to = Math.floor(slotOf(endMs ?? nowMs));
    if (to < 0 || from >= count) continue;
    const first = Math.max(0, from);
    const last = Math.min(count - 1, to);
    changes[first] = (changes[first] ?? 0) + 1;
    changes[last + 1] = (changes[last + 1] ?? 0) - 1;
    if (state === 'failed' && to < count) failed[last] = (failed[last] ?? 0) + 1;
  }
  let now = 0;
  const slots = Array.from({ length: count }, (_, at) => {
    now += changes[at] ?? 0;
    return { bars: now, failed: failed[at] ?? 0 };
  });
  return { most: slots.reduce((most, slot) => Math.max(most, slot.bars), 0), slots };
}

/** When something happens, for the folds: work takes time, waiting does not. Of a child whose bars are known, those. */
export function busyStretches(timeline: Timeline, children: ChildTimelines, nowMs: number, depth = 0): TimeWindow[] {
  const busy: TimeWindow[] = timeline.episodes.map(({ startMs, endMs }) => ({ fromMs: startMs, toMs: endMs ?? startMs }));
  for (const { kind, startMs, endMs, childInstanceId, state } of timeline.bars) {
    const child = childInstanceId === null || depth >= deepest ? undefined : children.get(childInstanceId);
    const isWork = (kind === 'activity' || (kind === 'child' && child == null)) && state !== 'abandoned';
    if (isWork) busy.push({ fromMs: startMs, toMs: endMs ?? nowMs });
    else {
      busy.push({ fromMs: startMs, toMs: startMs });
      if (endMs !== null) busy.push({ fromMs: endMs, toMs: endMs });
      if (child != null) busy.push(...busyStretches(child, children, nowMs, depth + 1));
    }
  }
  return busy;
}
