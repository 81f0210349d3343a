/**
 * When tasks begin, as far as the text of one function tells it: work that is made early and begins late, and tasks that come into a second
 * group. Only variables that are set once and whose every use is seen are judged.
 */
import type * as t from '@babel/types';
import type { DurableCode } from '../functions/durable-code';
import type { Fix } from '../findings/finding';
import { MadeTasks } from './made-tasks';
import type { Binding } from '../source/scopes';
import { indentOf, lineOf, type SourceModule } from '../source/source-module';
import { childrenOf, isCall, isFunction, isMember, memberName, unwrap, type CallNode, type FunctionNode } from '../source/syntax';

interface OrderFinding {
  node: t.Node;
  text: string;
  fixes: readonly Fix[];
}

type Loop = t.ForStatement | t.ForOfStatement | t.ForInStatement | t.WhileStatement | t.DoWhileStatement;

/** Everything of one function that matters here, in the order of the text; without the functions inside of it. */
interface Parts {
  yields: t.YieldExpression[];
  declared: { binding: Binding; declarator: t.VariableDeclarator; init: t.Node }[];
  groups: CallNode[];
  calls: CallNode[];
}

export class TaskOrder {
  readonly #made: MadeTasks;
  readonly #parts: Parts = { yields: [], declared: [], groups: [], calls: [] };

  constructor(
    private readonly fn: FunctionNode,
    private readonly module: SourceModule,
    private readonly durable: DurableCode,
  ) {
    this.#made = new MadeTasks(module, durable);
    this.#collect(fn.body);
  }

