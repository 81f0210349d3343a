/**
 * Where the functions of an app stand: in columns from left to right, so that calls lead to the right as far as they can. Parts of the graph that
 * nothing connects stand one below the other; functions that nothing calls and that call nothing are a block of their own at the end.
 */
import { Graph, layout } from '@dagrejs/dagre';
import type { FunctionEdge, FunctionNode } from '../../protocol/functions-panel';

export const nodeWidth = 196;
export const nodeHeight = 44;
const columnGap = 72;
const rowGap = 12;
const partGap = 28;
export const margin = 16;
/** Of the block of functions that stand alone. */
const aloneColumns = 4;

export interface PlacedNode {
  node: FunctionNode;
  /** The upper left corner. */
  x: number;
  y: number;
}

export interface PlacedEdge {
  edge: FunctionEdge;
  /** Of an SVG path. */
  path: string;
  /** Where the arrow ends, and to which side it points. */
  tip: { x: number; y: number; isBackward: boolean };
}

export interface FunctionsLayout {
  width: number;
  height: number;
  nodes: readonly PlacedNode[];
  edges: readonly PlacedEdge[];
  /** Where the block of those that stand alone begins; null: there is none. */
  aloneTop: number | null;
}

export function layOut(nodes: readonly FunctionNode[], edges: readonly FunctionEdge[]): FunctionsLayout {
  const placed = new Map<string, PlacedNode>();
  const drawn = edges.filter(({ from, to }) => from !== to);
  let [width, top] = [0, margin];
  const { parts, alone } = partsOf(nodes, edges);
  for (const part of parts) {
    const ids = new Set(part.map(({ id }) => id));
    const graph = new Graph();
    graph.setGraph({ rankdir: 'LR', nodesep: rowGap, ranksep: columnGap, marginx: 0, marginy: 0 });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const { id } of part) graph.setNode(id, { width: nodeWidth, height: nodeHeight });
    for (const { from, to } of drawn) if (ids.has(from)) graph.setEdge(from, to, {});
    layout(graph);
    let bottom = top;
    for (const node of part) {
      const { x = 0, y = 0 } = graph.node(node.id) as { x?: number; y?: number };
      const at = { node, x: Math.round(margin + x - nodeWidth / 2), y: Math.round(top + y - nodeHeight / 2) };
      placed.set(node.id, at);
      bottom = Math.max(bottom, at.y + nodeHeight);
      width = Math.max(width, at.x + nodeWidth);
    }
    top = bottom + partGap;
  }
  const aloneTop = alone.length === 0 ? null : top;
  if (aloneTop !== null) {
    const titleHeight = parts.length === 0 ? 0 : 24;
    const columns = Math.max(aloneColumns, Math.floor((width - margin + rowGap) / (nodeWidth + rowGap)));
    alone.forEach((node, index) => {
      const at = {
        node,
        x: margin + (index % columns) * (nodeWidth + rowGap),
        y: aloneTop + titleHeight + Math.floor(index / columns) * (nodeHeight + rowGap),
      };
      placed.set(node.id, at);
      width = Math.max(width, at.x + nodeWidth);
      top = Math.max(top, at.y + nodeHeight + partGap);
    });
  }
  return {
    width: width + margin,
    height: Math.max(top - partGap + margin, margin),
    nodes: [...placed.values()],
    edges: drawn.flatMap((edge) => {
      const [from, to] = [placed.get(edge.from), placed.get(edge.to)];
      return from === undefined || to === undefined ? [] : [placedEdge(edge, from, to)];
    }),
    aloneTop: parts.length === 0 ? null : aloneTop,
  };
}

/** Functions that something connects, the largest part first. */
function partsOf(
  nodes: readonly FunctionNode[],
  edges: readonly FunctionEdge[],
): { parts: FunctionNode[][]; alone: FunctionNode[] } {
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const seen = new Set<string>();
  const parts: FunctionNode[][] = [];
  for (const { id } of nodes) {
    if (seen.has(id) || !neighbours.has(id)) continue;
    const part: FunctionNode[] = [];
    const open = [id];
    seen.add(id);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const node = byId.get(next);
      if (node !== undefined) part.push(node);
      for (const other of neighbours.get(next) ?? []) {
        if (seen.has(other)) continue;
        seen.add(other);
        open.push(other);
      }
    }
    parts.push(part);
  }
  parts.sort((a, b) => b.length - a.length);
  return { parts, alone: nodes.filter(({ id }) => !neighbours.has(id)) };
}

function placedEdge(edge: FunctionEdge, from: PlacedNode, to: PlacedNode): PlacedEdge {
  const [y1, y2] = [from.y + nodeHeight / 2, to.y + nodeHeight / 2];
  if (to.x > from.x) {
    const [x1, x2] = [from.x + nodeWidth, to.x];
    // Behind columns that are passed over the line bends close to its ends, where there is room.
    const bend = Math.min(columnGap / 2, (x2 - x1) / 2);
    const path = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    return { edge, path, tip: { x: x2, y: y2, isBackward: false } };
  }
  // Back to what called it, or across a column: around the right side.
  const [x1, x2] = [from.x + nodeWidth, to.x + nodeWidth];
  const out = Math.max(x1, x2) + columnGap / 2;
  return { edge, path: `M${x1} ${y1}C${out} ${y1} ${out} ${y2} ${x2} ${y2}`, tip: { x: x2, y: y2, isBackward: true } };
}

/** Calls that do not go straight to a function and wait for it are dashed: events, and signals. */
export function isDashed({ kind }: FunctionEdge): boolean {
  return kind === 'signal' || kind === 'awaits' || kind === 'raises';
}

/** Everything that a function reaches, and everything that reaches it, itself included. */
export function connectedTo(id: string, edges: readonly FunctionEdge[]): Set<string> {
  const found = new Set([id]);
  for (const [here, there] of [
    ['from', 'to'],
    ['to', 'from'],
  ] as const) {
    const seen = new Set([id]);
    for (const each of seen) for (const edge of edges) if (edge[here] === each) seen.add(edge[there]);
    for (const each of seen) found.add(each);
  }
  return found;
}

/** Those whose name has the text in it, with their neighbours. */
export function matching(
  text: string,
  nodes: readonly FunctionNode[],
  edges: readonly FunctionEdge[],
): { nodes: FunctionNode[]; edges: FunctionEdge[] } {
  const wanted = text.trim().toLowerCase();
  const hits = new Set(nodes.filter(({ name }) => name.toLowerCase().includes(wanted)).map(({ id }) => id));
  const kept = edges.filter(({ from, to }) => hits.has(from) || hits.has(to));
  const shown = new Set([...hits, ...kept.flatMap(({ from, to }) => [from, to])]);
  return { nodes: nodes.filter(({ id }) => shown.has(id)), edges: kept };
}

/** The function that an arrow key leads to: the nearest to that side. */
export function beside(
  from: PlacedNode,
  key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown',
  nodes: readonly PlacedNode[],
): PlacedNode | undefined {
  const isAcross = key === 'ArrowLeft' || key === 'ArrowRight';
  const sign = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1;
  let best: PlacedNode | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const each of nodes) {
    const [dx, dy] = [each.x - from.x, each.y - from.y];
    const [along, aside] = isAcross ? [dx * sign, Math.abs(dy)] : [dy * sign, Math.abs(dx)];
    if (along <= 0) continue;
    const far = along + aside * 2;
    if (far < least) [best, least] = [each, far];
  }
  return best;
}
