/** What to write instead, in the code of an orchestrator in C#: only what compiles. */
import type { Fix } from '../findings/finding';
import { simpleName } from './csharp-types';
import { childrenOf, type SyntaxNode } from './syntax-trees';

/** Where a finding stands. */
export interface FixedCode {
  /** What the context is called. */
  context: string;
  /** The method or lambda of the orchestrator. */
  code: SyntaxNode;
  /** Simple names of the types of variables and members. */
  values: ReadonlyMap<string, string>;
  /** Simple names of types by their aliases. */
  aliases: ReadonlyMap<string, string>;
}

/** For `Type.Member`. */
export function fixesOf(node: SyntaxNode, at: FixedCode): readonly Fix[] {
  const { context } = at;
  if (isOutOfReach(node, at.code)) return [];
  const owner = node.childForFieldName('expression')?.text ?? '';
  switch (`${at.aliases.get(owner) ?? simpleName(owner)}.${node.childForFieldName('name')?.text ?? ''}`) {
    case 'DateTime.UtcNow':
    case 'DateTime.Now':
      return [use(`${context}.CurrentUtcDateTime`, node)];
    case 'DateTime.Today':
      return [use(`${context}.CurrentUtcDateTime.Date`, node)];
    case 'DateTimeOffset.UtcNow':
    case 'DateTimeOffset.Now':
      return [use(`new DateTimeOffset(${context}.CurrentUtcDateTime)`, node)];
    case 'Guid.NewGuid':
      return [use(`${context}.NewGuid`, node)];
    case 'Task.Delay':
      return timer(node, at, '');
    case 'Thread.Sleep':
      return isAsync(functionAround(node)) ? timer(node, at, 'await ') : [];
    case 'Task.WaitAll':
      return isAsync(functionAround(node)) && node.parent?.parent?.type === 'expression_statement'
        ? [use('await Task.WhenAll', node)]
        : [];
    default:
      return [];
  }
}

/** `node`: the member by which the code blocks, as in `context.CallActivityAsync("A").Result`. */
export function awaited(node: SyntaxNode): readonly Fix[] {
  const task = node.childForFieldName('expression');
  if (task === null || !isAsync(functionAround(node))) return [];
  let whole = node;
  for (
    let above = node.parent;
    above?.type === 'invocation_expression' || above?.text.endsWith('.GetResult');
    above = above.parent
  )
    whole = above;
  const isPart = /^(member_access|element_access|invocation|conditional_access)_expression$/.test(whole.parent?.type ?? '');
  const text = isPart ? `(await ${task.text})` : `await ${task.text}`;
  return [{ title: 'Await it', edits: [{ start: whole.startIndex, end: whole.endIndex, text }] }];
}

function use(text: string, whole: SyntaxNode): Fix {
  return { title: `Use ${text}`, edits: [{ start: whole.startIndex, end: whole.endIndex, text }] };
}

function timer(node: SyntaxNode, { context, values }: FixedCode, before: string): readonly Fix[] {
  const call = node.parent;
  if (call?.type !== 'invocation_expression') return [];
  const [wait, token, more] = childrenOf(call.childForFieldName('arguments') ?? call);
  const time = wait === undefined || more !== undefined ? null : timeSpan(wait.text, values);
  return time === null ? [] : [use(`${before}${context}.CreateTimer(${time}, ${token?.text ?? 'CancellationToken.None'})`, call)];
}

/** Null: it cannot be told whether it is one, or a number of milliseconds. */
function timeSpan(text: string, values: ReadonlyMap<string, string>): string | null {
  const type = values.get(text);
  if (type === 'TimeSpan' || /^(new\s+)?(System\.)?TimeSpan\b/.test(text)) return text;
  return type === 'int' || /^\d[\d\s_*+()]*$/.test(text) ? `TimeSpan.FromMilliseconds(${text})` : null;
}

/** In a function that sees nothing of the code around it. */
function isOutOfReach(node: SyntaxNode, code: SyntaxNode): boolean {
  for (let each = functionAround(node); each !== null && each.id !== code.id; each = functionAround(each))
    if (hasModifier(each, 'static')) return true;
  return false;
}

function functionAround(node: SyntaxNode): SyntaxNode | null {
  const functions = /^(lambda_expression|anonymous_method_expression|local_function_statement|method_declaration)$/;
  let each = node.parent;
  while (each !== null && !functions.test(each.type)) each = each.parent;
  return each;
}

function isAsync(code: SyntaxNode | null): boolean {
  return code !== null && hasModifier(code, 'async');
}

function hasModifier(code: SyntaxNode, name: string): boolean {
  return code.children.some(
    (child) => child !== null && (child.type === name || (child.type === 'modifier' && child.text === name)),
  );
}
