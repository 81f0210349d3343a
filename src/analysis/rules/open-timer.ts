/**
 * Which timer of an orchestrator may still be open when its code has returned: the place that makes it.
 *
 *   O1. A timer that is yielded at once has fired before the code goes on. All others may be left open.
 *   O2. A place is told only when it is the only one that may be meant, in the orchestrator and everything that it hands its context to;
 *       where that cannot be followed, or something else makes timers of its own (a retry, a poll), nothing is told.
 */
import type * as t from '@babel/types';
import { DurableCode } from '../functions/durable-code';
import { spanOf, type TextSpan } from '../findings/finding';
import type { FoundFunction } from '../functions/find-functions';
import type { FunctionPlace, ValueFollower } from '../source/follow-value';
import type { SourceModule } from '../source/source-module';
import { childrenOf, isCall, isMember, keyName, memberName, unwrap, type CallNode } from '../source/syntax';

export interface OpenTimer {
  file: string;
  span: TextSpan;
  /** The variable that holds it: what `cancel()` is called on. Null where none does. */
  variable: string | null;
}

const maxFunctions = 200;
/** What makes timers for the app: those of a retry, and of a poll. */
const ownTimers = new Set(['callActivityWithRetry', 'callSubOrchestratorWithRetry', 'callHttp']);

/** Null: none, several, or it cannot be told. */
export function openTimerOf({ handlers }: FoundFunction, follower: ValueFollower): OpenTimer | null {
  const [handler, ...others] = handlers;
  if (handler === undefined || others.length > 0) return null;
  const search = new Search(follower);
  const sites = search.from(handler);
  const [only, ...rest] = sites ?? [];
  return only === undefined || rest.length > 0 ? null : only;
}

class Search {
  readonly #durable: DurableCode;
  readonly #sites = new Map<t.Node, OpenTimer>();
  #isKnown = true;
  readonly #left: FunctionPlace[] = [];
  readonly #done = new Set<t.Node>();

  constructor(private readonly follower: ValueFollower) {
    this.#durable = new DurableCode(follower);
  }

  from(handler: FunctionPlace): OpenTimer[] | null {
    this.#durable.enterOrchestrator(handler.node, handler.module);
    this.#left.push(handler);
    for (let next = this.#left.pop(); next !== undefined; next = this.#left.pop()) {
      if (this.#done.has(next.node)) continue;
      if (this.#done.size >= maxFunctions) return null;
      this.#done.add(next.node);
      for (const each of next.node.params) this.#visit(each, next.module);
      this.#visit(next.node.body, next.module);
      if (!this.#isKnown) return null;
    }
    return [...this.#sites.values()];
  }

  #visit(node: t.Node, module: SourceModule): void {
    if (node.type === 'ObjectPattern' && node.properties.some((each) => takesTimers(each))) this.#isKnown = false;
    if ((node.type === 'Identifier' && module.isReference(node)) || isMember(node)) this.#checkUse(node, module);
    if (isCall(node)) this.#visitCall(node, module);
    for (const child of childrenOf(node)) this.#visit(child, module);
  }

  #visitCall(node: CallNode, module: SourceModule): void {
    const method = this.#durable.methodOf(node, module);
    const isYielded = parentOf(node, module)?.type === 'YieldExpression';
    if (method === 'createTimer') {
      if (isYielded) return; // O1
      this.#sites.set(node, { file: module.file, span: spanOf(node), variable: variableOf(node, module) });
    } else if (method !== null && ownTimers.has(method) && !isYielded) {
      this.#isKnown = false;
    } else if (method === null && this.#isHanded(node, module)) {
      const functions = this.follower.functionsOf(node.callee, module);
      if (functions.length === 0) this.#isKnown = false;
      for (const each of functions) {
        const hasLearned = this.#durable.enterHelper(each.node, each.module, node, module);
        // What was not known when it was walked through is known now.
        if (hasLearned) this.#done.delete(each.node);
        this.#left.push(each);
      }
    }
  }

  /** The context, or a part of it, is among the arguments of a call that does more than log. */
  #isHanded(node: CallNode, module: SourceModule): boolean {
    return (
      !this.#durable.isLogCall(node, module) && node.arguments.some((each) => this.#durable.roleOf(each, module) !== undefined)
    );
  }

  /** A context may be taken apart, named and handed on; anywhere else it gets out of sight. */
  #checkUse(node: t.Node, module: SourceModule): void {
    const role = this.#durable.roleOf(node, module);
    if (role === undefined) return;
    const parent = parentOf(node, module);
    if (parent === undefined || isMember(parent)) {
      if (parent !== undefined && isMember(parent) && role !== 'context' && this.#isTakenOff(parent, module))
        this.#isKnown = false;
      return;
    }
    const isNamed = parent.type === 'VariableDeclarator' || parent.type === 'AssignmentPattern';
    const isArgument = isCall(parent) && parent.arguments.some((each) => unwrap(each) === node);
    if (!isNamed && !isArgument) this.#isKnown = false;
  }

  /** `const make = context.df.createTimer`: called by another name later. */
  #isTakenOff(member: t.Node, module: SourceModule): boolean {
    if (!isMember(member)) return false;
    const name = memberName(member);
    if (name === null) return true;
    if (name !== 'createTimer' && !ownTimers.has(name)) return false;
    const parent = parentOf(member, module);
    return parent === undefined || !isCall(parent) || unwrap(parent.callee) !== member;
  }
}

function takesTimers(each: t.ObjectPattern['properties'][number]): boolean {
  if (each.type === 'RestElement') return true;
  const name = keyName(each);
  return name === null || name === 'createTimer' || ownTimers.has(name);
}

/** The node around, without what only TypeScript sees. */
function parentOf(node: t.Node, module: SourceModule): t.Node | undefined {
  let parent = module.parents.get(node);
  while (parent !== undefined && unwrap(parent) !== parent) parent = module.parents.get(parent);
  return parent;
}

function variableOf(node: t.Node, module: SourceModule): string | null {
  const parent = parentOf(node, module);
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
  return parent?.type === 'AssignmentExpression' && parent.left.type === 'Identifier' ? parent.left.name : null;
}
