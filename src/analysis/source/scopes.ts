/** Which declaration each name in a program stands for. */
import type * as t from '@babel/types';
import { childrenOf, isFunction } from './syntax';

export interface Binding {
  readonly name: string;
  readonly kind: 'import' | 'variable' | 'constant' | 'function' | 'class' | 'parameter' | 'other';
  /** The declarator, function, class or import specifier that declares it; of a parameter the function. */
  readonly declaration: t.Node;
  /** Null at the top of the module. */
  readonly insideOf: t.Node | null;
  readonly references: Reference[];
}

interface Reference {
  readonly node: t.Identifier;
  readonly isWrite: boolean;
}

export interface ScopedProgram {
  readonly parents: ReadonlyMap<t.Node, t.Node>;
  /** Undefined for a name that nothing in the program declares. */
  bindingOf(identifier: t.Identifier | t.JSXIdentifier): Binding | undefined;
  /** True when the identifier is used as a name of its own: no property name, label or declaration. */
  isReference(identifier: t.Identifier): boolean;
  /** True for a reference that is assigned to. */
  isWrite(identifier: t.Identifier): boolean;
}

interface Scope {
  readonly parent: Scope | null;
  readonly holdsVar: boolean;
  readonly insideOf: t.Node | null;
  readonly bindings: Map<string, Binding>;
}

export function scopeProgram(program: t.Program): ScopedProgram {
  const builder = new ScopeBuilder();
  builder.run(program);
  return {
    parents: builder.parents,
    bindingOf: (identifier) => builder.resolved.get(identifier),
    isReference: (identifier) => builder.references.has(identifier),
    isWrite: (identifier) => builder.references.get(identifier)?.isWrite === true,
  };
}

type PatternUse = { declare: Binding['kind']; declaration: t.Node; isVar: boolean } | 'write';

class ScopeBuilder {
  readonly parents = new Map<t.Node, t.Node>();
  readonly resolved = new Map<t.Node, Binding>();
  readonly references = new Map<t.Identifier, { scope: Scope; isWrite: boolean }>();

  run(program: t.Program): void {
    const top: Scope = { parent: null, holdsVar: true, insideOf: null, bindings: new Map() };
    this.#visitChildren(program, top);
    for (const [node, { scope, isWrite }] of this.references) {
      const binding = find(scope, node.name);
      if (binding === undefined) continue;
      this.resolved.set(node, binding);
      binding.references.push({ node, isWrite });
    }
  }

