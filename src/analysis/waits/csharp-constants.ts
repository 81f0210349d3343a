import { simpleName, type CSharpText } from '../grammars/csharp-types';
import { childrenOf, type SyntaxNode, within } from '../grammars/syntax-trees';

/** How far one name stands for another. */
const maxDepth = 8;

/** Names that stand for texts in a C# app: constants, fields that are set once where they are declared, and members of enumerations. */
export class CSharpConstants {
  /** What is declared by a name, and by it behind that of its type. */
  readonly #declared = new Map<string, SyntaxNode[]>();
  /** `Type.Member` */
  readonly #enumerated = new Set<string>();

  constructor(sources: readonly CSharpText[]) {
    for (const { root } of sources) {
      for (const node of within(root)) {
        if (node.type === 'enum_member_declaration') this.#enumerated.add(`${typeAround(node)}.${nameOf(node)}`);
        if (node.type !== 'field_declaration' && node.type !== 'local_declaration_statement') continue;
        if (!/\bconst\b|\bstatic\s+readonly\b|\breadonly\s+static\b/.test(node.text.slice(0, 80))) continue;
        for (const each of within(node)) {
          const value = each.type === 'variable_declarator' ? valueOf(each) : null;
          if (value === null) continue;
          const names =
            node.type === 'field_declaration' ? [nameOf(each), `${typeAround(node)}.${nameOf(each)}`] : [nameOf(each)];
          for (const name of names) this.#declared.set(name, [...(this.#declared.get(name) ?? []), value]);
        }
      }
    }
  }

  /** Of a constant, by its simple name or behind that of its type; null where different texts go by that name. */
  valueOf(name: string, depth = 0): string | null {
    const [first, ...others] = (this.#declared.get(name) ?? []).map((each) => this.#written(each, depth + 1));
    return first === undefined || others.some((each) => each !== first) ? null : first;
  }

  /** What an expression says in the method; null when it is not known. */
  textOf(node: SyntaxNode | null, method: SyntaxNode): string | null {
    if (node?.type !== 'identifier' || !isLocal(node.text, method)) return this.#written(node, 0);
    const value = onlyValue(node.text, method);
    return value === null ? null : this.#written(value, 0);
  }

  #written(node: SyntaxNode | null, depth: number): string | null {
    if (node === null || depth > maxDepth) return null;
    const literal = literalText(node);
    if (literal !== undefined) return literal;
    const [, named] = /^nameof\s*\(([^)]*)\)$/.exec(node.text) ?? [];
    if (named !== undefined) return simpleName(named);
    switch (node.type) {
      case 'identifier':
        return this.valueOf(node.text, depth);
      case 'member_access_expression': {
        const owner = simpleName(node.childForFieldName('expression')?.text ?? '');
        const name = nameOf(node);
        // What belongs to a value is no constant.
        return this.valueOf(`${owner}.${name}`, depth) ?? (/^([A-Z]\w*|this)$/.test(owner) ? this.valueOf(name, depth) : null);
      }
      case 'binary_expression': {
        if (node.childForFieldName('operator')?.text !== '+') return null;
        const [left, right] = ['left', 'right'].map((side) => this.#written(node.childForFieldName(side), depth + 1));
        return left == null || right == null ? null : left + right;
      }
      case 'invocation_expression': {
        const member = /^(?:\w+\.)*(\w+\.(\w+))\.ToString\(\)$/.exec(node.text);
        return member?.[2] !== undefined && this.#enumerated.has(member[1] ?? '') ? member[2] : null;
      }
      case 'object_creation_expression': {
        // `new TaskName("Name")`
        const [inner, another] = childrenOf(node.childForFieldName('arguments') ?? node);
        return inner === undefined || another !== undefined ? null : this.#written(childrenOf(inner).at(-1) ?? null, depth + 1);
      }
      default:
        return null;
    }
  }
}

function nameOf(node: SyntaxNode): string {
  return node.childForFieldName('name')?.text ?? '';
}

function valueOf(declarator: SyntaxNode): SyntaxNode | null {
  const value = childrenOf(declarator).at(-1);
  return value === undefined || value.id === declarator.childForFieldName('name')?.id ? null : value;
}

/** The name of the type in which a member is declared. */
function typeAround(node: SyntaxNode): string {
  return nameOf(node.parent?.parent ?? node);
}

/** Undefined for anything but a text that is written out. */
function literalText(node: SyntaxNode): string | undefined {
  if (node.type !== 'string_literal' && node.type !== 'verbatim_string_literal') return undefined;
  return /^@?"([^"\\]*)"$/.exec(node.text)?.[1];
}

/** A parameter or a variable goes by that name. */
function isLocal(name: string, method: SyntaxNode): boolean {
  for (const node of within(method)) {
    if (nameOf(node) !== name) continue;
    if (node.type === 'parameter') return true;
    if (node.type === 'variable_declarator' && !/^\s*const\b/.test(node.parent?.parent?.text ?? '')) return true;
  }
  return false;
}

/** What a variable is set to where it is declared, if it stays so. */
function onlyValue(name: string, method: SyntaxNode): SyntaxNode | null {
  const values: (SyntaxNode | null)[] = [];
  for (const node of within(method)) {
    if (node.type === 'variable_declarator' && nameOf(node) === name) values.push(valueOf(node));
    const isOther =
      (node.type === 'parameter' && nameOf(node) === name) ||
      (node.type === 'assignment_expression' && node.childForFieldName('left')?.text === name) ||
      (node.type === 'argument' && new RegExp(String.raw`^(ref|out)\s+${name}$`).test(node.text));
    if (isOther) return null;
  }
  const [only, another] = values;
  return only === undefined || another !== undefined ? null : only;
}
