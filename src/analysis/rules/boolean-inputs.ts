/** `callActivity('F', true)`: the host hands a boolean that is a whole input on as the text `True` or `False`. */
import type * as t from '@babel/types';
import type { DurableCode } from '../functions/durable-code';
import type { Fix } from '../findings/finding';
import { textAt, type SourceModule } from '../source/source-module';
import { isCall, unwrap, type CallNode } from '../source/syntax';

const comparisons = /^([!=]==?|[<>]=?|in|instanceof)$/;

/** The input of an activity's call, where it surely is a boolean; null for any other call. */
export function booleanInput(node: CallNode, module: SourceModule, durable: DurableCode): { input: t.Node; fixes: Fix[] } | null {
  const index = durable.activityInputIndex(node, module);
  const input = index === null ? undefined : node.arguments[index];
  if (index === null || input === undefined || !isBoolean(input, module)) return null;
  // What is spread in front of it moves it to another place.
  if (node.arguments.slice(0, index).some((each) => each.type === 'SpreadElement')) return null;
  const { start, end } = input;
  const text = `{ value: ${textAt(input, module)} }`;
  return { input, fixes: [{ title: 'Wrap in an object, { value: … }', edits: [{ start: start ?? 0, end: end ?? 0, text }] }] };
}

function isBoolean(node: t.Node, module: SourceModule, steps = 6): boolean {
  if (steps <= 0) return false;
  const inner = unwrap(node);
  switch (inner.type) {
    case 'BooleanLiteral':
      return true;
    case 'UnaryExpression':
      return inner.operator === '!' || inner.operator === 'delete';
    case 'BinaryExpression':
      return comparisons.test(inner.operator);
    case 'LogicalExpression':
      return isBoolean(inner.left, module, steps - 1) && (inner.operator === '??' || isBoolean(inner.right, module, steps - 1));
    case 'ConditionalExpression':
      return isBoolean(inner.consequent, module, steps - 1) && isBoolean(inner.alternate, module, steps - 1);
    case 'Identifier': {
      const binding = module.bindingOf(inner);
      const declaration = binding?.declaration;
      if (binding === undefined || declaration?.type !== 'VariableDeclarator' || declaration.id.type !== 'Identifier')
        return false;
      if (declaration.init == null || binding.references.some((each) => each.isWrite)) return false;
      return isBoolean(declaration.init, module, steps - 1);
    }
    default: {
      const callee = isCall(inner) ? unwrap(inner.callee) : null;
      return callee?.type === 'Identifier' && callee.name === 'Boolean' && module.bindingOf(callee) === undefined;
    }
  }
}
