import { Handles } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Variable } from '../core/ports/replay-worker';
import type { ReplayTimeline } from '../replay/replay-timeline';
import type { VariableNode } from './moment-variables';

type Container =
  | { type: 'remote'; timeline: ReplayTimeline; references: readonly string[]; indexedCount: number }
  | { type: 'nodes'; nodes: () => readonly VariableNode[] };

/** A client that asks for all of a large container without paging gets this many. */
const mostAtOnce = 10_000;

/** The protocol's numbers for what can be opened in the Variables view; good until the session moves. */
export class VariableHandles {
  readonly #handles = new Handles<Container>();

  clear(): void {
    this.#handles.reset();
  }

  ofNodes(nodes: () => readonly VariableNode[]): number {
    return this.#handles.create({ type: 'nodes', nodes });
  }

  /** What stands in several places (the blocks of a function) as one. */
  ofReferences(timeline: ReplayTimeline, references: readonly string[]): number {
    return this.#handles.create({ type: 'remote', timeline, references, indexedCount: 0 });
  }

  async variables({
    variablesReference,
    filter,
    start,
    count,
  }: DebugProtocol.VariablesArguments): Promise<DebugProtocol.Variable[]> {
    const container = this.#handles.get(variablesReference) as Container | undefined;
    if (container === undefined) return [];
    if (container.type === 'nodes') {
      const nodes = container.nodes();
      const end = count === undefined || count === 0 ? undefined : (start ?? 0) + count;
      return nodes.slice(start ?? 0, end).map((node) => this.#ofNode(node));
    }
    const { timeline, references, indexedCount } = container;
    // Elements come first, then what has a name.
    const from = (filter === 'named' ? indexedCount : 0) + (start ?? 0);
    const most = filter === 'indexed' ? indexedCount - (start ?? 0) : mostAtOnce;
    const range = { start: from, count: count === undefined || count === 0 ? most : count };
    const found = await Promise.all(references.map((reference) => timeline.variables(reference, range)));
    return found.flat().map((variable) => this.ofVariable(timeline, variable));
  }

  ofVariable(timeline: ReplayTimeline, variable: Variable): DebugProtocol.Variable {
    const { name, value, type, reference, namedCount, indexedCount, evaluateName } = variable;
    return {
      name,
      value,
      type,
      variablesReference:
        reference === null
          ? 0
          : this.#handles.create({ type: 'remote', timeline, references: [reference], indexedCount: indexedCount ?? 0 }),
      ...(namedCount === undefined ? {} : { namedVariables: namedCount }),
      ...(indexedCount === undefined ? {} : { indexedVariables: indexedCount }),
      ...(evaluateName === undefined ? {} : { evaluateName }),
    };
  }

  #ofNode({ name, value, type, children, indexedCount }: VariableNode): DebugProtocol.Variable {
    return {
      name,
      value,
      type,
      variablesReference: children === undefined ? 0 : this.ofNodes(children),
      ...(indexedCount === undefined ? {} : { indexedVariables: indexedCount }),
    };
  }
}
