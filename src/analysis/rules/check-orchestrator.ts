/**
 * The walk through an orchestrator and everything of the app that it calls, looking for what a replay cannot repeat.
 *
 *   1. Only what surely breaks the rules is reported: where it cannot be told what a name stands for, nothing is said.
 *   2. A place is reported once, at the offending expression; awaiting or yielding it is not reported besides.
 *   3. Functions inside of an orchestrator count as its code; functions of the app are entered where they are called.
 */
import type * as t from '@babel/types';
import { booleanInput } from './boolean-inputs';
import { setterOfClock } from './changed-clock';
import { DurableCode } from '../functions/durable-code';
import { EventAgain } from './event-again';
import { spanOf, type Finding, type RelatedPlace } from '../findings/finding';
import type { FoundFunction } from '../functions/find-functions';
import { FindingsOnTheWay, short, type CallSite, type Frame } from './findings-on-the-way';
import type { FunctionPlace, ValueFollower } from '../source/follow-value';
import { GlobalState, rootOf } from './global-state';
import { causeOfUse } from './known-sources';
import { loadTimeCause } from './load-time-values';
import * as fixes from './fixes';
import { asksNotReplaying, asksReplaying } from './replay-conditions';
import { sleepDuration } from './sleeps';
import type { SourceModule } from '../source/source-module';
import { childrenOf, isCall, isFunction, isMember, memberName, unwrap, type CallNode, type FunctionNode } from '../source/syntax';
import { TaskOrder } from './task-order';
import { discardedTask, notATask } from './task-use';

const maxFunctions = 400;
const maxDepth = 15;
const callbackMethods = new Set(
  'map forEach filter reduce reduceRight some every find findIndex findLast flatMap sort toSorted from then catch finally'.split(
    ' ',
  ),
);

export class OrchestratorCheck {
  readonly #found: FindingsOnTheWay;
  readonly #durable: DurableCode;
  readonly #globals: GlobalState;
  readonly #visited = new Map<FunctionNode, Set<string>>();

  constructor(
    private readonly orchestrator: FoundFunction,
    private readonly follower: ValueFollower,
  ) {
    this.#found = new FindingsOnTheWay(orchestrator.name);
    this.#durable = new DurableCode(follower);
    this.#globals = new GlobalState(follower);
  }

  get findings(): readonly Finding[] {
    return this.#found.all;
  }

  run(): void {
    for (const { node, module } of this.orchestrator.handlers) {
      this.#durable.enterOrchestrator(node, module);
      const frame: Frame = {
        fn: node,
        module,
        calls: [],
        yieldsTasks: true,
        isCalledAsync: false,
        isOnlyTold: false,
        isForReplays: false,
        isOrchestrator: true,
      };
      if (node.async === true)
        this.#found.add(
          frame,
          fixes.asyncKeyword(node, module),
          'asyncOrchestrator',
          null,
          fixes.makeGenerator(node, module, this.#durable),
        );
      this.#enter(frame);
    }
  }

