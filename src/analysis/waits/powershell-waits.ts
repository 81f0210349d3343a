/**
 * Where an orchestrator in PowerShell may stand still, out of its script: each command that waits is one question of the worker's.
 *
 *   P1. What an activity throws ends the script or does not, as its preferences say: both ways are open.
 *   P2. A command that is neither built in nor of the durable module may be a function of profile.ps1 or of a module: what follows is not known.
 */
import { childrenOf, type SyntaxNode, type SyntaxTrees, within } from '../grammars/syntax-trees';
import { TooManyWays, unknownTarget, type WaitFrame, type WaitGraph, WaitGraphBuilder, type WaitTarget } from './wait-graph';

/** `file`: of the script. Null: it is not understood. */
export function powerShellWaits(trees: SyntaxTrees, file: string, text: string, functionName: string): WaitGraph | null {
  const tree = trees.parse(text);
  try {
    if (tree.root.hasError) return null;
    return new PowerShellWaits(file, functionName, tree.root).graph();
  } catch (error) {
    if (error instanceof TooManyWays) return null;
    throw error;
  } finally {
    tree.dispose();
  }
}

type At = number | null;

/** Of a variable. */
interface Held {
  nodes: number[];
  isMany: boolean;
}

interface Scope {
  thrown: number;
  returns: number;
  breaks: number | null;
  continues: number | null;
  /** The same command may ask several times for what is then waited for together. */
  isMany: boolean;
}

interface Evaluated {
  at: At;
  /** What was asked for and not waited for. */
  held: Held | null;
}

const durable =
  /\b(?:Invoke-DurableActivity|Invoke-ActivityFunction|Start-DurableTimer|Start-DurableExternalEventListener|Wait-DurableTask|Wait-ActivityFunction)\b/i;

/** Commands that ask for nothing. */
const harmless = new Set(
  [
    'add-member compare-object convertfrom-json convertto-json foreach-object format-list format-table get-date get-durabletaskresult get-random',
    'get-variable group-object join-path measure-object new-durableretryoptions new-guid new-object new-timespan out-null out-string select-object',
    'set-durablecustomstatus set-variable sort-object split-path start-sleep stop-durabletimertask tee-object test-path where-object write-debug',
    'write-error write-host write-information write-output write-verbose write-warning % ? select sort where echo',
  ]
    .join(' ')
    .split(' '),
);

class PowerShellWaits {
  readonly #graph = new WaitGraphBuilder();
  readonly #locals = new Map<string, Held>();
  /** Variables that are given a value more than once. */
  readonly #changing = new Set<string>();
  /** Of functions of the script that wait, in lower case. */
  readonly #own = new Map<string, boolean>();

  constructor(
    private readonly file: string,
    private readonly functionName: string,
    private readonly root: SyntaxNode,
  ) {
    const given = new Map<string, number>();
    for (const node of within(root)) {
      if (node.type === 'function_statement') {
        const name = childrenOf(node).find(({ type }) => type === 'function_name')?.text;
        if (name !== undefined) this.#own.set(name.toLowerCase(), this.#concerns(node));
      }
      const left = node.type === 'assignment_expression' ? variableOf(childrenOf(node)[0]) : null;
      if (left === null || operatorOf(node) === '+=') continue;
      const count = (given.get(left) ?? 0) + 1;
      given.set(left, count);
      if (count > 1) this.#changing.add(left);
    }
  }

  graph(): WaitGraph {
    const graph = this.#graph;
    const entry = graph.label();
    const end = graph.make({ type: 'end' });
    const scope: Scope = { thrown: end, returns: end, breaks: null, continues: null, isMany: false };
    graph.link(this.#all(childrenOf(this.root), entry, scope), end);
    return { nodes: graph.nodes, entry };
  }

  #all(nodes: readonly SyntaxNode[], at: At, scope: Scope): At {
    return nodes.reduce<At>((now, each) => this.#statement(each, now, scope), at);
  }

  #lost(at: At): At {
    return this.#graph.add(at, { type: 'lost' });
  }