  /** Yields at which work begins that was made before something else was waited for. */
  oneByOne(): OrderFinding[] {
    return [...this.#lateTasks(), ...this.#yieldedLists()].sort((a, b) => startOf(a.node) - startOf(b.node));
  }

  /** Groups with a task in them that is in an earlier group, or in this one in each round of a loop. */
  groupedAgain(): OrderFinding[] {
    const found: OrderFinding[] = [];
    const { groups } = this.#parts;
    for (const [index, group] of groups.entries()) {
      for (const { binding, shown } of this.#made.membersOf(group)) {
        const what = this.#made.whatIn(binding);
        if (what === null) continue;
        const loop = this.#loopBetween(group, binding);
        const earlier = groups.slice(0, index).find((each) => this.#comesBefore(each, group, binding));
        const from = loop ?? earlier;
        if (from === undefined) continue;
        // A timer more makes no work; it only moves the numbers of what follows.
        if (what === 'timer' && !this.#hasWorkAfter(startOf(from), group)) continue;
        const text =
          loop === undefined
            ? `\`${shown}\` is in a group already, on line ${from.loc?.start.line ?? 0}`
            : `\`${shown}\` comes into this group in each round of the loop`;
        found.push({ node: group, text, fixes: [] });
        break;
      }
    }
    return found;
  }

  /** Groups in a `try` that fail while a task with retries in them goes on, where the code then calls something else. */
  retriesLeft(): OrderFinding[] {
    const found: OrderFinding[] = [];
    for (const group of this.#parts.groups) {
      if (this.durable.methodOf(group, this.module) !== 'Task.all') continue;
      const made = this.#made.madeOf(group);
      const tried = made.length < 2 && !this.#made.isOfMany(group) ? undefined : made.find((each) => this.#made.hasRetries(each));
      if (tried === undefined || !this.#goesOnAfterFailure(group)) continue;
      const text = `\`${shortOf(tried, this.module)}\` may still be tried when this group fails`;
      found.push({ node: group, text, fixes: [] });
    }
    return found;
  }

  #lateTasks(): OrderFinding[] {
    const found: OrderFinding[] = [];
    const tasks = this.#parts.declared.filter(({ init }) => this.#made.isWork(init));
    const firstYields = new Map<Binding, t.YieldExpression>();
    for (const { binding } of tasks) {
      const first = this.#usesOf(binding)?.[0];
      const yielded = first === undefined ? null : this.#yieldOf(first);
      if (yielded !== null) firstYields.set(binding, yielded);
    }
    for (const { binding, declarator } of tasks) {
      const own = firstYields.get(binding);
      if (own === undefined || !this.#isSureFrom(own, declarator)) continue;
      const between = this.#parts.yields.filter((each) => endOf(declarator) <= startOf(each) && endOf(each) <= startOf(own));
      const [before] = between;
      if (before === undefined) continue;
      const text = `\`${binding.name}\` begins only here, after \`${shortOf(before, this.module)}\``;
      found.push({ node: own, text, fixes: this.#together(own, between, firstYields) });
    }
    return found;
  }

  /** `yield a; yield b` as a group in front of them, where nothing else happens in between. */
  #together(
    own: t.YieldExpression,
    between: readonly t.YieldExpression[],
    firstYields: ReadonlyMap<Binding, t.YieldExpression>,
  ): Fix[] {
    const df = this.durable.dfText(this.fn, this.module);
    const [first] = between;
    if (df === null || first === undefined) return [];
    const place = statementOf(first, this.module);
    const list = place === null ? undefined : this.module.parents.get(place);
    if (place === null || list === undefined) return [];
    const isPlain = (each: t.YieldExpression): boolean => {
      const statement = statementOf(each, this.module);
      return each.argument?.type === 'Identifier' && statement !== null && this.module.parents.get(statement) === list;
    };
    if (![...between, own].every(isPlain)) return [];
    const names: string[] = [];
    for (const { binding, declarator } of this.#parts.declared) {
      const yielded = firstYields.get(binding);
      if (yielded === undefined || !isPlain(yielded) || endOf(declarator) > startOf(place)) continue;
      if (startOf(yielded) >= startOf(first)) names.push(binding.name);
    }
    const isWhole = [...between, own].every((each) => each.argument?.type === 'Identifier' && names.includes(each.argument.name));
    return isWhole ? [this.#groupBefore(place, df, `[${names.join(', ')}]`, null)] : [];
  }

  /** `for (const task of tasks) yield task`. */
  #yieldedLists(): OrderFinding[] {
    const found: OrderFinding[] = [];
    for (const { binding, init } of this.#parts.declared) {
      const uses = this.#usesOf(binding);
      if (uses === null || !this.#made.isListOfWork(init, uses)) continue;
      const yields = uses.map((each) => this.#yieldInLoop(each)).filter((each) => each !== null);
      const isPlain = uses.every((each) => this.#yieldInLoop(each) !== null || this.#fillsOrCounts(each));
      const [first] = yields;
      if (first === undefined || !isPlain || yields.length > 1) continue;
      const text = `The tasks of \`${binding.name}\` begin one by one, each when the one before has ended`;
      const df = this.durable.dfText(this.fn, this.module);
      const isCaught = hasBetween(first.node, first.loop, this.module, (each) => each.type === 'TryStatement');
      const isInList = isStatementList(this.module.parents.get(first.loop));
      const mayBeEmpty = init.type !== 'ArrayExpression' || init.elements.length === 0;
      const fixes =
        df === null || isCaught || !isInList
          ? []
          : [this.#groupBefore(first.loop, df, binding.name, mayBeEmpty ? `${binding.name}.length > 0` : null)];
      found.push({ node: first.node, text, fixes });
    }
    return found;
  }

  #groupBefore(statement: t.Node, df: string, tasks: string, condition: string | null): Fix {
    const start = startOf(statement);
    const text = `${condition === null ? '' : `if (${condition}) `}yield ${df}.Task.all(${tasks});\n${indentOf(statement, this.module)}`;
    return { title: `Wait for all of them first, with ${df}.Task.all`, edits: [{ start, end: start, text }] };
  }

  #collect(node: t.Node): void {
    if (isFunction(node)) return;
    for (const child of childrenOf(node)) this.#collect(child);
    const parts = this.#parts;
    if (node.type === 'YieldExpression') parts.yields.push(node);
    else if (isCall(node)) {
      parts.calls.push(node);
      const method = this.durable.methodOf(node, this.module);
      if (method === 'Task.all' || method === 'Task.any') parts.groups.push(node);
    } else if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init != null) {
      const binding = this.module.bindingOf(node.id);
      if (binding?.declaration === node) parts.declared.push({ binding, declarator: node, init: unwrap(node.init) });
    }
  }

  /** Reads of a variable in the order of the text; null when it is written again, or used inside of another function. */
  #usesOf(binding: Binding): t.Node[] | null {
    if (binding.references.some((each) => each.isWrite || this.#functionOf(each.node) !== this.fn)) return null;
    return binding.references.map((each) => each.node).sort((a, b) => startOf(a) - startOf(b));
  }

  #functionOf(node: t.Node): t.Node | undefined {
    let each = this.module.parents.get(node);
    while (each !== undefined && !isFunction(each)) each = this.module.parents.get(each);
    return each;
  }

  /** What it throws is caught, and more is called then. */
  #goesOnAfterFailure(group: CallNode): boolean {
    let child: t.Node = group;
    for (
      let each = this.module.parents.get(group);
      each !== undefined && !isFunction(each);
      each = this.module.parents.get(each)
    ) {
      if (each.type === 'TryStatement' && each.block === child && each.handler != null) {
        const { handler } = each;
        if (this.#hasWorkIn(handler)) return true;
        const last = handler.body.body.at(-1);
        if (last?.type === 'ThrowStatement' || last?.type === 'ReturnStatement')
          return each.finalizer != null && this.#hasWorkIn(each.finalizer);
        const loop = this.#loopAround(each);
        return (loop !== undefined && this.#hasWorkIn(loop)) || this.#hasWorkAfter(endOf(each), group);
      }
      child = each;
    }
    return false;
  }

  #hasWorkIn(node: t.Node): boolean {
    return this.#parts.calls.some((each) => {
      if (!contains(node, each)) return false;
      return this.#made.isWork(each) || this.durable.methodOf(each, this.module) === 'createTimer';
    });
  }

  /** The yield that a use of a list leads to: `for (const x of list) ... yield x`, `yield list[i]` in a loop. */
  #yieldInLoop(use: t.Node): { node: t.YieldExpression; loop: Loop } | null {
    const parent = this.module.parents.get(use);
    if (parent?.type === 'ForOfStatement' && parent.right === use) {
      const { left } = parent;
      const [declarator] = left.type === 'VariableDeclaration' ? left.declarations : [];
      const binding = declarator?.id.type === 'Identifier' ? this.module.bindingOf(declarator.id) : undefined;
      const [first] = binding === undefined ? [] : (this.#usesOf(binding) ?? []);
      const yielded = first === undefined ? null : this.#plainYieldOf(first);
      return yielded === null ? null : { node: yielded, loop: parent };
    }
    if (parent === undefined || !isMember(parent) || parent.object !== use || !parent.computed) return null;
    const yielded = this.#plainYieldOf(parent);
    const loop = yielded === null ? undefined : this.#loopAround(yielded);
    return yielded === null || loop === undefined ? null : { node: yielded, loop };
  }

  #fillsOrCounts(use: t.Node): boolean {
    const parent = this.module.parents.get(use);
    if (parent === undefined || !isMember(parent) || parent.object !== use) return false;
    return memberName(parent) === 'length' || this.#made.pushedBy(use).length > 0;
  }

  #plainYieldOf(node: t.Node): t.YieldExpression | null {
    const parent = this.module.parents.get(node);
    return parent?.type === 'YieldExpression' && !parent.delegate ? parent : null;
  }

  /** The yield of a task, alone or in a group that is written there. */
  #yieldOf(use: t.Node): t.YieldExpression | null {
    const plain = this.#plainYieldOf(use);
    if (plain !== null) return plain;
    const list = this.module.parents.get(use);
    const group = list?.type === 'ArrayExpression' ? this.module.parents.get(list) : undefined;
    return group !== undefined && this.#parts.groups.some((each) => each === group) ? this.#plainYieldOf(group) : null;
  }

  /** True when whoever comes past the declaration also comes to the yield. */
  #isSureFrom(node: t.Node, declarator: t.Node): boolean {
    const declaration = this.module.parents.get(declarator);
    const block = declaration === undefined ? undefined : this.module.parents.get(declaration);
    return block !== undefined && this.#isSureIn(node, block);
  }

