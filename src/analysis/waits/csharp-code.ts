/** Shapes of C# code. */
import { childrenOf, type SyntaxNode, within } from '../grammars/syntax-trees';

export function isAsyncCode(node: SyntaxNode): boolean {
  return node.children.some(
    (child) => child !== null && (child.type === 'async' || (child.type === 'modifier' && child.text === 'async')),
  );
}

/** The one expression of a lambda that asks at once for all that it asks for. */
export function eagerBody(lambda: SyntaxNode): SyntaxNode | null {
  const body = lambda.childForFieldName('body');
  if (body === null || body.type === 'block') return null;
  if (!isAsyncCode(lambda)) return body;
  const inner = body.type === 'await_expression' ? childrenOf(body).at(-1) : undefined;
  return inner === undefined || /\bawait\b/.test(inner.text) ? null : inner;
}

export function headOf(method: SyntaxNode): string {
  const body = method.childForFieldName('body');
  return body === null ? method.text : method.text.slice(0, body.startIndex - method.startIndex);
}

export function hasBody(method: SyntaxNode): boolean {
  return method.childForFieldName('body') !== null || childrenOf(method).some(({ type }) => type === 'arrow_expression_clause');
}

/** It names what it belongs to and is no value: an argument's name, a member, a type. */
export function isNameOnly(node: SyntaxNode): boolean {
  const { parent } = node;
  return parent?.childForFieldName('name')?.id === node.id || parent?.childForFieldName('type')?.id === node.id;
}

export function wordsOf(node: SyntaxNode): string[] {
  return node.text.match(/\b\w+\b/g) ?? [];
}

const nested = /^(lambda_expression|anonymous_method_expression|local_function_statement)$/;

/** Functions inside a method, by name: local functions, and lambdas that a variable holds which is never another one and is only called, by the method itself. */
export function functionsIn(method: SyntaxNode): Map<string, SyntaxNode> {
  const found = new Map<string, SyntaxNode>();
  const lambdas = new Map<string, { declared: SyntaxNode; lambda: SyntaxNode }>();
  for (const node of within(method)) {
    const name = node.childForFieldName('name')?.text;
    if (name === undefined) continue;
    if (node.type === 'local_function_statement') found.set(name, node);
    const lambda = node.type === 'variable_declarator' ? childrenOf(node).at(-1) : undefined;
    if (lambda?.type === 'lambda_expression' && isDirectlyIn(node, method)) lambdas.set(name, { declared: node, lambda });
  }
  if (lambdas.size === 0) return found;
  for (const node of within(method)) {
    if (node.type === 'implicit_parameter') lambdas.delete(node.text);
    const held = node.type === 'identifier' ? lambdas.get(node.text) : undefined;
    if (held === undefined || node.parent?.id === held.declared.id) continue;
    const isCalled = node.parent?.type === 'invocation_expression' && node.parent.childForFieldName('function')?.id === node.id;
    if (!isCalled || !isDirectlyIn(node, method)) lambdas.delete(node.text);
  }
  for (const [name, { lambda }] of lambdas) found.set(name, lambda);
  return found;
}

function isDirectlyIn(node: SyntaxNode, method: SyntaxNode): boolean {
  for (let each = node.parent; each !== null; each = each.parent) {
    if (each.id === method.id) return true;
    if (nested.test(each.type)) return false;
  }
  return false;
}