  #statement(node: SyntaxNode, at: At, scope: Scope): At {
    const graph = this.#graph;
    const children = childrenOf(node);
    switch (node.type) {
      case 'comment':
      case 'param_block':
      case 'function_statement':
      case 'empty_statement':
        return at;
      case 'statement_list':
      case 'statement_block':
      case 'script_block':
      case 'script_block_body':
      case 'else_clause':
        return this.#all(children, at, scope);
      case 'if_statement': {
        const ends: At[] = [];
        let asked = at;
        let hasElse = false;
        const ways = children.flatMap((each) => (each.type === 'elseif_clauses' ? childrenOf(each).flatMap(childrenOf) : [each]));
        for (const way of ways) {
          if (way.type === 'else_clause') hasElse = true;
          if (way.type === 'statement_block' || way.type === 'else_clause') ends.push(this.#statement(way, asked, scope));
          else asked = this.#value(way, asked, scope).at;
        }
        return graph.join(...ends, ...(hasElse ? [] : [asked]));
      }
      case 'foreach_statement':
      case 'for_statement':
      case 'while_statement':
      case 'do_statement':
        return this.#loop(node, at, scope);
      case 'try_statement':
        return this.#try(node, at, scope);
      case 'flow_control_statement': {
        const [word = '', label] = node.text.toLowerCase().split(/\s+/);
        if (word === 'return' || word === 'exit' || word === 'throw') {
          const now = children.reduce<At>((before, each) => this.#value(each, before, scope).at, at);
          graph.link(now, word === 'throw' ? scope.thrown : scope.returns);
          return null;
        }
        const to = word === 'break' ? scope.breaks : scope.continues;
        if (label !== undefined || to === null) return this.#lost(at);
        graph.link(at, to);
        return null;
      }
      case 'pipeline':
        return this.#value(node, at, scope).at;
      default:
        return this.#concerns(node) ? this.#lost(at) : at;
    }
  }

  /** A script that calls what waits, by itself or by a function of it. */
  #concerns(node: SyntaxNode): boolean {
    if (durable.test(node.text)) return true;
    for (const each of within(node)) {
      const name = each.type === 'command_name' ? each.text.toLowerCase() : '';
      if (name !== '' && this.#isUnknown(name)) return true;
    }
    return false;
  }

  /** The grammar takes `1..3` for a command. */
  #isUnknown(name: string): boolean {
    return this.#own.get(name) ?? !(harmless.has(name) || /^\d+(\.\.[$\w.]+)?$/.test(name));
  }

