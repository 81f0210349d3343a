/**
 * The functions of a JavaScript or TypeScript file with what they call: in their own code, and in the helpers of the app that it calls. Names
 * are literals, constants, and functions that `df.app.activity(...)` and its like have returned; any other is computed.
 */
import type * as t from '@babel/types';
import type { CallingFunction, CodePlace, FunctionCall, FunctionCallKind } from '../../core/values/function-calls';
import { findFunctions, type FoundFunction } from '../functions/find-functions';
import { spanOf } from '../findings/finding';
import { type FunctionPlace, ValueFollower } from '../source/follow-value';
import { ModuleGraph, type SourceFiles } from '../source/module-graph';
import type { SourceModule } from '../source/source-module';
import { childrenOf, isCall, isMember, memberName, textOf, unwrap, type CallNode } from '../source/syntax';

/** By method: what it asks for, and which argument names it. */
const methods: ReadonlyMap<string, { kind: FunctionCallKind; argument: number; isEntity?: true }> = new Map([
  ['callActivity', { kind: 'call', argument: 0 }],
  ['callActivityWithRetry', { kind: 'call', argument: 0 }],
  ['callSubOrchestrator', { kind: 'child', argument: 0 }],
  ['callSubOrchestratorWithRetry', { kind: 'child', argument: 0 }],
  ['callEntity', { kind: 'entity', argument: 0, isEntity: true }],
  ['signalEntity', { kind: 'signal', argument: 0, isEntity: true }],
  ['waitForExternalEvent', { kind: 'awaits', argument: 0 }],
  ['startNew', { kind: 'start', argument: 0 }],
  ['raiseEvent', { kind: 'raises', argument: 1 }],
]);

/** How far helpers are followed. */
const maxDepth = 12;

/** Keeps what it has parsed; one for each app. */
export class JavaScriptCalls {
  readonly #graph: ModuleGraph;
  readonly #follower: ValueFollower;

  constructor(files: SourceFiles) {
    this.#graph = new ModuleGraph(files);
    this.#follower = new ValueFollower(this.#graph);
  }

  /** `folderFunctionName` as `findFunctions` has it. Empty when the text is no program (yet). */
  async of(file: string, folderFunctionName: string | null = null): Promise<CallingFunction[]> {
    await this.#graph.load(file);
    const module = this.#graph.module(file);
    if (module == null) return [];
    const found = findFunctions(module, this.#follower, folderFunctionName).flatMap((each) => this.#calling(each, module));
    return found.length === 0 && folderFunctionName !== null ? this.#exported(module, folderFunctionName) : found;
  }

  #calling(found: FoundFunction, module: SourceModule): CallingFunction[] {
    const { name, node } = found;
    if (name === null) return [];
    const handlers =
      found.kind === 'other' && isCall(node)
        ? node.arguments.slice(1).flatMap((each) => this.#follower.functionsOf(each, module))
        : found.handlers;
    return [{ kind: kindOf(found), name, place: placeOf(node, module), calls: this.#callsOf(handlers) }];
  }

  /** A function of the older model that no durable trigger starts is what its module exports. */
  #exported(module: SourceModule, name: string): CallingFunction[] {
    const exported = module.exports.get('=') ?? module.exports.get('default') ?? module.exports.get('run');
    if (exported === undefined || !('node' in exported)) return [];
    const handlers = this.#follower.functionsOf(exported.node, module);
    if (handlers.length === 0) return [];
    return [{ kind: 'client', name, place: placeOf(exported.node, module), calls: this.#callsOf(handlers) }];
  }

  #callsOf(handlers: readonly FunctionPlace[]): FunctionCall[] {
    const calls: FunctionCall[] = [];
    const seen = new Set<t.Node>();
    const enter = ({ node, module }: FunctionPlace, depth: number): void => {
      if (seen.has(node) || depth > maxDepth) return;
      seen.add(node);
      const visit = (inner: t.Node): void => {
        if (isCall(inner)) {
          const call = this.#callOf(inner, module);
          if (call !== null) calls.push(call);
          else {
            const value = this.#follower.follow(unwrap(inner.callee), module);
            if (value?.type === 'node') for (const each of this.#ownFunctions(inner, module)) enter(each, depth + 1);
          }
        }
        for (const child of childrenOf(inner)) visit(child);
      };
      visit(node);
    };
    try {
      for (const handler of handlers) enter(handler, 0);
    } catch (error) {
      // Code nested deeper than the stack reaches.
      if (!(error instanceof RangeError)) throw error;
    }
    return calls;
  }

  #ownFunctions(call: CallNode, module: SourceModule): FunctionPlace[] {
    const callee = unwrap(call.callee);
    // What makes functions out of functions registers them: that is no call of theirs.
    return isCall(callee) ? [] : this.#follower.functionsOf(callee, module);
  }

  #callOf(call: CallNode, module: SourceModule): FunctionCall | null {
    const place = placeOf(call, module);
    const callee = unwrap(call.callee);
    const method = isMember(callee) ? methods.get(memberName(callee) ?? '') : undefined;
    if (method !== undefined) {
      const named = call.arguments[method.argument];
      if (named === undefined) return null;
      const name = method.isEntity === true ? this.#entityName(named, module) : this.#follower.stringOf(named, module);
      return { kind: method.kind, name, place };
    }
    const registered = this.#registration(callee, module);
    return registered === null ? null : { ...registered, place };
  }

  /** `hello(input)`, where `hello` is what `df.app.activity('Hello', ...)` has returned. */
  #registration(callee: t.Node, module: SourceModule): Pick<FunctionCall, 'kind' | 'name'> | null {
    const value = this.#follower.follow(callee, module);
    const [call, from] =
      value?.type === 'external' && value.source === 'durable-functions' && value.path.at(-1) === '()' && value.path[0] === 'app'
        ? [value.call?.node, value.call?.module]
        : value?.type === 'node'
          ? [value.node, value.module]
          : [undefined, undefined];
    if (call === undefined || from === undefined || !isCall(call)) return null;
    const registering = unwrap(call.callee);
    const [first] = call.arguments;
    if (!isMember(registering) || first === undefined) return null;
    const method = memberName(registering);
    if (method !== 'activity' && method !== 'orchestration') return null;
    return { kind: method === 'activity' ? 'call' : 'child', name: this.#follower.stringOf(first, from) };
  }

  /** Of `new df.EntityId('Counter', key)`. */
  #entityName(id: t.Node, module: SourceModule): string | null {
    const value = this.#follower.follow(id, module);
    const [made, from] =
      value?.type === 'external' && value.path.at(-2) === 'EntityId'
        ? [value.call?.node, value.call?.module]
        : value?.type === 'node'
          ? [value.node, value.module]
          : [undefined, undefined];
    if (made === undefined || from === undefined) return null;
    const text = textOf(made);
    if (text !== null) return /^@([^@]+)@/.exec(text)?.[1] ?? null;
    const [first] = made.type === 'NewExpression' ? made.arguments : [];
    return first === undefined ? null : this.#follower.stringOf(first, from);
  }
}

function kindOf({ kind, node }: FoundFunction): CallingFunction['kind'] {
  if (kind === 'orchestration') return 'orchestrator';
  if (kind === 'entity') return 'entity';
  const callee = isCall(node) ? unwrap(node.callee) : null;
  return callee !== null && isMember(callee) && memberName(callee) === 'activity' ? 'activity' : 'client';
}

function placeOf(node: t.Node, module: SourceModule): CodePlace {
  const { startLine1, startColumn1 } = spanOf(node);
  return { file: module.file, line1: startLine1, column1: startColumn1 };
}
