/** Small questions about syntax trees, and the walk over them. Types of TypeScript are not walked into: they do nothing when the app runs. */
import type * as t from '@babel/types';

export type FunctionNode =
  | t.FunctionDeclaration
  | t.FunctionExpression
  | t.ArrowFunctionExpression
  | t.ObjectMethod
  | t.ClassMethod
  | t.ClassPrivateMethod;

export function isFunction(node: t.Node): node is FunctionNode {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ObjectMethod':
    case 'ClassMethod':
    case 'ClassPrivateMethod':
      return true;
    default:
      return false;
  }
}

// Nodes of TypeScript that hold code that runs.
const runningTypeScript = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'TSExportAssignment',
  'TSModuleDeclaration',
  'TSModuleBlock',
  'TSParameterProperty',
  'TSImportEqualsDeclaration',
  'TSExternalModuleReference',
  'TSEnumDeclaration',
  'TSEnumBody',
  'TSEnumMember',
]);

const notChildren = new Set(['type', 'start', 'end', 'loc', 'range', 'extra', 'errors']);

const none: readonly t.Node[] = [];
// Several walks pass each node, and looking through its fields is most of their work.
const known = new WeakMap<t.Node, readonly t.Node[]>();

/** The nodes directly inside of one, in the order of the grammar; without types. */
export function childrenOf(node: t.Node): readonly t.Node[] {
  if (node.type === 'Identifier' || node.type.endsWith('Literal')) {
    if (node.type !== 'TemplateLiteral') return none;
  }
  const before = known.get(node);
  if (before !== undefined) return before;
  const children: t.Node[] = [];
  const fields = node as unknown as Record<string, unknown>;
  for (const key in fields) {
    const value = fields[key];
    if (typeof value !== 'object' || value === null || notChildren.has(key)) continue;
    if (Array.isArray(value)) {
      for (const each of value as unknown[]) if (isRunningNode(each)) children.push(each);
    } else if (isRunningNode(value)) children.push(value);
  }
  known.set(node, children);
  return children;
}

function isRunningNode(value: unknown): value is t.Node {
  if (typeof value !== 'object' || value === null) return false;
  const { type } = value as { type?: unknown };
  if (typeof type !== 'string') return false;
  return !type.startsWith('TS') || runningTypeScript.has(type);
}

/** Without what only TypeScript sees around an expression. */
export function unwrap(node: t.Node): t.Node {
  let inner = node;
  for (;;) {
    switch (inner.type) {
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'TSTypeAssertion':
      case 'TSInstantiationExpression':
      case 'ParenthesizedExpression':
        inner = inner.expression;
        continue;
      default:
        return inner;
    }
  }
}

export type MemberNode = t.MemberExpression | t.OptionalMemberExpression;
export type CallNode = t.CallExpression | t.OptionalCallExpression;

export function isMember(node: t.Node): node is MemberNode {
  return node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression';
}

export function isCall(node: t.Node): node is CallNode {
  return node.type === 'CallExpression' || node.type === 'OptionalCallExpression';
}

/** `b` of `a.b`, `a?.b` and `a['b']`; null when it is computed. */
export function memberName(node: MemberNode): string | null {
  if (!node.computed) return node.property.type === 'Identifier' ? node.property.name : null;
  return textOf(node.property);
}

/** The name of a property or a method in an object, a class or a pattern; null when it is computed. */
export function keyName(node: { key: t.Node; computed?: boolean | undefined }): string | null {
  if (node.computed !== true && node.key.type === 'Identifier') return node.key.name;
  return textOf(node.key);
}

/** The text of a string literal or a template without holes. */
export function textOf(node: t.Node): string | null {
  if (node.type === 'StringLiteral') return node.value;
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]?.value.cooked ?? null;
  return null;
}
