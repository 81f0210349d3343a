/**
 * Races of an event against a timer that is cancelled, after which the function continues as new without waiting for anything else. A walk
 * along the ways through one function, in the order of the text. Where a way depends on two conditions that may depend on each other,
 * nothing is said.
 */
import type * as t from '@babel/types';
import type { DurableCode } from '../functions/durable-code';
import type { Binding } from '../source/scopes';
import { lineOf, type SourceModule } from '../source/source-module';
import { childrenOf, isCall, isFunction, isMember, memberName, unwrap, type CallNode, type FunctionNode } from '../source/syntax';

interface Race {
  node: t.YieldExpression;
  timers: ReadonlySet<Binding>;
  isCancelled: boolean;
  /** Cancelled on some of the ways that lead here. */
  isPartly: boolean;
}

/** The race that was waited for last; null: something else, or nothing. `gone`: nobody comes here. */
type State = Race | null | 'gone';

export class EventAgain {
  readonly found: { node: t.Node; text: string }[] = [];
  #jumps: State[] = [];

  constructor(
    fn: FunctionNode,
    private readonly module: SourceModule,
    private readonly durable: DurableCode,
  ) {
    this.#walk(fn.body, null);
  }

  #walk(node: t.Node, state: State): State {
    if (isFunction(node)) return state;
    switch (node.type) {
      case 'YieldExpression':
      case 'AwaitExpression': {
        const before = node.argument == null ? state : this.#walk(node.argument, state);
        if (before === 'gone') return before;
        return node.type === 'YieldExpression' ? this.#raceOf(node) : null;
      }
      case 'IfStatement':
      case 'ConditionalExpression': {
        const tested = this.#walk(node.test, state);
        const yes = this.#walk(node.consequent, chosen(tested));
        const no = node.alternate == null ? tested : this.#walk(node.alternate, chosen(tested));
        return joined([yes, no]);
      }
      case 'LogicalExpression': {
        const left = this.#walk(node.left, state);
        return joined([left, this.#walk(node.right, chosen(left))]);
      }
      case 'ReturnStatement':
      case 'ThrowStatement':
        if (node.argument != null) this.#walk(node.argument, state);
        return 'gone';
      case 'BreakStatement':
        this.#jumps.push(state);
        return 'gone';
      case 'ContinueStatement':
        // What the next round waits for is not known here.
        this.#jumps.push(null);
        return 'gone';
      case 'ForStatement':
      case 'ForOfStatement':
      case 'ForInStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'SwitchStatement':
      case 'LabeledStatement':
        return this.#walkAround(node, state);
      case 'TryStatement': {
        const tried = this.#walk(node.block, state);
        // Whoever comes to the handler may come from anywhere in the block.
        const caught = node.handler == null ? 'gone' : this.#walk(node.handler.body, null);
        const after = joined([tried, caught]);
        if (node.finalizer == null) return after;
        const end = this.#walk(node.finalizer, after);
        return after === 'gone' ? 'gone' : end;
      }
      default: {
        let each = state;
        for (const child of childrenOf(node)) each = this.#walk(child, each);
        return isCall(node) ? this.#afterCall(node, each) : each;
      }
    }
  }

  /** Loops and switches: what happens inside is judged by itself, and what goes on behind them comes from all their ends. */
  #walkAround(node: t.Node, state: State): State {
    const outer = this.#jumps;
    this.#jumps = [];
    let inside = state;
    if (node.type === 'SwitchStatement') {
      const tested = this.#walk(node.discriminant, state);
      inside = 'gone';
      for (const each of node.cases) {
        inside = joined([chosen(tested), inside]);
        for (const statement of each.consequent) inside = this.#walk(statement, inside);
      }
      inside = joined([tested, inside]);
    } else {
      for (const child of childrenOf(node)) inside = this.#walk(child, inside);
    }
    const isEndless =
      (node.type === 'WhileStatement' && node.test.type === 'BooleanLiteral' && node.test.value) ||
      (node.type === 'ForStatement' && node.test == null);
    const mayBeSkipped = /^(For|ForOf|ForIn|While)Statement$/.test(node.type) && !isEndless;
    const ends = [...this.#jumps, ...(isEndless ? [] : [inside]), ...(mayBeSkipped ? [state] : [])];
    this.#jumps = outer;
    return ends.length === 0 ? 'gone' : joined(ends);
  }

  #afterCall(node: CallNode, state: State): State {
    if (state === 'gone' || state === null) return state;
    const method = this.durable.methodOf(node, this.module);
    if (method === 'continueAsNew') {
      if (state.isCancelled) {
        const line = state.node.loc?.start.line ?? 0;
        const text = `\`${lineOf(node, this.module).slice(0, 60)}\` follows the race on line ${line} with nothing waited for in between`;
        if (this.found.every((each) => each.node !== node)) this.found.push({ node, text });
      }
      return state;
    }
    const callee = unwrap(node.callee);
    if (!isMember(callee) || memberName(callee) !== 'cancel') return state;
    const timer = this.#bindingOf(callee.object);
    return timer !== undefined && state.timers.has(timer) ? { ...state, isCancelled: true, isPartly: false } : state;
  }

  /** `yield df.Task.any([event, timer])`, or of a constant that holds such a group. */
  #raceOf(node: t.YieldExpression): Race | null {
    const group = node.argument == null || node.delegate ? null : this.#valueOf(node.argument);
    if (group === null || this.durable.methodOf(group, this.module) !== 'Task.any' || !isCall(group)) return null;
    const [given] = group.arguments;
    const list = given === undefined ? null : this.#valueOf(given);
    if (list?.type !== 'ArrayExpression') return null;
    const timers = new Set<Binding>();
    let hasEvent = false;
    for (const each of list.elements) {
      const made = each === null ? null : this.#valueOf(each);
      const method = made === null ? null : this.durable.methodOf(made, this.module);
      if (method === 'waitForExternalEvent') hasEvent = true;
      const binding = each === null || method !== 'createTimer' ? undefined : this.#bindingOf(each);
      if (binding !== undefined) timers.add(binding);
    }
    return hasEvent && timers.size > 0 ? { node, timers, isCancelled: false, isPartly: false } : null;
  }

  #bindingOf(node: t.Node): Binding | undefined {
    const inner = unwrap(node);
    return inner.type === 'Identifier' ? this.module.bindingOf(inner) : undefined;
  }

  /** What an expression is, through variables that are set once. */
  #valueOf(node: t.Node): t.Node {
    const inner = unwrap(node);
    const binding = this.#bindingOf(inner);
    const declaration = binding?.declaration;
    if (binding === undefined || declaration?.type !== 'VariableDeclarator' || declaration.init == null) return inner;
    if (declaration.id.type !== 'Identifier' || binding.references.some((each) => each.isWrite)) return inner;
    return unwrap(declaration.init);
  }
}

/** Into one branch: a second condition may be the first one again. */
function chosen(state: State): State {
  return state !== null && state !== 'gone' && state.isPartly ? null : state;
}

function joined(states: readonly State[]): State {
  const here = states.filter((each) => each !== 'gone');
  const [first] = here;
  if (first === undefined) return 'gone';
  const cancelled = here.find((each) => each !== null && each.isCancelled);
  if (cancelled == null) return here.every((each) => each !== null && first !== null && each.node === first.node) ? first : null;
  const isSame = here.every((each) => each !== null && each.node === cancelled.node && each.isCancelled && !each.isPartly);
  return isSame ? cancelled : { ...cancelled, isPartly: true };
}
