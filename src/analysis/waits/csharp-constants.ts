import { simpleName, type CSharpText } from '../grammars/csharp-types';
import { childrenOf, type SyntaxNode, within } from '../grammars/syntax-trees';

/** Names that stand for texts in a C# app: constants, and fields that are set once where they are declared. */
export class CSharpConstants {
  /** Null: different texts go by that name. */
  readonly #values = new Map<string, string | null>();

  constructor(sources: readonly CSharpText[]) {
    for (const { root } of sources) {
      for (const node of within(root)) {
        if (node.type !== 'field_declaration' && node.type !== 'local_declaration_statement') continue;
        if (!/\bconst\b|\bstatic\s+readonly\b|\breadonly\s+static\b/.test(node.text.slice(0, 80))) continue;
        for (const each of within(node)) {
          if (each.type !== 'variable_declarator') continue;
          const name = each.childForFieldName('name')?.text;
          const value = literalText(childrenOf(each).at(-1) ?? null);
          if (name === undefined || value === undefined) continue;
          this.#values.set(name, this.#values.has(name) && this.#values.get(name) !== value ? null : value);
        }
      }
    }
  }

  /** Of a constant, by its simple name. */
  valueOf(name: string): string | null {
    return this.#values.get(name) ?? null;
  }

  /** What an expression says in the method; null when it is not known. */
  textOf(node: SyntaxNode | null, method: SyntaxNode): string | null {
    if (node === null) return null;
    const literal = literalText(node);
    if (literal !== undefined) return literal;
    const [, named] = /^nameof\s*\(([^)]*)\)$/.exec(node.text) ?? [];
    if (named !== undefined) return simpleName(named);
    if (node.type === 'identifier') return isLocal(node.text, method) ? null : this.valueOf(node.text);
    if (node.type === 'member_access_expression') return this.valueOf(simpleName(node.childForFieldName('name')?.text ?? ''));
    // `new TaskName("Name")`
    const [inner, another] =
      node.type === 'object_creation_expression' ? childrenOf(node.childForFieldName('arguments') ?? node) : [];
    return inner === undefined || another !== undefined ? null : this.textOf(childrenOf(inner).at(-1) ?? null, method);
  }
}

/** Undefined for anything but a text that is written out. */
function literalText(node: SyntaxNode | null): string | undefined {
  if (node?.type !== 'string_literal' && node?.type !== 'verbatim_string_literal') return undefined;
  const [, inner] = /^@?"([^"\\]*)"$/.exec(node.text) ?? [];
  return inner;
}

/** A parameter or a variable goes by that name. */
function isLocal(name: string, method: SyntaxNode): boolean {
  for (const node of within(method)) {
    if (node.childForFieldName('name')?.text !== name) continue;
    if (node.type === 'parameter') return true;
    if (node.type === 'variable_declarator' && !/^\s*const\b/.test(node.parent?.parent?.text ?? '')) return true;
  }
  return false;
}
