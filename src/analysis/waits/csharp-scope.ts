/** Where the reading of a method in C# stands: its ways out, and the tasks that its variables hold. */
import { type CSharpText, type CSharpType, simpleName } from '../grammars/csharp-types';
import { type SyntaxNode, within } from '../grammars/syntax-trees';
import type { WaitFrame, WaitTarget } from './wait-graph';

export type At = number | null;

/** Texts by the names of parameters. */
export type KnownTexts = ReadonlyMap<string, string>;

/** Of a local variable: grows as the code is read. */
export interface Held {
  mode: 'all' | 'any';
  nodes: number[];
  opaque: boolean;
  isList: boolean;
}

export interface Scope {
  name: string;
  node: SyntaxNode;
  type: CSharpType | null;
  source: CSharpText;
  /** Of the callers, innermost first. */
  callers: readonly WaitFrame[];
  isAsync: boolean;
  locals: Map<string, Held>;
  /** What its parameters are, as far as the caller writes it out. */
  texts: KnownTexts;
  /** Functions inside the method. */
  functions: ReadonlyMap<string, SyntaxNode>;
  thrown: number;
  returns: number;
  returned: WaitTarget[];
  breaks: number | null;
  continues: number | null;
  /** The same node may ask several times for what is then waited for together. */
  isMany: boolean;
  depth: number;
}

export interface Evaluated {
  at: At;
  target: WaitTarget;
}

/** What a variable can be followed as; null when it may become another. */
export function heldBy(name: string, initial: SyntaxNode, scope: Scope): Held | null {
  scope.locals.delete(name);
  const isList =
    /^new\b[^(]*(\(\s*\)|\[[^]*\])?$/.test(initial.text) ||
    /^\[\s*\]$/.test(initial.text) ||
    /^new\s*\(\s*\)$/.test(initial.text);
  for (const node of within(scope.node)) {
    if (node.type === 'assignment_expression' && node.childForFieldName('left')?.text === name) return null;
    if (node.type === 'argument' && /^(ref|out)\b/.test(node.text) && node.text.endsWith(name)) return null;
    if (!isList) continue;
    if (node.type === 'argument' && node.text === name) {
      const call = node.parent?.parent;
      if (!/^Task\.When(All|Any)\b/.test(call?.text ?? '')) return null;
    }
    if (node.type === 'member_access_expression' && node.childForFieldName('expression')?.text === name) {
      if (!/^(Add|Count|Length|Select|ToArray|ToList|Sum|Any)$/.test(simpleName(node.childForFieldName('name')?.text ?? '')))
        return null;
    }
  }
  return { mode: 'all', nodes: [], opaque: false, isList };
}

export function hold(held: Held, target: WaitTarget): void {
  for (const node of target.nodes) if (!held.nodes.includes(node)) held.nodes.push(node);
  if (target.opaque || target.mode === 'any') held.opaque = true;
}
