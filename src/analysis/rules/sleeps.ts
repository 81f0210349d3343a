/** The ways in which JavaScript waits for a while. */
import type * as t from '@babel/types';
import type { ValueFollower } from '../source/follow-value';
import type { SourceModule } from '../source/source-module';
import { childrenOf, isCall, isFunction, unwrap, type FunctionNode } from '../source/syntax';

/**
 * The expression for the milliseconds that a promise waits: of `new Promise((resolve) => setTimeout(resolve, ms))`, of packages that do
 * the same, and of functions of the app that do nothing else. Null for any other expression.
 */
export function sleepDuration(node: t.Node, module: SourceModule, follower: ValueFollower): t.Node | null {
  const inner = unwrap(node);
  if (inner.type === 'NewExpression') {
    const timer = timerOfPromise(inner, module);
    return timer?.arguments[1] ?? null;
  }
  if (!isCall(inner)) return null;
  const value = follower.follow(inner.callee, module);
  if (value?.type === 'external') {
    const path = value.path.filter((each) => each !== '()').join('.');
    const isSleep =
      (value.source === 'timers' && path === 'promises.setTimeout') ||
      // As promisify gives it; the plain one has a function first.
      (value.source === '' &&
        path === 'setTimeout' &&
        inner.arguments.length === 1 &&
        !isFunction(inner.arguments[0] ?? inner)) ||
      ['delay', 'sleep-promise'].includes(value.source);
    return isSleep ? (inner.arguments[0] ?? null) : null;
  }
  if (value?.type !== 'node' || !isFunction(value.node)) return null;
  const index = sleepParameter(value.node, value.module);
  return index === null ? null : (inner.arguments[index] ?? null);
}

/** Which parameter of a function is the time that it sleeps; null when it does something else. */
function sleepParameter(fn: FunctionNode, module: SourceModule): number | null {
  const result = onlyResult(fn);
  if (result === null) return null;
  const promise = unwrap(result);
  const timer = promise.type === 'NewExpression' ? timerOfPromise(promise, module) : null;
  const duration = timer?.arguments[1];
  if (duration?.type !== 'Identifier') return null;
  const index = fn.params.findIndex((each) => {
    const parameter = each.type === 'AssignmentPattern' ? each.left : each;
    return parameter.type === 'Identifier' && module.bindingOf(parameter) === module.bindingOf(duration);
  });
  return index < 0 ? null : index;
}

function onlyResult(fn: FunctionNode): t.Node | null {
  if (fn.body.type !== 'BlockStatement') return fn.body;
  const [only, ...more] = fn.body.body;
  if (only === undefined || more.length > 0) return null;
  if (only.type === 'ReturnStatement') return only.argument ?? null;
  return only.type === 'ExpressionStatement' && only.expression.type === 'AwaitExpression' ? only.expression.argument : null;
}

/** The call of setTimeout that is all that a new promise does. */
function timerOfPromise(node: t.NewExpression, module: SourceModule): (t.Node & { arguments: t.Node[] }) | null {
  const { callee } = node;
  const [executor] = node.arguments;
  if (callee.type !== 'Identifier' || callee.name !== 'Promise' || executor === undefined || !isFunction(executor)) return null;
  let body: t.Node = executor.body;
  if (body.type === 'BlockStatement') {
    const [only, ...more] = childrenOf(body);
    if (only === undefined || more.length > 0) return null;
    body = only.type === 'ExpressionStatement' ? only.expression : only;
  }
  if (!isCall(body) || body.callee.type !== 'Identifier' || body.callee.name !== 'setTimeout') return null;
  return module.bindingOf(body.callee) === undefined ? body : null;
}
