/** What the editor offers to write in place of what a replay cannot repeat. Nothing is offered where the context is out of reach. */
import type * as t from '@babel/types';
import type { DeterminismCause } from '../../core/history/divergence';
import type { DurableCode } from '../functions/durable-code';
import type { Fix, TextEdit } from '../findings/finding';
import type { Value } from '../source/follow-value';
import { indentOf, textAt, type SourceModule } from '../source/source-module';
import { childrenOf, isCall, isFunction, isMember, memberName, unwrap, type FunctionNode } from '../source/syntax';

/** Replacements of a single expression by what `df` (the text for `context.df`) has for the same purpose. */
export function replacements(
  node: t.Node,
  used: Value & { type: 'external' },
  cause: DeterminismCause,
  df: string | null,
  module: SourceModule,
): Fix[] {
  if (df === null) return [];
  const replace = (text: string): Fix[] => [{ title: `Replace with ${text}`, edits: [over(node, text)] }];
  const isUse = isCall(node) || node.type === 'NewExpression';
  if (cause === 'uuid' && isUse) return replace(`${df}.newGuid(${df}.instanceId)`);
  if (cause !== 'currentTime' || !isUse) return [];
  const now = `${df}.currentUtcDateTime`;
  const path = used.path.join('.');
  if (used.source === '' && path === 'Date') {
    if (node.type !== 'NewExpression') return replace(`${now}.toString()`);
    return replace(isChangedLater(node, module) ? `new Date(${now})` : now);
  }
  const isMilliseconds =
    (used.source === '' && (path === 'Date.now' || path === 'performance.now')) ||
    (used.source === 'perf_hooks' && path === 'performance.now') ||
    ((used.source === 'lodash' || used.source === 'moment' || used.source === 'lodash-es') && path === 'now');
  if (isMilliseconds) return replace(`${now}.getTime()`);
  const callee = unwrap(node.callee);
  const calleeText = textAt(callee, module);
  if (['moment', 'dayjs', 'moment-timezone'].includes(used.source)) return replace(`${calleeText}(${now})`);
  if (used.source === 'luxon' && isMember(callee)) {
    const zone = memberName(callee) === 'utc' ? ", { zone: 'utc' }" : '';
    const owner = textAt(callee.object, module);
    return replace(`${owner}.fromJSDate(${now}${zone})`);
  }
  return [];
}

