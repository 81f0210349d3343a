/** The types of a C# app as far as its own texts tell, by simple name: partial ones are put together. */
import type { SyntaxNode } from './syntax-trees';
import { childrenOf, within } from './syntax-trees';

export interface CSharpText {
  file: string;
  text: string;
  root: SyntaxNode;
  /** `using Alias = Namespace.Type`, by alias: the simple name. */
  aliases: ReadonlyMap<string, string>;
}

export interface CSharpMethod {
  name: string;
  node: SyntaxNode;
  type: CSharpType | null;
  source: CSharpText;
}

export interface CSharpType {
  name: string;
  methods: Map<string, CSharpMethod[]>;
  /** Fields, properties and parameters of the primary constructor with the simple name of their type. */
  members: Map<string, string>;
  /** Simple names of bases and interfaces. */
  bases: Set<string>;
  constructors: CSharpMethod[];
  /** Properties that work out their value when they are read. */
  getters: Map<string, CSharpMethod>;
  /** What fields and properties are set to when an object is made. */
  initialisers: CSharpMethod[];
  /** Static and neither constant nor read-only. */
  mutableStatics: Set<string>;
}

const typeKinds = new Set([
  'class_declaration',
  'record_declaration',
  'struct_declaration',
  'interface_declaration',
  'enum_declaration',
]);

export function readText(file: string, text: string, root: SyntaxNode): CSharpText {
  const aliases = new Map<string, string>();
  for (const directive of within(root, ({ type }) => type !== 'declaration_list')) {
    if (directive.type !== 'using_directive') continue;
    const [, alias, target] = /^using\s+(\w+)\s*=\s*([\w.:]+)\s*;/.exec(directive.text) ?? [];
    if (alias !== undefined && target !== undefined) aliases.set(alias, simpleName(target));
  }
  return { file, text, root, aliases };
}

/** The types that the texts declare, and their methods. */
export function typesOf(sources: readonly CSharpText[]): ReadonlyMap<string, CSharpType> {
  const types = new Map<string, CSharpType>();
  for (const source of sources) {
    for (const node of within(source.root)) {
      if (!typeKinds.has(node.type)) continue;
      const name = node.childForFieldName('name')?.text;
      if (name === undefined) continue;
      const type = types.get(name) ?? {
        name,
        methods: new Map<string, CSharpMethod[]>(),
        members: new Map<string, string>(),
        bases: new Set<string>(),
        constructors: [],
        getters: new Map<string, CSharpMethod>(),
        initialisers: [],
        mutableStatics: new Set<string>(),
      };
      types.set(name, type);
      readType(node, type, source);
    }
  }
  return types;
}

function readType(node: SyntaxNode, type: CSharpType, source: CSharpText): void {
  for (const child of childrenOf(node)) {
    if (child.type === 'base_list') for (const base of childrenOf(child)) type.bases.add(simpleName(base.text));
    if (child.type === 'parameter_list') readParameters(child, type.members);
  }
  for (const member of childrenOf(node.childForFieldName('body') ?? node)) {
    switch (member.type) {
      case 'method_declaration': {
        const name = member.childForFieldName('name')?.text ?? '';
        type.methods.set(name, [...(type.methods.get(name) ?? []), { name, node: member, type, source }]);
        break;
      }
      case 'constructor_declaration':
        type.constructors.push({ name: type.name, node: member, type, source });
        break;
      case 'property_declaration': {
        const name = member.childForFieldName('name')?.text ?? '';
        const value = member.childForFieldName('value');
        const isInitial = value !== null && value.type !== 'arrow_expression_clause';
        if (!isInitial) type.getters.set(name, { name, node: member, type, source });
        else if (!isStatic(member)) type.initialisers.push({ name, node: value, type, source });
        type.members.set(name, simpleName(member.childForFieldName('type')?.text ?? ''));
        if (isMutableStatic(member) && /\bset\b/.test(member.childForFieldName('accessors')?.text ?? ''))
          type.mutableStatics.add(name);
        break;
      }
      case 'field_declaration': {
        for (const [name, typeName] of variablesOf(member)) {
          type.members.set(name, typeName);
          if (isMutableStatic(member)) type.mutableStatics.add(name);
        }
        if (isStatic(member)) break;
        for (const each of childrenOf(childOf(member, 'variable_declaration') ?? member)) {
          const name = each.childForFieldName('name');
          const value = childrenOf(each).at(-1);
          if (each.type !== 'variable_declarator' || name === null || value === undefined || value.id === name.id) continue;
          type.initialisers.push({ name: name.text, node: value, type, source });
        }
        break;
      }
    }
  }
}

function isStatic(member: SyntaxNode): boolean {
  return childrenOf(member).some(({ type, text }) => type === 'modifier' && (text === 'static' || text === 'const'));
}

function isMutableStatic(member: SyntaxNode): boolean {
  const modifiers = childrenOf(member).flatMap((child) => (child.type === 'modifier' ? [child.text] : []));
  return modifiers.includes('static') && !modifiers.includes('readonly') && !modifiers.includes('const');
}

/** Names that a declaration gives, with the simple name of their type; that of `var` is the type of an object that is made there. */
export function variablesOf(declaration: SyntaxNode): [name: string, type: string][] {
  const list = declaration.type === 'variable_declaration' ? declaration : childOf(declaration, 'variable_declaration');
  const type = list?.childForFieldName('type') ?? null;
  if (list === null || type === null) return [];
  return childrenOf(list).flatMap((each): [string, string][] => {
    if (each.type !== 'variable_declarator') return [];
    const name = each.childForFieldName('name')?.text;
    if (name === undefined) return [];
    const made = childOf(each, 'object_creation_expression')?.childForFieldName('type')?.text;
    return [[name, simpleName(type.type === 'implicit_type' ? (made ?? '') : type.text)]];
  });
}

export function readParameters(list: SyntaxNode, into: Map<string, string>): void {
  for (const each of childrenOf(list)) {
    const name = each.childForFieldName('name')?.text;
    if (name !== undefined) into.set(name, simpleName(each.childForFieldName('type')?.text ?? ''));
  }
}

export function childOf(node: SyntaxNode, type: string): SyntaxNode | null {
  return childrenOf(node).find((child) => child.type === type) ?? null;
}

/** `System.Collections.Generic.List<int>?` is `List`. */
export function simpleName(text: string): string {
  return (
    text
      .replace(/<[^]*$/, '')
      .replace(/[?\s]+$/, '')
      .split(/[.:]+/)
      .at(-1) ?? ''
  );
}