  #loop(node: SyntaxNode, at: At, scope: Scope): At {
    const graph = this.#graph;
    const children = childrenOf(node);
    const body = children.findLast(({ type }) => type === 'statement_block');
    const part = (type: string): SyntaxNode | undefined => children.find((each) => each.type === type);
    const condition = part('while_condition') ?? part('for_condition');
    const [head, after, again] = [graph.label(), graph.label(), graph.label()];
    const inner: Scope = { ...scope, breaks: after, continues: again };
    const value = (of: SyntaxNode | undefined, from: At): At => (of === undefined ? from : this.#value(of, from, scope).at);
    let now = at;
    if (node.type === 'foreach_statement') for (const each of children) if (each.type === 'pipeline') now = value(each, now);
    now = value(part('for_initializer'), now);
    graph.link(now, head);
    const isLate = node.type === 'do_statement';
    const start = isLate ? head : value(condition, head);
    if (!isLate) graph.link(start, after);
    graph.link(body === undefined ? start : this.#statement(body, start, inner), again);
    const last = value(part('for_iterator'), isLate ? value(condition, again) : again);
    if (isLate) graph.link(last, after);
    graph.link(last, head);
    return after;
  }

  #try(node: SyntaxNode, at: At, scope: Scope): At {
    const graph = this.#graph;
    const children = childrenOf(node);
    const last = children.find(({ type }) => type === 'finally_clause');
    if (last !== undefined && this.#concerns(last)) return this.#lost(at);
    const catches = children.filter(({ type }) => type === 'catch_clauses').flatMap(childrenOf);
    const caught = catches.length === 0 ? scope.thrown : graph.label();
    const body = children.find(({ type }) => type === 'statement_block');
    const ends: At[] = [body === undefined ? at : this.#statement(body, at, { ...scope, thrown: caught })];
    for (const each of catches) {
      const parts = childrenOf(each);
      if (parts.some(({ type }) => type === 'catch_type_list')) graph.link(caught, scope.thrown);
      const block = parts.find(({ type }) => type === 'statement_block');
      ends.push(block === undefined ? caught : this.#statement(block, caught, scope));
    }
    return graph.join(...ends);
  }

  #value(node: SyntaxNode, at: At, scope: Scope): Evaluated {
    switch (node.type) {
      case 'assignment_expression':
        return { at: this.#assignment(node, at, scope), held: null };
      case 'command':
        return this.#command(node, at, scope);
      case 'pipeline_chain':
      case 'pipeline': {
        const stages = childrenOf(node).filter(({ type }) => type !== 'comment');
        const [only] = stages;
        if (stages.length === 1 && only !== undefined) return this.#value(only, at, scope);
        // Stages run in turns, element by element.
        if (stages.filter((each) => this.#concerns(each)).length > 1) return { at: this.#lost(at), held: null };
        return { at: this.#parts(stages, at, scope), held: null };
      }
      case 'foreach_statement':
        return this.#gathered(node, at, scope);
      case 'if_statement':
      case 'switch_statement':
      case 'while_statement':
      case 'do_statement':
      case 'for_statement':
      case 'try_statement':
        return { at: this.#concerns(node) ? this.#lost(at) : at, held: null };
      case 'script_block_expression':
      case 'script_block':
        return { at: this.#concerns(node) ? this.#lost(at) : at, held: null };
      case 'logical_expression': {
        const [left, ...rest] = childrenOf(node);
        if (left === undefined) return { at, held: null };
        const first = this.#value(left, at, scope);
        if (rest.length === 0) return first;
        return { at: this.#graph.join(first.at, this.#parts(rest, first.at, scope)), held: null };
      }
      default: {
        const children = childrenOf(node);
        const [only] = children;
        if (children.length === 1 && only !== undefined) return this.#value(only, at, scope);
        return { at: this.#parts(children, at, scope), held: null };
      }
    }
  }

  /** Of an expression, or of a list of statements inside one. */
  #parts(nodes: readonly SyntaxNode[], at: At, scope: Scope): At {
    return nodes.reduce<At>(
      (now, each) => (each.type === 'statement_list' ? this.#statement(each, now, scope) : this.#value(each, now, scope).at),
      at,
    );
  }

  #assignment(node: SyntaxNode, at: At, scope: Scope): At {
    const [left, ...rest] = childrenOf(node).filter(({ type }) => type !== 'assignement_operator' && type !== 'comment');
    const name = variableOf(left);
    const value = rest.at(-1);
    if (value === undefined) return at;
    const isMore = operatorOf(node) === '+=';
    const { at: now, held } = this.#value(value, at, isMore ? { ...scope, isMany: true } : scope);
    if (name === null || this.#changing.has(name)) return now;
    const known = this.#locals.get(name);
    if (!isMore) this.#locals.set(name, held ?? { nodes: [], isMany: false });
    else if (known !== undefined && held !== null) {
      known.nodes.push(...held.nodes);
      known.isMany = true;
    }
    return now;
  }

  /** `$tasks = foreach (...) { ... }` */
  #gathered(node: SyntaxNode, at: At, scope: Scope): Evaluated {
    const graph = this.#graph;
    const body = childrenOf(node).findLast(({ type }) => type === 'statement_block');
    const list = body === undefined ? undefined : childrenOf(body)[0];
    const statements = list === undefined ? [] : childrenOf(list);
    const [only] = statements;
    if (statements.length !== 1 || only?.type !== 'pipeline')
      return { at: this.#concerns(node) ? this.#lost(at) : at, held: null };
    const source = childrenOf(node).find(({ type }) => type === 'pipeline');
    const now = source === undefined ? at : this.#value(source, at, scope).at;
    const held: Held = { nodes: [], isMany: true };
    const start = graph.add(now, { type: 'forget', nodes: held.nodes });
    const head = graph.label();
    graph.link(start, head);
    const each = this.#value(only, head, { ...scope, isMany: true });
    held.nodes.push(...(each.held?.nodes ?? []));
    graph.link(each.at, head);
    return { at: head, held };
  }

  #command(node: SyntaxNode, at: At, scope: Scope): Evaluated {
    const graph = this.#graph;
    const written = node.childForFieldName('command_name');
    const children = childrenOf(node);
    if (written === null) {
      // ForEach-Object with a block; anything else is called by a variable or a script.
      const isEach = children.some(({ type }) => type === 'foreach_command');
      return { at: isEach && !this.#concerns(node) ? at : this.#lost(at), held: null };
    }
    const name = written.text.toLowerCase();
    const elements = children.find(({ type }) => type === 'command_elements');
    let now = elements === undefined ? at : this.#parts(childrenOf(elements), at, scope);
    const given = argumentsOf(elements);
    const isHeld = given.switches.has('nowait');
    const waits = (target: WaitTarget, from: At): At => this.#wait(node, target, from, scope);
    const asked = (id: At): Evaluated => {
      const held: Held = { nodes: id === null ? [] : [id], isMany: scope.isMany };
      return isHeld ? { at: id, held } : { at: waits({ mode: 'all', nodes: held.nodes, opaque: false }, id), held: null };
    };
    switch (name) {
      case 'invoke-durableactivity':
      case 'invoke-activityfunction':
      case 'start-durabletimer': {
        if (given.isSplat) return { at: this.#lost(now), held: null };
        const isTimer = name === 'start-durabletimer';
        const label = {
          kind: isTimer ? ('timer' as const) : ('activity' as const),
          name: isTimer ? null : literalOf(given.values.get('functionname') ?? given.positional[0]),
          input: null,
          retries: given.values.has('retryoptions'),
          polls: false,
          isCancellable: false,
        };
        return asked(graph.add(now, { type: 'emit', label, isMany: scope.isMany }));
      }
      case 'start-durableexternaleventlistener': {
        if (given.isSplat) return { at: this.#lost(now), held: null };
        const event = literalOf(given.values.get('eventname') ?? given.positional[0])?.toLowerCase() ?? null;
        return asked(graph.add(now, { type: 'listen', event, ends: 'answered', isMany: scope.isMany }));
      }
      case 'wait-durabletask':
      case 'wait-activityfunction': {
        const tasks = this.#tasks(given.values.get('task') ?? given.positional[0]);
        const isAny = given.switches.has('any');
        const isKnown = tasks !== null && tasks.length > 0 && !(isAny && tasks.some(({ isMany }) => isMany));
        if (!isKnown || given.isSplat) return { at: waits(unknownTarget, now), held: null };
        const nodes = [...new Set(tasks.flatMap((each) => each.nodes))];
        return { at: waits({ mode: isAny ? 'any' : 'all', nodes, opaque: false }, now), held: null };
      }
    }
    // P2
    if (this.#isUnknown(name)) now = this.#lost(now);
    if (now !== null) graph.link(now, scope.thrown);
    return { at: now, held: null };
  }

  /** The variables that a text names, where each is known to hold tasks; null where one is not. */
  #tasks(text: string | undefined): Held[] | null {
    const inner = /^@\(([^()]*)\)$/.exec(text ?? '')?.[1] ?? text ?? '';
    const tasks: Held[] = [];
    for (const each of inner.split(',')) {
      const name = /^\s*\$(\w+)\s*$/.exec(each)?.[1];
      const held = name === undefined ? undefined : this.#locals.get(name.toLowerCase());
      if (held === undefined || held.nodes.length === 0) return null;
      tasks.push(held);
    }
    return tasks;
  }

  #wait(node: SyntaxNode, target: WaitTarget, at: At, scope: Scope): At {
    const graph = this.#graph;
    const { row, column } = node.startPosition;
    const frame: WaitFrame = { name: this.functionName, place: { file: this.file, line: row + 1, column: column + 1 } };
    const after = graph.label();
    const failed = graph.label();
    const id = graph.add(at, { type: 'wait', target, frames: [frame], thrown: failed });
    if (id === null) return null;
    graph.link(id, after);
    // P1
    graph.link(failed, after);
    graph.link(failed, scope.thrown);
    return after;
  }
}

interface Given {
  /** Text by name in lower case. */
  values: ReadonlyMap<string, string>;
  switches: ReadonlySet<string>;
  positional: readonly string[];
  isSplat: boolean;
}

function argumentsOf(elements: SyntaxNode | undefined): Given {
  const values = new Map<string, string>();
  const switches = new Set<string>();
  const positional: string[] = [];
  let isSplat = false;
  let name: string | null = null;
  for (const each of elements === undefined ? [] : childrenOf(elements)) {
    if (each.type === 'command_argument_sep') continue;
    if (each.type === 'command_parameter') {
      name = each.text.slice(1).replace(/:$/, '').toLowerCase();
      switches.add(name);
      continue;
    }
    if (/^@\w/.test(each.text)) isSplat = true;
    if (name === null || /^(nowait|any)$/.test(name)) positional.push(each.text);
    else values.set(name, each.text);
    name = null;
  }
  return { values, switches, positional, isSplat };
}

/** Null: it is put together. */
function literalOf(text: string | undefined): string | null {
  const quoted = /^'([^']*)'$/.exec(text ?? '')?.[1] ?? /^"([^"$`]*)"$/.exec(text ?? '')?.[1];
  return quoted ?? (/^[A-Za-z_][\w-]*$/.test(text ?? '') ? (text ?? null) : null);
}

/** In lower case. */
function variableOf(node: SyntaxNode | undefined): string | null {
  return /^\$(\w+)$/.exec(node?.text ?? '')?.[1]?.toLowerCase() ?? null;
}

function operatorOf(assignment: SyntaxNode): string {
  return childrenOf(assignment).find(({ type }) => type === 'assignement_operator')?.text ?? '=';
}