/** The date is one object for all who ask the context for it, so that whoever sets its parts needs one of their own. */
function isChangedLater(node: t.Node, module: SourceModule): boolean {
  const isSetter = (holder: t.Node | undefined): boolean =>
    holder !== undefined && isMember(holder) && /^set[A-Z]/.test(memberName(holder) ?? '');
  const parent = module.parents.get(node);
  if (isSetter(parent)) return true;
  if (parent?.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier') return false;
  return module.bindingOf(parent.id)?.references.some((each) => isSetter(module.parents.get(each.node))) === true;
}

export function awaitToYield(node: t.AwaitExpression): Fix {
  return { title: 'Replace await with yield', edits: [awaitEdit(node)] };
}

function awaitEdit(node: t.AwaitExpression): TextEdit {
  const start = node.start ?? 0;
  return { start, end: start + 'await'.length, text: 'yield' };
}

/** `yield` to `yield*`. */
export function delegate(node: t.YieldExpression): Fix {
  const end = (node.start ?? 0) + 'yield'.length;
  return { title: 'Run the generator with yield*', edits: [{ start: end, end, text: '*' }] };
}

export function addDelegation(node: t.Node): Fix[] {
  return [{ title: 'Run the generator with yield*', edits: [before(node, 'yield* ')] }];
}

export function addYield(node: t.Node, module: SourceModule): Fix[] {
  const parent = module.parents.get(node);
  const isLoose =
    parent === undefined ||
    ['ExpressionStatement', 'VariableDeclarator', 'ReturnStatement', 'TemplateLiteral', 'IfStatement'].includes(parent.type);
  const edits = isLoose ? [before(node, 'yield ')] : [before(node, '(yield '), after(node, ')')];
  return [{ title: 'Add yield', edits }];
}

/** For `yield x` where x is no task. */
export function forYield(node: t.YieldExpression, module: SourceModule, df: string | null, durable: DurableCode): Fix[] {
  const argument = node.argument == null ? null : unwrap(node.argument);
  if (argument === null) return [];
  if (df !== null && argument.type === 'ArrayExpression') {
    return [{ title: `Wrap in ${df}.Task.all`, edits: [before(argument, `${df}.Task.all(`), after(argument, ')')] }];
  }
  const combined = df === null ? null : combinedTasks(argument, df);
  if (combined !== null) return [combined];
  const isPlain = durable.methodOf(argument, module) !== null || argument.type.endsWith('Literal');
  const start = node.start ?? 0;
  return isPlain ? [{ title: 'Remove yield', edits: [{ start, end: argument.start ?? start, text: '' }] }] : [];
}

/** For `await x` where x is no task. */
export function forAwait(
  node: t.AwaitExpression,
  module: SourceModule,
  df: string | null,
  fn: FunctionNode,
  durable: DurableCode,
): Fix[] {
  const argument = unwrap(node.argument);
  const combined = df === null || !holdsTasks(argument, module, durable) ? null : combinedTasks(argument, df);
  if (combined === null) return [];
  // In an async function `yield` would be no more right; making it a generator puts both right at once.
  return fn.async === true ? [] : [{ title: `${combined.title} and yield`, edits: [awaitEdit(node), ...combined.edits] }];
}

/** `Promise.all` to `context.df.Task.all`; `any` and `race` to `Task.any`. */
function combinedTasks(node: t.Node, df: string): Fix | null {
  if (
    !isCall(node) ||
    !isMember(node.callee) ||
    node.callee.object.type !== 'Identifier' ||
    node.callee.object.name !== 'Promise'
  )
    return null;
  const method = new Map([
    ['all', 'all'],
    ['allSettled', 'all'],
    ['any', 'any'],
    ['race', 'any'],
  ]).get(memberName(node.callee) ?? '');
  if (method === undefined) return null;
  const text = `${df}.Task.${method}`;
  return { title: `Replace with ${text}`, edits: [over(node.callee, text)] };
}

/** True when tasks are made inside of an expression, or a variable in it is filled with them. */
function holdsTasks(node: t.Node, module: SourceModule, durable: DurableCode, steps = 3): boolean {
  if (isCall(node) && durable.isTaskCall(node, module)) return true;
  if (node.type === 'Identifier' && steps > 0) {
    const binding = module.bindingOf(node);
    if (binding === undefined) return false;
    const { declaration } = binding;
    if (
      declaration.type === 'VariableDeclarator' &&
      declaration.init != null &&
      holdsTasks(declaration.init, module, durable, steps - 1)
    )
      return true;
    return binding.references.some(({ node: each }) => {
      const member = module.parents.get(each);
      const call = member === undefined ? undefined : module.parents.get(member);
      const isPushed =
        member !== undefined && isMember(member) && memberName(member) === 'push' && call !== undefined && isCall(call);
      return isPushed && call.arguments.some((argument) => holdsTasks(argument, module, durable, steps - 1));
    });
  }
  return childrenOf(node).some((child) => holdsTasks(child, module, durable, steps));
}

/** In place of a sleep of `duration` milliseconds. */
export function durableTimer(
  node: t.AwaitExpression | t.YieldExpression,
  duration: t.Node,
  df: string | null,
  fn: FunctionNode,
  module: SourceModule,
): Fix[] {
  if (df === null || fn.generator !== true) return [];
  const inner = textAt(duration, module);
  const milliseconds = /^[\w.]+$/.test(inner) || isCall(duration) || duration.type === 'BinaryExpression' ? inner : `(${inner})`;
  const text = `yield ${df}.createTimer(new Date(${df}.currentUtcDateTime.getTime() + ${milliseconds}))`;
  return [{ title: `Wait with ${df}.createTimer`, edits: [over(node, text)] }];
}

/** A timer that is due at once, waited for before the statement that makes the call. None where the call is but a part of it. */
export function waitBefore(node: t.Node, df: string | null, fn: FunctionNode, module: SourceModule): Fix[] {
  const outer = module.parents.get(node);
  const statement = outer?.type === 'YieldExpression' || outer?.type === 'AwaitExpression' ? module.parents.get(outer) : outer;
  if (df === null || fn.generator !== true || !/^(Expression|Return)Statement$/.test(statement?.type ?? '')) return [];
  const holder = statement === undefined ? undefined : module.parents.get(statement);
  if (statement === undefined || holder === undefined) return [];
  const wait = `yield ${df}.createTimer(${df}.currentUtcDateTime);`;
  const isOneOfSeveral = /^(BlockStatement|Program|SwitchCase)$/.test(holder.type);
  const edits = isOneOfSeveral
    ? [before(statement, `${wait}\n${indentOf(statement, module)}`)]
    : [before(statement, `{ ${wait} `), after(statement, ' }')];
  return [{ title: 'Wait for a timer that is due at once in between', edits }];
}

/** A stretch that stands for a function's `async`, to put a finding on. */
export function asyncKeyword(fn: FunctionNode, module: SourceModule): t.Node {
  const start = fn.start ?? 0;
  const at = module.text.indexOf('async', start);
  const column = (fn.loc?.start.column ?? 0) + Math.max(0, at - start);
  const line = fn.loc?.start.line ?? 1;
  const loc = { start: { line, column, index: at }, end: { line, column: column + 'async'.length, index: at + 5 } };
  return { ...fn, start: at, end: at + 'async'.length, loc } as unknown as t.Node;
}

/** `async function` to `function*`, its awaits of tasks to yields. None where awaits of something else would be left over. */
export function makeGenerator(fn: FunctionNode, module: SourceModule, durable: DurableCode): Fix[] {
  const edits: TextEdit[] = [];
  const leftOver: t.Node[] = [];
  const visit = (node: t.Node): void => {
    if (isFunction(node)) return;
    if (node.type === 'AwaitExpression') {
      const df = durable.dfText(fn, module);
      const argument = unwrap(node.argument);
      const combined = df === null || !holdsTasks(argument, module, durable) ? null : combinedTasks(argument, df);
      if (durable.isTask(argument, module)) edits.push(awaitEdit(node));
      else if (combined !== null) edits.push(awaitEdit(node), ...combined.edits);
      else leftOver.push(node);
    }
    if (node.type === 'ForOfStatement' && node.await) leftOver.push(node);
    for (const child of childrenOf(node)) visit(child);
  };
  visit(fn.body);
  const head = leftOver.length === 0 ? headEdits(fn, module.text) : null;
  return head === null ? [] : [{ title: 'Make it a generator function', edits: [...head, ...edits] }];
}

function headEdits(fn: FunctionNode, text: string): TextEdit[] | null {
  const start = fn.start ?? 0;
  const first = fn.params[0] ?? fn.body;
  const head = text.slice(start, first.start ?? start);
  const found = /^((?:static\s+|public\s+|private\s+|protected\s+)*)async(\s+function)?(\s*\*)?\s*/.exec(head);
  if (found === null) return null;
  const at = start + (found[1] ?? '').length;
  const end = start + found[0].length;
  if (found[2] !== undefined) {
    const gap = /^[\w$]/.test(text.slice(end, end + 1)) ? ' ' : /\s$/.test(found[0]) ? ' ' : '';
    return [{ start: at, end, text: `function*${gap}` }];
  }
  if (fn.type !== 'ArrowFunctionExpression') return [{ start: at, end, text: '*' }];
  if (fn.body.type !== 'BlockStatement' || !/\(\s*$/.test(head)) return null;
  const last = fn.params.at(-1);
  const arrow = text.indexOf('=>', last?.end ?? end);
  if (arrow < 0 || arrow > (fn.body.start ?? 0)) return null;
  const arrowEnd = arrow + 2 + (/^\s*/.exec(text.slice(arrow + 2))?.[0].length ?? 0);
  return [
    { start: at, end, text: 'function* ' },
    { start: arrow, end: arrowEnd, text: '' },
  ];
}

function over(node: t.Node, text: string): TextEdit {
  return { start: node.start ?? 0, end: node.end ?? 0, text };
}

function before(node: t.Node, text: string): TextEdit {
  return { start: node.start ?? 0, end: node.start ?? 0, text };
}

function after(node: t.Node, text: string): TextEdit {
  return { start: node.end ?? 0, end: node.end ?? 0, text };
}
