/** Tasks that nobody yields, and yields of what is no task. */
import type * as t from '@babel/types';
import { taskMembers, type DurableCode } from '../functions/durable-code';
import type { ValueFollower } from '../source/follow-value';
import { lineOf, type SourceModule } from '../source/source-module';
import { isCall, isFunction, isMember, memberName, unwrap, type FunctionNode } from '../source/syntax';

/** A call that makes a task, or a constant that holds one, used as if it were its result, or not at all. */
export function discardedTask(
  node: t.Node,
  module: SourceModule,
  durable: DurableCode,
  frame: { fn: FunctionNode; isOrchestrator: boolean },
): { text: string; canYield: boolean } | null {
  const isCallNode = isCall(node);
  if (!isCallNode && node.type !== 'Identifier') return null;
  let top: t.Node = node;
  let parent = module.parents.get(top);
  while (parent !== undefined && unwrap(parent) === node) {
    top = parent;
    parent = module.parents.get(top);
  }
  if (parent === undefined) return null;
  const use = wrongUse(top, parent, module, frame);
  if (use === null || (!isCallNode && !use.isOfValue)) return null;
  if (!durable.isTask(node, module)) return null;
  const name = isCallNode && isMember(node.callee) ? (memberName(node.callee) ?? 'call') : lineOf(node, module).slice(0, 40);
  return { text: `The task of \`${name}\` ${use.text}`, canYield: use.canYield };
}

interface WrongUse {
  text: string;
  isOfValue: boolean;
  canYield: boolean;
}

function wrongUse(
  top: t.Node,
  parent: t.Node,
  module: SourceModule,
  frame: { fn: FunctionNode; isOrchestrator: boolean },
): WrongUse | null {
  const asValue = { text: 'is used as if it were its result', isOfValue: true, canYield: true };
  const dropped = { text: 'is not yielded', isOfValue: false, canYield: true };
  switch (parent.type) {
    case 'ExpressionStatement':
      return dropped;
    case 'LogicalExpression':
      return parent.right === top && module.parents.get(parent)?.type === 'ExpressionStatement' ? dropped : null;
    case 'ArrowFunctionExpression': {
      // `list.forEach((each) => context.df.callActivity(...))`
      const call = module.parents.get(parent);
      const isForEach =
        call !== undefined &&
        isCall(call) &&
        isMember(call.callee) &&
        memberName(call.callee) === 'forEach' &&
        parent.body === top;
      return isForEach ? { ...dropped, canYield: false } : null;
    }
    case 'VariableDeclarator': {
      if (parent.init !== top || parent.id.type !== 'Identifier') return null;
      const binding = module.bindingOf(parent.id);
      return binding !== undefined && binding.references.length === 0 && binding.insideOf !== null ? dropped : null;
    }
    case 'ReturnStatement':
      return frame.isOrchestrator && frame.fn.generator === true
        ? { text: 'is returned in place of its result', isOfValue: true, canYield: true }
        : null;
    case 'TemplateLiteral':
      return asValue;
    case 'BinaryExpression':
      return /^([!=]==?|in|instanceof)$/.test(parent.operator) ? null : asValue;
    case 'UnaryExpression':
      return parent.operator === 'void' || parent.operator === 'typeof' ? null : asValue;
    case 'IfStatement':
    case 'WhileStatement':
    case 'ConditionalExpression':
      return parent.test === top && isCall(top) ? asValue : null;
    case 'MemberExpression':
    case 'OptionalMemberExpression': {
      const name = memberName(parent);
      // The older SDKs have more to ask for.
      return parent.object === top &&
        name !== null &&
        !taskMembers.has(name) &&
        !/^(then|action|timestamp|exception|isCompleted|id|index)$/.test(name)
        ? asValue
        : null;
    }
    default:
      return null;
  }
}

/** Says what a yielded expression is, if that surely is no task. */
export function notATask(
  node: t.Node,
  module: SourceModule,
  durable: DurableCode,
  follower: ValueFollower,
  isNewerModel: boolean,
): string | null {
  const inner = unwrap(node);
  const text = `\`${lineOf(inner, module).slice(0, 60)}\``;
  const method = durable.methodOf(inner, module);
  // In the first SDK of the older model it is yielded.
  if (method === 'continueAsNew' && !isNewerModel) return null;
  if (method !== null) return plainMethods.has(method) ? `${text} gives no task` : null;
  if (durable.isTask(inner, module)) return null;
  const value = follower.follow(inner, module);
  if (value === undefined || value.type === 'module') return null;
  if (value.type === 'instance') return `${text} is an object`;
  if (value.type === 'external') return value.source === '' && value.path[0] === 'Promise' ? `${text} is a promise` : null;
  const { node: found } = value;
  switch (found.type) {
    case 'StringLiteral':
    case 'NumericLiteral':
    case 'BooleanLiteral':
    case 'NullLiteral':
    case 'TemplateLiteral':
    case 'BinaryExpression':
    case 'UnaryExpression':
      return `${text} is a value`;
    case 'ArrayExpression':
      return `${text} is an array`;
    case 'ObjectExpression':
      return `${text} is an object`;
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
      return `${text} is a function`;
    case 'CallExpression':
    case 'OptionalCallExpression': {
      const called = follower.follow(found.callee, value.module);
      const isAsync = called?.type === 'node' && isFunction(called.node) && called.node.async === true;
      return isAsync ? `${text} is a promise` : null;
    }
    default:
      return null;
  }
}

const plainMethods = new Set(['signalEntity', 'continueAsNew', 'setCustomStatus', 'newGuid', 'getInput', 'isLocked']);
