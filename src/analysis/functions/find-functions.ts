import type * as t from '@babel/types';
import { isAppLike, isTypedOrchestrator, takesContext } from './durable-code';
import type { FunctionPlace, ValueFollower } from '../source/follow-value';
import type { SourceModule } from '../source/source-module';
import { childrenOf, isCall, isFunction, isMember, memberName, unwrap, type CallNode } from '../source/syntax';

export interface FoundFunction {
  kind: 'orchestration' | 'entity' | 'other';
  /** Null when it is computed, or when the function is registered elsewhere, if at all. */
  name: string | null;
  /** False for the older programming model, whose first SDK has rules of its own. */
  isNewerModel: boolean;
  /** Where it is registered; of an orchestrator that its type alone tells, where it is defined. */
  node: t.Node;
  /** The app's functions that may run, each in the module that defines it. Registered code of another app has none. */
  handlers: readonly FunctionPlace[];
}

/**
 * The functions registered in a module: `app.orchestration('name', ...)` and its like of the newer model, `df.orchestrator(...)` and
 * `df.entity(...)` of the older one (named by their folder), and what its type tells to be an orchestrator.
 */
export function findFunctions(module: SourceModule, follower: ValueFollower, folderFunctionName: string | null): FoundFunction[] {
  const found: FoundFunction[] = [];
  const visit = (node: t.Node): void => {
    const registered = isCall(node)
      ? (newerModel(node, module, follower) ?? olderModel(node, module, follower, folderFunctionName))
      : null;
    if (registered !== null) found.push(registered);
    else if (isTyped(node, module)) {
      const fn = node.type === 'VariableDeclarator' ? node.init : node;
      const inner = fn == null ? null : unwrap(fn);
      if (inner !== null && isFunction(inner))
        found.push({ kind: 'orchestration', name: null, isNewerModel: false, node, handlers: [{ node: inner, module }] });
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(module.program);
  return found;
}

function newerModel(call: CallNode, module: SourceModule, follower: ValueFollower): FoundFunction | null {
  const callee = unwrap(call.callee);
  if (!isMember(callee)) return null;
  const method = memberName(callee);
  const isOfApp = isAppLike(callee.object) || (isMember(callee.object) && isAppLike(callee.object.object));
  if (method === null || !isOfApp) return null;
  const [first, ...rest] = call.arguments;
  if (first === undefined || rest.length === 0) return null;
  const name = follower.stringOf(first, module);
  const kind = method === 'orchestration' || method === 'entity' ? method : 'other';
  if (kind === 'other' && name === null) return null;
  const handlers = kind === 'other' ? [] : rest.flatMap((each) => follower.functionsOf(each, module));
  return { kind, name, isNewerModel: true, node: call, handlers };
}

function olderModel(
  call: CallNode,
  module: SourceModule,
  follower: ValueFollower,
  folderFunctionName: string | null,
): FoundFunction | null {
  const callee = unwrap(call.callee);
  if (!isMember(callee)) return null;
  const method = memberName(callee);
  if (method !== 'orchestrator' && method !== 'entity') return null;
  const owner = unwrap(callee.object);
  const value = follower.follow(owner, module);
  const isDurable = value?.type === 'external' && value.source === 'durable-functions' && value.path.length === 0;
  const looksDurable = owner.type === 'Identifier' && /^(df|durable\w*)$/i.test(owner.name);
  if (!isDurable && !looksDurable) return null;
  const handlers = call.arguments.flatMap((each) => follower.functionsOf(each, module));
  return {
    kind: method === 'entity' ? 'entity' : 'orchestration',
    name: folderFunctionName,
    isNewerModel: false,
    node: call,
    handlers,
  };
}

function isTyped(node: t.Node, module: SourceModule): boolean {
  if (node.type === 'VariableDeclarator') return isTypedOrchestrator(node.id);
  if (!isFunction(node) || node.generator !== true || !takesContext(node)) return false;
  // Where it stands in a registration or a typed variable, that has been found already.
  const parent = module.parents.get(node);
  return parent === undefined || (!isCall(parent) && !(parent.type === 'VariableDeclarator' && isTypedOrchestrator(parent.id)));
}
