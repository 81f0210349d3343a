/**
 * Where an orchestrator may stand still, as a graph out of its syntax tree. It holds every way that the code may take, and more: what is not
 * understood may do anything. Held against what the code was seen to do (`wait-places.ts`), it says where the code must have stood.
 */
import type { SourcePlace } from '../../core/values/source-place';

/** What a call asks for. Null: any. */
export interface WorkLabel {
  kind: 'activity' | 'subOrchestration' | 'task' | 'timer' | 'entity' | 'lock' | 'unlock' | 'message' | 'any';
  /** A function, an operation of an entity, an event. */
  name: string | null;
  /** JSON text of an input that is written as a literal. */
  input: string | null;
  /** A failure may be followed by a timer and the same call again, without the code being asked: it stands where it stood. */
  retries: boolean;
  /** Any answer may be (a request that is polled, a timer in pieces). */
  polls: boolean;
  /** Comes to nothing once something was cancelled. */
  isCancellable: boolean;
}

/** What is waited for: nodes that asked for it. */
export interface WaitTarget {
  mode: 'all' | 'any';
  nodes: readonly number[];
  /** Or for something else. */
  opaque: boolean;
}

export interface WaitFrame {
  name: string;
  place: SourcePlace;
}

interface Common {
  /** Where it goes on. */
  next: number[];
}

export type WaitNode = Common &
  (
    | { type: 'step' }
    | { type: 'emit'; label: WorkLabel; isMany: boolean }
    /** Begins to wait for an external event; null: of any name. `ends`: also once something was cancelled, or at any time. */
    | { type: 'listen'; event: string | null; ends: 'answered' | 'cancelled' | 'early'; isMany: boolean }
    /** `frames`: innermost first. `thrown`: where a failure goes. */
    | { type: 'wait'; target: WaitTarget; frames: readonly WaitFrame[]; thrown: number | null }
    /** Code that runs beside from here on, as often as it likes. */
    | { type: 'spawn'; labels: readonly WorkLabel[]; events: readonly (string | null)[] }
    | { type: 'cancel' }
    /** What these nodes asked for before is no longer meant. */
    | { type: 'forget'; nodes: readonly number[] }
    | { type: 'end' }
    /** What happens from here on is not known. */
    | { type: 'lost' }
  );

export interface WaitGraph {
  nodes: readonly WaitNode[];
  entry: number;
}

export const unknownTarget: WaitTarget = { mode: 'all', nodes: [], opaque: true };

/** More ways than that are not looked at. */
const mostNodes = 20_000;

type Made = WaitNode extends infer Node ? (Node extends Common ? Omit<Node, 'next'> : never) : never;

/** A graph that grows forwards. A place in it is a node, or null where no way leads. */
export class WaitGraphBuilder {
  readonly nodes: WaitNode[] = [];

  /** A node after `at`. */
  add(at: number | null, made: Made): number | null {
    if (at === null) return null;
    const id = this.make(made);
    this.link(at, id);
    return id;
  }

  make(made: Made): number {
    if (this.nodes.length >= mostNodes) throw new TooManyWays();
    this.nodes.push({ ...made, next: [] });
    return this.nodes.length - 1;
  }

  label(): number {
    return this.make({ type: 'step' });
  }

  link(from: number | null, to: number): void {
    if (from === null) return;
    const next = this.nodes[from]?.next;
    if (next?.includes(to) === false) next.push(to);
  }

  /** Where several ways meet. */
  join(...ways: readonly (number | null)[]): number | null {
    const open = ways.filter((way) => way !== null);
    if (open.length < 2) return open[0] ?? null;
    const id = this.label();
    for (const way of open) this.link(way, id);
    return id;
  }
}

export class TooManyWays extends Error {}