  #isSureIn(node: t.Node, block: t.Node): boolean {
    let child = node;
    let parent = this.module.parents.get(node);
    while (parent !== undefined && child !== block) {
      if (isChoice(parent, child)) return false;
      child = parent;
      parent = this.module.parents.get(parent);
    }
    return child === block;
  }

  /** The loop around a group that the variable is declared outside of; not one that runs once, or that sets the variable anew. */
  #loopBetween(group: t.Node, binding: Binding): Loop | undefined {
    const loop = this.#loopAround(group);
    if (loop === undefined || contains(loop, binding.declaration)) return undefined;
    if (binding.references.some((each) => each.isWrite && contains(loop, each.node))) return undefined;
    const last = loop.body.type === 'BlockStatement' ? loop.body.body.at(-1) : loop.body;
    return last?.type === 'ReturnStatement' || last?.type === 'BreakStatement' ? undefined : loop;
  }

  #loopAround(node: t.Node): Loop | undefined {
    for (
      let each = this.module.parents.get(node);
      each !== undefined && !isFunction(each);
      each = this.module.parents.get(each)
    ) {
      if (isLoop(each)) return each;
    }
    return undefined;
  }

  /** Both groups have the variable in them, and whoever comes to the later one has been at the earlier one. */
  #comesBefore(earlier: CallNode, later: CallNode, binding: Binding): boolean {
    if (!this.#made.membersOf(earlier).some((each) => each.binding === binding)) return false;
    if (binding.references.some((each) => each.isWrite && startOf(each.node) > endOf(earlier))) return false;
    let block: t.Node | undefined = earlier;
    while (block !== undefined && !contains(block, later)) block = this.module.parents.get(block);
    const isLast = hasBetween(earlier, block, this.module, (each) => each.type === 'ReturnStatement');
    return block !== undefined && !isLast && this.#isSureIn(earlier, block);
  }

  #hasWorkAfter(start: number, group: CallNode): boolean {
    return this.#parts.calls.some((each) => {
      if (startOf(each) < start || contains(group, each)) return false;
      return this.#made.isWork(each) || this.durable.methodOf(each, this.module) === 'createTimer';
    });
  }
}