  #enter(frame: Frame): void {
    const key = `${frame.yieldsTasks} ${frame.isOnlyTold} ${frame.isForReplays}`;
    const ways = this.#visited.get(frame.fn) ?? new Set();
    if (ways.has(key) || (ways.size === 0 && this.#visited.size >= maxFunctions) || frame.calls.length > maxDepth) return;
    this.#visited.set(frame.fn, ways.add(key));
    for (const each of frame.fn.params) this.#visit(each, frame);
    this.#visit(frame.fn.body, frame);
    if (frame.yieldsTasks && frame.fn.generator === true) this.#checkOrder(frame);
  }

  #checkOrder(frame: Frame): void {
    const order = new TaskOrder(frame.fn, frame.module, this.#durable);
    for (const { node, text, fixes: offered } of order.oneByOne()) this.#found.add(frame, node, 'oneByOne', text, offered);
    const { found } = new EventAgain(frame.fn, frame.module, this.#durable);
    const df = found.length === 0 ? null : this.#durable.dfText(frame.fn, frame.module);
    for (const { node, text } of found) {
      this.#found.add(frame, node, 'eventAgain', text, fixes.waitBefore(node, df, frame.fn, frame.module));
    }
    for (const { node, text, fixes: offered } of order.retriesLeft())
      this.#found.add(frame, node, 'retryLeftBehind', text, offered);
    // Known of the package of the newer model.
    if (!this.orchestrator.isNewerModel) return;
    for (const { node, text, fixes: offered } of order.groupedAgain())
      this.#found.add(frame, node, 'groupedAgain', text, offered);
  }

  #visit(node: t.Node, frame: Frame): void {
    switch (node.type) {
      case 'Identifier':
        if (frame.module.isReference(node)) this.#checkName(node, frame);
        return;
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        if (this.#checkExternal(node, node, frame, 'read', [])) return;
        this.#checkTaskUse(node, frame);
        this.#visit(node.object, frame);
        if (node.computed) this.#visit(node.property, frame);
        return;
      case 'CallExpression':
      case 'OptionalCallExpression':
        this.#visitCall(node, frame);
        return;
      case 'NewExpression': {
        const isReported = this.#checkExternal(node, node.callee, frame, 'new', node.arguments);
        if (!isReported) {
          this.#visit(node.callee, frame);
          this.#followInstance(node, frame);
        }
        for (const each of node.arguments) this.#visit(each, frame);
        return;
      }
      case 'YieldExpression':
        this.#visitYield(node, frame);
        return;
      case 'AwaitExpression':
        this.#visitAwait(node, frame);
        return;
      case 'ForOfStatement':
        if (node.await && !frame.isCalledAsync) this.#found.add(frame, node, 'awaitNonDurable', '`for await`');
        this.#visitChildren(node, frame);
        return;
      case 'IfStatement': {
        this.#visit(node.test, frame);
        const isForReplays = frame.isForReplays || asksReplaying(node.test, frame.module, this.#durable);
        const isOnlyTold = frame.isOnlyTold || asksNotReplaying(node.test, frame.module, this.#durable);
        this.#visit(node.consequent, { ...frame, isForReplays, isOnlyTold });
        if (node.alternate != null) this.#visit(node.alternate, { ...frame, isForReplays });
        return;
      }
      case 'ConditionalExpression':
      case 'LogicalExpression': {
        const test = node.type === 'LogicalExpression' ? node.left : node.test;
        const isForReplays = frame.isForReplays || asksReplaying(test, frame.module, this.#durable);
        for (const child of childrenOf(node)) this.#visit(child, child === test ? frame : { ...frame, isForReplays });
        return;
      }
      case 'ObjectProperty':
        if (node.computed) this.#visit(node.key, frame);
        this.#visit(node.value, frame);
        return;
      case 'AssignmentExpression':
      case 'UpdateExpression':
      case 'UnaryExpression':
        this.#checkMemberWrite(node, frame);
        this.#visitChildren(node, frame);
        return;
      default:
        if (isFunction(node)) this.#enter({ ...frame, fn: node, yieldsTasks: false, isOrchestrator: false });
        else this.#visitChildren(node, frame);
    }
  }

  #visitChildren(node: t.Node, frame: Frame): void {
    for (const child of childrenOf(node)) this.#visit(child, frame);
  }

  #visitCall(node: CallNode, frame: Frame): void {
    const { module } = frame;
    this.#checkTaskUse(node, frame);
    const setter = setterOfClock(node, module, this.#durable);
    if (setter !== null) this.#found.add(frame, node, 'changedClock', null, setter.fixes);
    const given = booleanInput(node, module, this.#durable);
    if (given !== null) this.#found.add(frame, given.input, 'booleanAsText', null, given.fixes);
    if (frame.isForReplays && this.#durable.asksForWork(node, module)) this.#found.add(frame, node, 'replayFlag', null);
    const isTold = frame.isOnlyTold || this.#durable.isLogCall(node, module);
    const inside = isTold === frame.isOnlyTold ? frame : { ...frame, isOnlyTold: isTold };
    if (!this.#checkExternal(node, node.callee, frame, 'call', node.arguments)) {
      const mutated = this.#globals.mutatedBy(node, module);
      if (mutated !== null) this.#found.add(frame, node, 'globalState', `\`${mutated}\` is changed here`);
      const value = this.follower.follow(node.callee, module);
      if (value?.type === 'node' && isFunction(value.node)) {
        this.#followCall(node, { node: value.node, module: value.module }, inside);
        // The name of a function of the app is no use of outside state, so that only what it is reached through is looked at.
        if (isMember(node.callee)) this.#visit(node.callee.object, frame);
      } else this.#visit(node.callee, frame);
      this.#followCallbacks(node, inside);
    }
    for (const each of node.arguments) this.#visit(each, inside);
  }

  /** Reports a use of something outside that a replay cannot repeat. `node` is the whole expression, `of` what is used. */
  #checkExternal(node: t.Node, of: t.Node, frame: Frame, how: 'call' | 'new' | 'read', given: readonly t.Node[]): boolean {
    const value = this.follower.follow(of, frame.module);
    if (value?.type !== 'external') return false;
    // What a variable of this function holds was judged where it was set; of the module's variables, when the module is loaded.
    if (how === 'read' && (value.path.includes('()') || isLocal(of, frame.module))) return false;
    const cause = causeOfUse({ ...value, how, arguments: given.length });
    if (cause === null) return false;
    const df = this.#durable.dfText(frame.fn, frame.module);
    this.#found.add(frame, node, cause, null, fixes.replacements(node, value, cause, df, frame.module));
    return true;
  }

  #checkName(node: t.Identifier, frame: Frame): void {
    const { module } = frame;
    this.#checkTaskUse(node, frame);
    const state = this.#globals.stateUsed(node, module, frame.fn);
    if (state !== null) {
      this.#found.add(
        frame,
        node,
        'globalState',
        state === 'write' ? `\`${node.name}\` is set here` : `\`${node.name}\` changes while the app runs`,
      );
      return;
    }
    const loaded = loadTimeCause(node, module, this.follower);
    if (loaded !== null) {
      const where: RelatedPlace = {
        file: loaded.module.file,
        span: spanOf(loaded.node),
        message: 'set here, when the module is loaded',
      };
      this.#found.add(frame, node, loaded.cause, `\`${node.name}\` is \`${short(loaded.node, loaded.module)}\``, [], [where]);
      return;
    }
    this.#checkExternal(node, node, frame, 'read', []);
  }

  #checkMemberWrite(node: t.AssignmentExpression | t.UpdateExpression | t.UnaryExpression, frame: Frame): void {
    const written = this.#globals.memberWritten(node, frame.module);
    if (written !== null) this.#found.add(frame, node, 'globalState', `\`${written}\` is changed here`);
  }

  #visitYield(node: t.YieldExpression, frame: Frame): void {
    const { module } = frame;
    const { argument } = node;
    if (argument == null) {
      if (frame.yieldsTasks) this.#found.add(frame, node, 'yieldNonTask', '`yield` of nothing');
      return;
    }
    const callee = isCall(argument) ? this.#calledFunction(argument, module) : null;
    if (node.delegate) {
      if (callee !== null && isCall(argument) && callee.node.generator === true) {
        this.#followCall(argument, callee, { ...frame }, frame.yieldsTasks);
        for (const each of argument.arguments) this.#visit(each, frame);
      } else this.#visit(argument, frame);
      return;
    }
    if (frame.yieldsTasks) {
      if (this.#reportSleep(node, argument, frame)) return;
      if (callee?.node.generator === true) {
        this.#found.add(frame, node, 'yieldNonTask', `\`${short(argument, module)}\` is a generator`, [fixes.delegate(node)]);
        this.#visit(argument, frame);
        return;
      }
    }
    const before = this.#found.all.length;
    this.#visit(argument, frame);
    if (!frame.yieldsTasks || this.#found.hasInside(argument, frame, before)) return;
    const wrong = notATask(argument, module, this.#durable, this.follower, this.orchestrator.isNewerModel);
    if (wrong === null) return;
    const df = this.#durable.dfText(frame.fn, module);
    this.#found.add(frame, node, 'yieldNonTask', wrong, fixes.forYield(node, module, df, this.#durable));
  }

  #visitAwait(node: t.AwaitExpression, frame: Frame): void {
    const { module } = frame;
    const { argument } = node;
    if (frame.isCalledAsync) {
      this.#visit(argument, frame);
      return;
    }
    if (this.#durable.isTask(argument, module)) {
      // In an async function the whole function is what is wrong.
      if (frame.fn.async !== true) {
        const text = `\`${short(argument, module)}\` is a task: it is yielded, not awaited`;
        this.#found.add(frame, node, 'awaitNonDurable', text, [fixes.awaitToYield(node)]);
      }
      this.#visit(argument, frame);
      return;
    }
    if (this.#reportSleep(node, argument, frame)) return;
    const before = this.#found.all.length;
    this.#visit(argument, frame);
    if (this.#found.hasInside(argument, frame, before)) return;
    const df = this.#durable.dfText(frame.fn, module);
    this.#found.add(frame, node, 'awaitNonDurable', null, fixes.forAwait(node, module, df, frame.fn, this.#durable));
  }

  /** `await sleep(1000)` and its like. */
  #reportSleep(node: t.AwaitExpression | t.YieldExpression, argument: t.Node, frame: Frame): boolean {
    const duration = sleepDuration(argument, frame.module, this.follower);
    if (duration === null) return false;
    const df = this.#durable.dfText(frame.fn, frame.module);
    this.#found.add(frame, node, 'timer', null, fixes.durableTimer(node, duration, df, frame.fn, frame.module));
    return true;
  }

  #checkTaskUse(node: t.Node, frame: Frame): void {
    const wrong = discardedTask(node, frame.module, this.#durable, frame);
    if (wrong === null) return;
    this.#found.add(
      frame,
      node,
      'missingYield',
      wrong.text,
      wrong.canYield && frame.fn.generator === true ? fixes.addYield(node, frame.module) : [],
    );
  }

  #followCall(node: CallNode, to: FunctionPlace, frame: Frame, yieldsTasks = false): void {
    const { module } = frame;
    const hasLearned = this.#durable.enterHelper(to.node, to.module, node, module);
    if (hasLearned) this.#visited.delete(to.node);
    let isOfTasks = yieldsTasks;
    if (to.node.generator === true && !yieldsTasks) {
      const parent = module.parents.get(node);
      const takesContext = node.arguments.some((each) => this.#durable.roleOf(each, module) !== undefined);
      if (
        parent?.type === 'ExpressionStatement' ||
        (parent?.type === 'ReturnStatement' && takesContext && frame.fn.generator === true)
      ) {
        const fix = frame.fn.generator === true ? fixes.addDelegation(node) : [];
        this.#found.add(frame, node, 'missingYield', `\`${short(node, module)}\` is a generator that nothing runs`, fix);
        isOfTasks = takesContext;
      } else if (frame.isOrchestrator && takesContext && frame.fn.generator !== true) isOfTasks = true;
    }
    this.#enterFrom(node, to, frame, {
      yieldsTasks: isOfTasks,
      isCalledAsync: to.node.async === true,
      isOrchestrator: frame.isOrchestrator && isOfTasks && frame.fn.generator !== true,
    });
  }

  #followInstance(node: t.NewExpression, frame: Frame): void {
    const value = this.follower.follow(node, frame.module);
    if (value?.type !== 'instance') return;
    const made = value.node.body.body.find((each) => each.type === 'ClassMethod' && each.kind === 'constructor');
    if (made?.type !== 'ClassMethod') return;
    this.#durable.enterHelper(made, value.module, node, frame.module);
    this.#enterFrom(node, { node: made, module: value.module }, frame, {});
  }

