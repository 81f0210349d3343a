/** What the functions panel draws, out of the app's functions, its code and what instances have called. */
import { httpActivityName } from '../core/values/http-activity';
import type { FunctionDescriptor } from '../core/ports/function-worker';
import type { CallingFunction, CodePlace, FunctionCallKind } from '../core/values/function-calls';
import type { CallCounts, FunctionEdge, FunctionKind, FunctionNode } from './functions-panel';
import type { SourceLocation } from './panel-values';
import type { SeenCall } from './seen-calls';
import { triggerText } from './trigger-text';

export interface GraphSources {
  /** Of the app that runs, programs that are connected included; null: not known, since nothing runs. */
  functions: readonly FunctionDescriptor[] | null;
  /** What the code says; null: there is none to be read. */
  code: readonly CallingFunction[] | null;
  /** What instances of an orchestrator have called. */
  seen: readonly { caller: string; calls: readonly SeenCall[] }[];
  /** Instances in the hub by orchestrator. */
  instances: ReadonlyMap<string, CallCounts>;
}

const kindOfCallee: Readonly<Record<FunctionCallKind, FunctionKind>> = {
  call: 'activity',
  child: 'orchestrator',
  start: 'orchestrator',
  entity: 'entity',
  signal: 'entity',
  awaits: 'event',
  raises: 'event',
};

/** Names are told apart without their case, as the engine does; shown as the app writes them. */
export function functionsGraph({ functions, code, seen, instances }: GraphSources): {
  nodes: FunctionNode[];
  edges: FunctionEdge[];
} {
  const nodes = new Map<string, FunctionNode>();
  // They need no function of the app.
  const builtIn = new Set([idOf('activity', httpActivityName)]);
  const edges = new Map<string, FunctionEdge>();
  const node = (kind: FunctionKind, name: string): FunctionNode => {
    const id = idOf(kind, name);
    const known = nodes.get(id);
    if (known !== undefined) return known;
    const made: FunctionNode = {
      ...{ id, kind, name, detail: '', location: null, counts: null, computed: [] },
      isMissing: functions !== null && kind !== 'event' && !builtIn.has(id),
    };
    nodes.set(id, made);
    return made;
  };
  const edge = (from: FunctionNode, kind: FunctionCallKind, name: string): FunctionEdge => {
    const other = node(kindOfCallee[kind], name);
    // An event goes from its name to who waits for it.
    const [source, target] = kind === 'awaits' ? [other.id, from.id] : [from.id, other.id];
    const key = `${source}\n${target}\n${kind}`;
    const known = edges.get(key) ?? { from: source, to: target, kind, locations: [], count: 0 };
    edges.set(key, known);
    return known;
  };
  const triggers = new Map<string, FunctionNode>();
  for (const each of functions ?? []) {
    if (each.isBuiltIn === true) continue;
    const made = node(each.type, each.name);
    made.isMissing = false;
    made.detail = triggerText(each);
    if (each.file !== undefined) made.location = { file: each.file, line1: each.line ?? 1 };
    if (each.type === 'http' || each.type === 'timer' || each.type === 'other') triggers.set(each.name.toLowerCase(), made);
  }
  for (const each of code ?? []) {
    const isClient = each.kind === 'client';
    // A client that is not loaded, and calls nothing durable, is no part of this.
    if (isClient && each.calls.length === 0 && !triggers.has(each.name.toLowerCase())) continue;
    const from = isClient
      ? (triggers.get(each.name.toLowerCase()) ?? node('other', each.name))
      : node(each.kind as FunctionKind, each.name);
    from.location = locationOf(each.place);
    for (const call of each.calls) {
      const at = locationOf(call.place);
      if (call.name === null) from.computed.push(at);
      else edge(from, call.kind, call.name).locations.push(at);
    }
  }
  for (const { caller, calls } of seen) {
    const from = node('orchestrator', caller);
    for (const call of calls) {
      edge(from, call.kind, call.name).count += call.total;
      // Of an orchestrator the instances are counted, not the calls of one of its callers.
      if (call.kind !== 'child') addTo(node(kindOfCallee[call.kind], call.name), call);
    }
  }
  for (const [name, counts] of instances) addTo(node('orchestrator', name), counts);
  return {
    nodes: [...nodes.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.name.localeCompare(b.name)),
    edges: [...edges.values()],
  };
}

const order: readonly FunctionKind[] = ['http', 'timer', 'other', 'event', 'orchestrator', 'activity', 'entity'];

function idOf(kind: FunctionKind, name: string): string {
  return `${kind}:${name.toLowerCase()}`;
}

function addTo(node: FunctionNode, { total, running, failed }: CallCounts): void {
  const before = node.counts ?? { total: 0, running: 0, failed: 0 };
  node.counts = { total: before.total + total, running: before.running + running, failed: before.failed + failed };
}

function locationOf({ file, line1, column1 }: CodePlace): SourceLocation {
  return { file, line1, column1 };
}
