/**
 * Where an orchestrator in PowerShell may stand still, out of its script: each command that waits is one question of the worker's.
 *
 *   P1. What an activity throws ends the script or does not, as its preferences say: both ways are open.
 *   P2. A command that is neither built in nor of the durable module may be a function of profile.ps1 or of a module: what follows is not known.
 *   P3. A function of the script is followed where it is called; not when it calls itself, takes a pipeline, or changes variables of others.
 */
import { childrenOf, type SyntaxNode, type SyntaxTrees, within } from '../grammars/syntax-trees';
import {
  argumentsOf,
  eachBlock,
  functionName,
  inputOf,
  literalOf,
  onlyPipeline,
  operatorOf,
  variableOf,
} from './powershell-code';
import { PowerShellScript } from './powershell-script';
import { TooManyWays, unknownTarget, type WaitFrame, type WaitGraph, WaitGraphBuilder, type WaitTarget } from './wait-graph';

/** `file`: of the script. Null: it is not understood. */
export function powerShellWaits(trees: SyntaxTrees, file: string, text: string, functionName: string): WaitGraph | null {
  const tree = trees.parse(text);
  try {
    if (tree.root.hasError) return null;
    // Where it goes on after a failure is another place for each block around.
    if ([...within(tree.root)].some(({ type }) => type === 'trap_statement')) return null;
    return new PowerShellWaits(file, functionName, new PowerShellScript(tree.root)).graph();
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

/** What a function may do to variables that are not its own. */
const changesOthers = /\$(?:script|global):|\b(?:Set|New|Remove|Clear)-Variable\b|\[ref\]/i;

/** Functions inside functions that are followed. */
const deepest = 8;

class PowerShellWaits {
  readonly #graph = new WaitGraphBuilder();
  #locals = new Map<string, Held>();
  /** Of the functions around, innermost first. */
  #callers: readonly WaitFrame[] = [];
  #within: readonly SyntaxNode[] = [];

  constructor(
    private readonly file: string,
    private readonly functionName: string,
    private readonly script: PowerShellScript,
  ) {}

  graph(): WaitGraph {
    const graph = this.#graph;
    const entry = graph.label();
    const end = graph.make({ type: 'end' });
    const scope: Scope = { thrown: end, returns: end, breaks: null, continues: null, isMany: false };
    graph.link(this.#all(childrenOf(this.script.root), entry, scope), end);
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
      case 'param_block':
        return this.script.concerns(node) ? this.#lost(at) : at;
      case 'comment':
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
      case 'switch_statement':
        return this.#switch(node, at, scope);
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
        return this.script.concerns(node) ? this.#lost(at) : at;
    }
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
    if (last !== undefined && this.script.concerns(last)) return this.#lost(at);
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

  /** Of a list each element goes through all clauses; of one value every clause that fits is run. */
  #switch(node: SyntaxNode, at: At, scope: Scope): At {
    const graph = this.#graph;
    const children = childrenOf(node);
    const clauses = children
      .filter(({ type }) => type === 'switch_body')
      .flatMap(childrenOf)
      .flatMap((each) => (each.type === 'switch_clauses' ? childrenOf(each) : [each]));
    const isRead = clauses.every((each) => {
      const block = childrenOf(each).findLast(({ type }) => type === 'statement_block');
      const others = childrenOf(each).filter((part) => part !== block);
      return each.type === 'comment' || (block !== undefined && !others.some((part) => this.script.concerns(part)));
    });
    if (!isRead) return this.#lost(at);
    const condition = children.find(({ type }) => type === 'switch_condition');
    const now = condition === undefined ? at : this.#value(condition, at, scope).at;
    const [head, after] = [graph.label(), graph.label()];
    graph.link(now, head);
    const inner: Scope = { ...scope, breaks: after, continues: head };
    let last: At = head;
    for (const each of clauses) {
      const block = childrenOf(each).findLast(({ type }) => type === 'statement_block');
      if (block !== undefined) last = graph.join(last, this.#statement(block, last, inner));
    }
    graph.link(last, after);
    graph.link(last, head);
    return after;
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
        if (stages.some(({ type }) => type === 'pipeline_chain_tail')) return { at: this.#chain(stages, at, scope), held: null };
        // Stages run in turns, element by element.
        if (stages.filter((each) => this.script.concerns(each)).length > 1) return { at: this.#lost(at), held: null };
        const last = stages.at(-1);
        const block = last === undefined ? null : eachBlock(last);
        if (block === null || !this.script.concerns(block)) return { at: this.#parts(stages, at, scope), held: null };
        return this.#gathered(block, this.#parts(stages.slice(0, -1), at, scope), scope);
      }
      case 'foreach_statement': {
        const body = childrenOf(node).findLast(({ type }) => type === 'statement_block');
        if (body === undefined || onlyPipeline(body) === null) return { at: this.#loop(node, at, scope), held: null };
        const source = childrenOf(node).find(({ type }) => type === 'pipeline');
        return this.#gathered(body, source === undefined ? at : this.#value(source, at, scope).at, scope);
      }
      case 'if_statement':
      case 'switch_statement':
      case 'while_statement':
      case 'do_statement':
      case 'for_statement':
      case 'try_statement':
        return { at: this.#statement(node, at, scope), held: null };
      case 'script_block_expression':
      case 'script_block':
        return { at: this.script.concerns(node) ? this.#lost(at) : at, held: null };
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
    if (name === null || this.script.isChanging(name)) return now;
    const known = this.#locals.get(name);
    if (!isMore) this.#locals.set(name, held ?? { nodes: [], isMany: false });
    else if (known !== undefined && held !== null) {
      known.nodes.push(...held.nodes);
      known.isMany = true;
    }
    return now;
  }

  /** `A && B || C`: each after the first runs or does not. */
  #chain(stages: readonly SyntaxNode[], at: At, scope: Scope): At {
    let now = at;
    for (const [index, each] of stages.entries()) {
      if (each.type === 'pipeline_chain_tail') continue;
      const { at: after } = this.#value(each, now, scope);
      now = index === 0 ? after : this.#graph.join(now, after);
    }
    return now;
  }

  /** `foreach (...) { ... }` and `... | ForEach-Object { ... }` with one command, whose tasks may be kept: `$tasks = ...`. */
  #gathered(block: SyntaxNode, at: At, scope: Scope): Evaluated {
    const graph = this.#graph;
    const only = onlyPipeline(block);
    const head = graph.label();
    if (only === null) {
      graph.link(at, head);
      // `break` in the block ends what is around it, whatever that is.
      const inner: Scope = { ...scope, returns: head, breaks: null, continues: null };
      graph.link(this.#statement(block, head, inner), head);
      return { at: head, held: null };
    }
    const held: Held = { nodes: [], isMany: true };
    const start = graph.add(at, { type: 'forget', nodes: held.nodes });
    graph.link(start, head);
    const each = this.#value(only, head, { ...scope, isMany: true });
    held.nodes.push(...(each.held?.nodes ?? []));
    graph.link(each.at, head);
    return { at: head, held };
  }

  /** P3 */
  #called(fn: SyntaxNode | undefined, call: SyntaxNode, at: At, scope: Scope): Evaluated {
    const lost = (): Evaluated => ({ at: this.#lost(at), held: null });
    if (fn === undefined || this.#within.includes(fn) || this.#within.length >= deepest) return lost();
    if (fn.startIndex > call.startIndex && this.#within.length === 0) return lost();
    const parts = childrenOf(fn);
    const body = parts.find(({ type }) => type === 'script_block');
    const parameters = parts.find(({ type }) => type === 'function_parameter_declaration');
    const isPlain = /^function\b/i.test(fn.text) && !changesOthers.test(fn.text);
    if (body === undefined || !isPlain || (parameters !== undefined && this.script.concerns(parameters))) return lost();
    const graph = this.#graph;
    const [locals, callers, around] = [this.#locals, this.#callers, this.#within];
    this.#callers = [this.#frame(call), ...callers];
    this.#within = [fn, ...around];
    this.#locals = new Map([...locals].map(([name, { nodes, isMany }]) => [name, { nodes: [...nodes], isMany }]));
    for (const each of [parameters, childrenOf(body).find(({ type }) => type === 'param_block')]) {
      for (const node of each === undefined ? [] : within(each)) {
        if (node.type === 'variable') this.#locals.delete(variableOf(node) ?? '');
      }
    }
    const after = graph.label();
    const inner: Scope = { ...scope, returns: after, breaks: null, continues: null };
    const only = onlyPipeline(body);
    const { at: end, held } = only === null ? { at: this.#statement(body, at, inner), held: null } : this.#value(only, at, inner);
    graph.link(end, after);
    [this.#locals, this.#callers, this.#within] = [locals, callers, around];
    return { at: after, held };
  }

  #frame(node: SyntaxNode): WaitFrame {
    const { row, column } = node.startPosition;
    const [inside] = this.#within;
    const name = (inside === undefined ? undefined : functionName(inside)) ?? this.functionName;
    return { name, place: { file: this.file, line: row + 1, column: column + 1 } };
  }

  #command(node: SyntaxNode, at: At, scope: Scope): Evaluated {
    const graph = this.#graph;
    const written = node.childForFieldName('command_name');
    const children = childrenOf(node);
    if (written === null) {
      // ForEach-Object with a block that is not the last stage; anything else is called by a variable or a script.
      const block = eachBlock(node);
      if (block === null) return { at: this.#lost(at), held: null };
      return { at: this.script.concerns(block) ? this.#gathered(block, at, scope).at : at, held: null };
    }
    const name = written.text.toLowerCase();
    const elements = children.find(({ type }) => type === 'command_elements');
    let now = elements === undefined ? at : this.#parts(childrenOf(elements), at, scope);
    if (this.script.waits(name) === true) return this.#called(this.script.functionNamed(name), node, now, scope);
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
          input: isTimer ? null : inputOf(given.values.get('input')),
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
    if (this.script.isUnknown(name)) now = this.#lost(now);
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
    const after = graph.label();
    const failed = graph.label();
    const id = graph.add(at, { type: 'wait', target, frames: [this.#frame(node), ...this.#callers], thrown: failed });
    if (id === null) return null;
    graph.link(id, after);
    // P1
    graph.link(failed, after);
    graph.link(failed, scope.thrown);
    return after;
  }
}
