/** `context.df.currentUtcDateTime.setMinutes(...)`: the SDK hands out the date that it keeps the time in. */
import type * as t from '@babel/types';
import type { DurableCode } from '../functions/durable-code';
import type { Fix } from '../findings/finding';
import { textAt, type SourceModule } from '../source/source-module';
import { childrenOf, isFunction, isMember, memberName, unwrap, type CallNode } from '../source/syntax';

const setters = /^set(UTC)?(Date|FullYear|Hours|Milliseconds|Minutes|Month|Seconds|Time|Year)$/;

/** Null for any call but one that sets a part of the clock. */
export function setterOfClock(node: CallNode, module: SourceModule, durable: DurableCode): { fixes: Fix[] } | null {
  const callee = unwrap(node.callee);
  if (!isMember(callee) || !setters.test(memberName(callee) ?? '') || !durable.isClock(callee.object, module)) return null;
  const date = unwrap(callee.object);
  if (date.type !== 'Identifier') {
    // As a statement of its own the call has no other purpose than to change the clock.
    return { fixes: module.parents.get(node)?.type === 'ExpressionStatement' ? [] : [copied(date, module)] };
  }
  const declaration = module.bindingOf(date)?.declaration;
  if (declaration?.type !== 'VariableDeclarator') return { fixes: [] };
  // From the next episode on the clock is another date.
  if (isWaitedBetween(declaration, node, module)) return null;
  const isWhole = declaration.id.type === 'Identifier' && declaration.init != null;
  return { fixes: isWhole && declaration.init != null ? [copied(declaration.init, module)] : [] };
}

function copied(node: t.Node, module: SourceModule): Fix {
  const { start, end } = node;
  return {
    title: 'Copy the date with new Date(…)',
    edits: [{ start: start ?? 0, end: end ?? 0, text: `new Date(${textAt(node, module)})` }],
  };
}

function isWaitedBetween(from: t.Node, to: t.Node, module: SourceModule): boolean {
  let fn: t.Node | undefined = from;
  while (fn !== undefined && !isFunction(fn)) fn = module.parents.get(fn);
  const isBetween = (node: t.Node): boolean => {
    if (node !== fn && isFunction(node)) return false;
    if (node.type === 'YieldExpression' && (node.start ?? 0) >= (from.end ?? 0) && (node.end ?? 0) <= (to.start ?? 0))
      return true;
    return childrenOf(node).some(isBetween);
  };
  return fn !== undefined && isBetween(fn);
}