  /** Named functions handed to `map` and its like run as part of the orchestrator. */
  #followCallbacks(node: CallNode, frame: Frame): void {
    if (!isMember(node.callee) || !callbackMethods.has(memberName(node.callee) ?? '')) return;
    for (const each of node.arguments) {
      const inner = unwrap(each);
      if (inner.type !== 'Identifier' && !isMember(inner)) continue;
      const value = this.follower.follow(inner, frame.module);
      if (value?.type !== 'node' || !isFunction(value.node)) continue;
      const to = { node: value.node, module: value.module };
      this.#enterFrom(each, to, frame, { isCalledAsync: value.node.async === true });
    }
  }

  /** Into a function of the app that `site` calls, or hands on to be called. */
  #enterFrom(site: t.Node, to: FunctionPlace, frame: Frame, as: Partial<Frame>): void {
    const call: CallSite = { node: site, module: frame.module, caller: this.#found.nameOf(frame) };
    const entered = { fn: to.node, module: to.module, calls: [call, ...frame.calls], yieldsTasks: false, isOrchestrator: false };
    this.#enter({ ...frame, ...entered, ...as });
  }

  #calledFunction(node: CallNode, module: SourceModule): FunctionPlace | null {
    const value = this.follower.follow(node.callee, module);
    return value?.type === 'node' && isFunction(value.node) ? { node: value.node, module: value.module } : null;
  }
}

/** True for a variable set inside of a function, and for what hangs on one. */
function isLocal(node: t.Node, module: SourceModule): boolean {
  const root = rootOf(node);
  const binding = root === null ? undefined : module.bindingOf(root);
  return binding !== undefined && binding.insideOf !== null;
}
