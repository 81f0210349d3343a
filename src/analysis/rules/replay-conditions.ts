/** Conditions on whether the orchestrator is being replayed. */
import type * as t from '@babel/types';
import type { DurableCode } from '../functions/durable-code';
import type { SourceModule } from '../source/source-module';
import { isMember, memberName, unwrap } from '../source/syntax';

/** A condition in which `context.df.isReplaying` has a part. */
export function asksReplaying(test: t.Node, module: SourceModule, durable: DurableCode): boolean {
  const inner = unwrap(test);
  if (isMember(inner)) return memberName(inner) === 'isReplaying' && durable.roleOf(inner.object, module) === 'df';
  if (inner.type === 'UnaryExpression') return asksReplaying(inner.argument, module, durable);
  if (inner.type === 'LogicalExpression' || inner.type === 'BinaryExpression') {
    return asksReplaying(inner.left, module, durable) || asksReplaying(inner.right, module, durable);
  }
  return false;
}

/** `!context.df.isReplaying` or `context.df.isReplaying === false`. */
export function asksNotReplaying(test: t.Node, module: SourceModule, durable: DurableCode): boolean {
  const inner = unwrap(test);
  if (inner.type === 'LogicalExpression' && inner.operator === '&&') {
    return asksNotReplaying(inner.left, module, durable) || asksNotReplaying(inner.right, module, durable);
  }
  const asked =
    inner.type === 'UnaryExpression' && inner.operator === '!'
      ? inner.argument
      : inner.type === 'BinaryExpression' && inner.right.type === 'BooleanLiteral' && !inner.right.value
        ? inner.left
        : null;
  if (asked === null || !isMember(asked)) return false;
  return memberName(asked) === 'isReplaying' && durable.roleOf(asked.object, module) === 'df';
}