  #visitChildren(node: t.Node, scope: Scope): void {
    for (const child of childrenOf(node)) this.#visit(child, node, scope);
  }

  #visit(node: t.Node, parent: t.Node, scope: Scope): void {
    this.parents.set(node, parent);
    if (isFunction(node)) {
      this.#visitFunction(node, scope);
      return;
    }
    switch (node.type) {
      case 'Identifier':
        this.references.set(node, { scope, isWrite: false });
        return;
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        this.#visit(node.object, node, scope);
        if (node.computed) this.#visit(node.property, node, scope);
        else this.parents.set(node.property, node);
        return;
      case 'ObjectProperty':
      case 'ClassProperty':
      case 'ClassAccessorProperty':
      case 'ClassPrivateProperty': {
        const computed = 'computed' in node && node.computed;
        if (computed) this.#visit(node.key, node, scope);
        if ('decorators' in node) for (const each of node.decorators ?? []) this.#visit(each, node, scope);
        if (node.value != null) this.#visit(node.value, node, scope);
        return;
      }
      case 'VariableDeclaration':
        for (const each of node.declarations) {
          this.parents.set(each, node);
          const kind = node.kind === 'let' || node.kind === 'var' ? 'variable' : 'constant';
          this.#visitPattern(each.id, each, scope, { declare: kind, declaration: each, isVar: node.kind === 'var' });
          if (each.init != null) this.#visit(each.init, each, scope);
        }
        return;
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const inner = childScope(scope, { insideOf: scope.insideOf });
        if (node.id != null) {
          this.#declare(node.type === 'ClassDeclaration' ? scope : inner, node.id, 'class', node);
          this.parents.set(node.id, node);
        }
        for (const each of node.decorators ?? []) this.#visit(each, node, scope);
        if (node.superClass != null) this.#visit(node.superClass, node, scope);
        this.#visit(node.body, node, inner);
        return;
      }
      case 'StaticBlock':
        this.#visitChildren(node, childScope(scope, { holdsVar: true, insideOf: scope.insideOf }));
        return;
      case 'BlockStatement':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'SwitchStatement':
      case 'TSModuleBlock': {
        const inner = childScope(scope, { holdsVar: node.type === 'TSModuleBlock', insideOf: scope.insideOf });
        if ((node.type === 'ForInStatement' || node.type === 'ForOfStatement') && node.left.type !== 'VariableDeclaration') {
          this.#visitPattern(node.left, node, inner, 'write');
          this.#visit(node.right, node, inner);
          this.#visit(node.body, node, inner);
        } else this.#visitChildren(node, inner);
        return;
      }
      case 'CatchClause': {
        const inner = childScope(scope, { insideOf: scope.insideOf });
        if (node.param != null) {
          this.#visitPattern(node.param, node, inner, { declare: 'other', declaration: node, isVar: false });
        }
        this.#visit(node.body, node, inner);
        return;
      }
      case 'AssignmentExpression':
        this.#visitPattern(node.left, node, scope, 'write');
        this.#visit(node.right, node, scope);
        return;
      case 'UpdateExpression':
        this.#visitPattern(node.argument, node, scope, 'write');
        return;
      case 'ImportDeclaration':
        for (const each of node.specifiers) {
          this.parents.set(each, node);
          const isType = node.importKind === 'type' || (each.type === 'ImportSpecifier' && each.importKind === 'type');
          if (!isType) this.#declare(scope, each.local, 'import', each);
        }
        return;
      case 'TSImportEqualsDeclaration':
        this.#declare(scope, node.id, 'import', node);
        this.#visit(node.moduleReference, node, scope);
        return;
      case 'TSEnumDeclaration':
        this.#declare(scope, node.id, 'other', node);
        for (const each of node.body?.members ?? node.members) {
          this.parents.set(each, node);
          if (each.initializer != null) this.#visit(each.initializer, each, scope);
        }
        return;
      case 'TSModuleDeclaration':
        if (node.id.type === 'Identifier') this.#declare(scope, node.id, 'other', node);
        this.#visit(node.body, node, scope);
        return;
      case 'ExportNamedDeclaration':
        if (node.exportKind === 'type') return;
        if (node.declaration != null) this.#visit(node.declaration, node, scope);
        for (const each of node.specifiers) {
          this.parents.set(each, node);
          if (node.source == null && each.type === 'ExportSpecifier') this.#visit(each.local, each, scope);
        }
        return;
      case 'LabeledStatement':
        this.#visit(node.body, node, scope);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'ExportAllDeclaration':
      case 'MetaProperty':
        return;
      default:
        this.#visitChildren(node, scope);
    }
  }

  #visitFunction(node: t.Node & { params: t.Node[]; body: t.Node }, scope: Scope): void {
    const inner = childScope(scope, { holdsVar: true, insideOf: node });
    if ((node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression') && node.id != null) {
      this.#declare(node.type === 'FunctionDeclaration' ? scope : inner, node.id, 'function', node);
      this.parents.set(node.id, node);
    }
    if (node.type === 'ObjectMethod' || node.type === 'ClassMethod') {
      if (node.computed) this.#visit(node.key, node, scope);
      for (const each of node.decorators ?? []) this.#visit(each, node, scope);
    }
    for (const each of node.params) {
      this.#visitPattern(each, node, inner, { declare: 'parameter', declaration: node, isVar: false });
    }
    // The parameters and the body's own declarations share a scope here; nothing asked of it can tell.
    this.parents.set(node.body, node);
    if (node.body.type === 'BlockStatement') this.#visitChildren(node.body, inner);
    else this.#visit(node.body, node, inner);
  }

  #visitPattern(node: t.Node, parent: t.Node, scope: Scope, use: PatternUse): void {
    this.parents.set(node, parent);
    switch (node.type) {
      case 'Identifier':
        if (use === 'write') this.references.set(node, { scope, isWrite: true });
        else this.#declare(use.isVar ? varScope(scope) : scope, node, use.declare, use.declaration);
        return;
      case 'ObjectPattern':
        for (const each of node.properties) {
          this.parents.set(each, node);
          if (each.type === 'RestElement') this.#visitPattern(each.argument, each, scope, use);
          else {
            if (each.computed) this.#visit(each.key, each, scope);
            this.#visitPattern(each.value, each, scope, use);
          }
        }
        return;
      case 'ArrayPattern':
        for (const each of node.elements) if (each !== null) this.#visitPattern(each, node, scope, use);
        return;
      case 'AssignmentPattern':
        this.#visitPattern(node.left, node, scope, use);
        this.#visit(node.right, node, scope);
        return;
      case 'RestElement':
        this.#visitPattern(node.argument, node, scope, use);
        return;
      case 'TSParameterProperty':
        this.#visitPattern(node.parameter, node, scope, use);
        return;
      default:
        this.#visit(node, parent, scope);
    }
  }

  #declare(scope: Scope, identifier: t.Identifier, kind: Binding['kind'], declaration: t.Node): void {
    let binding = scope.bindings.get(identifier.name);
    if (binding === undefined || (kind === 'function' && binding.kind === 'variable')) {
      binding = { name: identifier.name, kind, declaration, insideOf: scope.insideOf, references: binding?.references ?? [] };
      scope.bindings.set(identifier.name, binding);
    }
    this.resolved.set(identifier, binding);
  }
}

function childScope(parent: Scope, own: { holdsVar?: boolean; insideOf: t.Node | null }): Scope {
  return { parent, holdsVar: own.holdsVar ?? false, insideOf: own.insideOf, bindings: new Map() };
}

function varScope(scope: Scope): Scope {
  let holder = scope;
  while (!holder.holdsVar && holder.parent !== null) holder = holder.parent;
  return holder;
}

function find(scope: Scope, name: string): Binding | undefined {
  for (let each: Scope | null = scope; each !== null; each = each.parent) {
    const binding = each.bindings.get(name);
    if (binding !== undefined) return binding;
  }
  return undefined;
}
