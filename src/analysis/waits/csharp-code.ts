/** Shapes of C# code. */
import { childrenOf, type SyntaxNode } from '../grammars/syntax-trees';

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