function startOf(node: t.Node): number {
  return node.start ?? 0;
}

function endOf(node: t.Node): number {
  return node.end ?? 0;
}

function contains(outer: t.Node, inner: t.Node): boolean {
  return startOf(outer) <= startOf(inner) && endOf(inner) <= endOf(outer);
}

function isLoop(node: t.Node): node is Loop {
  return /^(For|ForOf|ForIn|While|DoWhile)Statement$/.test(node.type);
}

/** Whether a part of a node may be left out, or run again, when the node runs. */
function isChoice(parent: t.Node, child: t.Node): boolean {
  switch (parent.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return parent.test !== child;
    case 'LogicalExpression':
      return parent.right === child;
    case 'TryStatement':
      return parent.block !== child;
    case 'SwitchCase':
    case 'CatchClause':
      return true;
    default:
      return isLoop(parent);
  }
}

/** True when something between a node and what is around it (null: nothing) is such a node. */
function hasBetween(node: t.Node, around: t.Node | undefined, module: SourceModule, is: (node: t.Node) => boolean): boolean {
  for (let each = module.parents.get(node); each !== undefined && each !== around; each = module.parents.get(each)) {
    if (is(each)) return true;
  }
  return false;
}

/** The statement of a list of statements that a node stands in; null where it stands in none, or deeper. */
function statementOf(node: t.Node, module: SourceModule): t.Node | null {
  let each = node;
  for (let parent = module.parents.get(each); parent !== undefined; parent = module.parents.get(parent)) {
    if (isStatementList(parent)) return each;
    each = parent;
  }
  return null;
}

function isStatementList(node: t.Node | undefined): boolean {
  return node?.type === 'BlockStatement' || node?.type === 'Program';
}

function shortOf(node: t.Node, module: SourceModule): string {
  const text = lineOf(node, module);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
