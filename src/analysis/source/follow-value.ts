/** What an expression stands for: a function or object of the app, or something of the runtime or of a package. */
import type * as t from '@babel/types';
import type { ModuleGraph } from './module-graph';
import type { Binding } from './scopes';
import { requiredSource, type ModuleExport, type SourceModule } from './source-module';
import { isCall, isFunction, isMember, keyName, memberName, textOf, unwrap, type CallNode, type FunctionNode } from './syntax';

export type Value =
  /** Of a package or a module of Node.js, or of the runtime itself (`source` is then empty): `Date.now` is `['Date', 'now']`; `()` stands for the result of a call. */
  | {
      type: 'external';
      source: string;
      path: readonly string[];
      call?: { node: CallNode | t.NewExpression; module: SourceModule };
    }
  /** All exports of a module of the app. */
  | { type: 'module'; module: SourceModule }
  /** An object made from a class of the app. */
  | { type: 'instance'; module: SourceModule; node: t.Class }
  /** A function, class, literal, call or another expression of the app that leads no further. */
  | { type: 'node'; module: SourceModule; node: t.Node };

/** A function of the app. */
export interface FunctionPlace {
  readonly node: FunctionNode;
  readonly module: SourceModule;
}

const maxSteps = 40;

export class ValueFollower {
  constructor(private readonly graph: Pick<ModuleGraph, 'imported'>) {}

  /** Undefined when it cannot be told. */
  follow(node: t.Node, module: SourceModule, steps = maxSteps): Value | undefined {
    if (steps <= 0) return undefined;
    const inner = unwrap(node);
    if (inner.type === 'Identifier') {
      const binding = module.bindingOf(inner);
      return binding === undefined ? globalValue(inner.name) : this.followBinding(binding, module, steps - 1);
    }
    if (isMember(inner)) {
      const name = memberName(inner);
      if (name === null) return undefined;
      if (inner.object.type === 'ThisExpression') return classMember(enclosingClass(inner, module), name, module);
      const owner = this.follow(inner.object, module, steps - 1);
      return owner === undefined ? undefined : this.#member(owner, name, steps - 1);
    }
    if (inner.type === 'AwaitExpression') return this.follow(inner.argument, module, steps - 1);
    if (inner.type === 'AssignmentExpression') return this.follow(inner.right, module, steps - 1);
    if (inner.type === 'SequenceExpression') {
      const last = inner.expressions.at(-1);
      return last === undefined ? undefined : this.follow(last, module, steps - 1);
    }
    const source = requiredSource(inner, module);
    if (source !== null) return this.#moduleValue(source, module);
    if (isCall(inner) || inner.type === 'NewExpression') {
      const callee = this.follow(inner.callee, module, steps - 1);
      if (callee?.type === 'external') return this.#calledExternal(callee, inner, module, steps - 1);
      if (inner.type === 'NewExpression' && callee?.type === 'node' && isClass(callee.node)) {
        return { type: 'instance', module: callee.module, node: callee.node };
      }
    }
    return { type: 'node', module, node: inner };
  }

  followBinding(binding: Binding, module: SourceModule, steps = maxSteps): Value | undefined {
    const { declaration } = binding;
    switch (declaration.type) {
      case 'ImportDefaultSpecifier':
      case 'ImportSpecifier':
      case 'ImportNamespaceSpecifier': {
        const statement = module.parents.get(declaration);
        if (statement?.type !== 'ImportDeclaration') return undefined;
        const owner = this.#moduleValue(statement.source.value, module);
        if (declaration.type === 'ImportNamespaceSpecifier') return owner;
        const name = declaration.type === 'ImportDefaultSpecifier' ? 'default' : importedName(declaration);
        return this.#member(owner, name, steps - 1);
      }
      case 'TSImportEqualsDeclaration': {
        const { moduleReference } = declaration;
        return moduleReference.type === 'TSExternalModuleReference'
          ? this.#moduleValue(moduleReference.expression.value, module)
          : undefined;
      }
      case 'VariableDeclarator': {
        // What is assigned later may be anything.
        if (declaration.init == null || binding.references.some((each) => each.isWrite)) return undefined;
        const names = pathInPattern(declaration.id, binding, module);
        let value = names === null ? undefined : this.follow(declaration.init, module, steps - 1);
        for (const name of names ?? []) value = value === undefined ? undefined : this.#member(value, name, steps - 1);
        return value;
      }
      case 'FunctionDeclaration':
      case 'FunctionExpression':
        return binding.kind === 'parameter' ? undefined : { type: 'node', module, node: declaration };
      case 'ClassDeclaration':
      case 'ClassExpression':
        return { type: 'node', module, node: declaration };
      default:
        return undefined;
    }
  }

  /** The variable of another module that an imported name stands for. */
  importedBinding(binding: Binding, module: SourceModule): { binding: Binding; module: SourceModule } | undefined {
    const { declaration } = binding;
    const statement = module.parents.get(declaration);
    if (declaration.type !== 'ImportSpecifier' || statement?.type !== 'ImportDeclaration') return undefined;
    let from = this.graph.imported(module, statement.source.value);
    let name = importedName(declaration);
    for (let steps = 0; from !== undefined && steps < 5; steps += 1) {
      const found = from.exports.get(name);
      if (found === undefined) return undefined;
      if ('node' in found) {
        const declared = found.node.type === 'Identifier' ? from.bindingOf(found.node) : undefined;
        return declared === undefined ? undefined : { binding: declared, module: from };
      }
      from = this.graph.imported(from, found.source);
      name = found.name;
    }
    return undefined;
  }

  /** The functions that an expression may be, looked for in wrappers and options too; those of this app only. */
  functionsOf(node: t.Node, module: SourceModule, depth = 0): FunctionPlace[] {
    if (depth > 5) return [];
    const value = this.follow(node, module);
    if (value?.type === 'external' && value.call !== undefined) {
      // A wrapper of a package.
      const { node: call, module: from } = value.call;
      return call.arguments.flatMap((each) => this.functionsOf(each, from, depth + 1));
    }
    if (value?.type !== 'node') return [];
    const inner = value.node;
    if (isFunction(inner)) return [{ node: inner, module: value.module }];
    const into = (each: t.Node): FunctionPlace[] => this.functionsOf(each, value.module, depth + 1);
    if (inner.type === 'ConditionalExpression') return [...into(inner.consequent), ...into(inner.alternate)];
    if (inner.type === 'LogicalExpression') return [...into(inner.left), ...into(inner.right)];
    if (inner.type === 'ObjectExpression') {
      const handler = objectMember(inner, 'handler');
      return handler === undefined ? [] : into(handler);
    }
    if (isCall(inner)) {
      const bound = isMember(inner.callee) && memberName(inner.callee) === 'bind' ? into(inner.callee.object) : [];
      return [...bound, ...inner.arguments.flatMap(into)];
    }
    return [];
  }

  /** The text that an expression is: a literal, or a constant that is one. */
  stringOf(node: t.Node, module: SourceModule): string | null {
    const value = this.follow(node, module);
    return value?.type === 'node' ? textOf(value.node) : null;
  }

  #moduleValue(source: string, from: SourceModule): Value {
    const module = this.graph.imported(from, source);
    if (module !== undefined) return { type: 'module', module };
    const bare = source.replace(/^node:/, '');
    // `fs/promises` is what `fs` has as `promises`.
    const sub = /^(fs|dns|timers|stream|readline|util)\/(\w+)$/.exec(bare);
    if (sub !== null) return { type: 'external', source: sub[1] ?? '', path: [sub[2] ?? ''] };
    return { type: 'external', source: bare, path: [] };
  }

  #member(owner: Value, name: string, steps: number): Value | undefined {
    if (steps <= 0) return undefined;
    switch (owner.type) {
      case 'external':
        if (owner.source === '' && owner.path.length === 1 && globalObjects.has(owner.path[0] ?? '')) return globalValue(name);
        // A default export of a CommonJS package is the package.
        return name === 'default' ? owner : { type: 'external', source: owner.source, path: [...owner.path, name] };
      case 'module':
        return this.#exported(owner.module, name, steps);
      case 'instance':
        return classMember(owner.node, name, owner.module);
      case 'node': {
        const { node, module } = owner;
        if (node.type === 'ObjectExpression') {
          const found = objectMember(node, name);
          return found === undefined ? undefined : this.follow(found, module, steps - 1);
        }
        if (isClass(node)) return classMember(node, name, module);
        return undefined;
      }
    }
  }

  #exported(module: SourceModule, name: string, steps: number): Value | undefined {
    const found = module.exports.get(name);
    if (found !== undefined) return this.#exportValue(found, module, steps);
    const whole = module.exports.get('=');
    if (whole !== undefined) {
      const value = this.#exportValue(whole, module, steps);
      return name === 'default' || value === undefined ? value : this.#member(value, name, steps - 1);
    }
    if (name === 'default') return module.exports.size === 0 ? undefined : { type: 'module', module };
    for (const source of module.passedOn) {
      const from = this.graph.imported(module, source);
      const value = from === undefined || steps <= 0 ? undefined : this.#exported(from, name, steps - 1);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #exportValue(found: ModuleExport, module: SourceModule, steps: number): Value | undefined {
    if ('node' in found) {
      const { node } = found;
      return isFunction(node) || isClass(node) ? { type: 'node', module, node } : this.follow(node, module, steps - 1);
    }
    const owner = this.#moduleValue(found.source, module);
    return found.name === '*' ? owner : this.#member(owner, found.name, steps - 1);
  }

  #calledExternal(
    callee: Value & { type: 'external' },
    call: CallNode | t.NewExpression,
    module: SourceModule,
    steps: number,
  ): Value | undefined {
    const [argument] = call.arguments;
    if (callee.source === 'util' && callee.path.join('.') === 'promisify' && argument !== undefined) {
      return this.follow(argument, module, steps);
    }
    return { ...callee, path: [...callee.path, '()'], call: { node: call, module } };
  }
}

const globalObjects = new Set(['globalThis', 'global', 'window', 'self']);

function globalValue(name: string): Value {
  // What is both a global and a module is told by its module's name.
  if (name === 'process' || name === 'crypto') return { type: 'external', source: name, path: [] };
  return { type: 'external', source: '', path: [name] };
}

function importedName(specifier: t.ImportSpecifier): string {
  return specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value;
}

export function isClass(node: t.Node): node is t.Class {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

/** The names that lead from the value that a pattern takes apart to one of its variables; null when that is no fixed way. */
export function pathInPattern(pattern: t.Node, binding: Binding, module: SourceModule): string[] | null {
  if (pattern.type === 'Identifier') return module.bindingOf(pattern) === binding ? [] : null;
  if (pattern.type === 'AssignmentPattern') return pathInPattern(pattern.left, binding, module);
  if (pattern.type !== 'ObjectPattern') return null;
  for (const each of pattern.properties) {
    if (each.type === 'RestElement') continue;
    const name = keyName(each);
    const inner = name === null ? null : pathInPattern(each.value, binding, module);
    if (name !== null && inner !== null) return [name, ...inner];
  }
  return null;
}

function objectMember(node: t.ObjectExpression, name: string): t.Node | undefined {
  for (const each of node.properties) {
    if (each.type === 'SpreadElement' || keyName(each) !== name) continue;
    return each.type === 'ObjectMethod' ? each : each.value;
  }
  return undefined;
}

function classMember(node: t.Class | undefined, name: string, module: SourceModule): Value | undefined {
  for (const each of node?.body.body ?? []) {
    if (each.type === 'ClassMethod' && each.kind === 'method' && keyName(each) === name)
      return { type: 'node', module, node: each };
    if (each.type === 'ClassProperty' && keyName(each) === name && each.value != null && isFunction(each.value)) {
      return { type: 'node', module, node: each.value };
    }
  }
  return undefined;
}

function enclosingClass(node: t.Node, module: SourceModule): t.Class | undefined {
  for (let each = module.parents.get(node); each !== undefined; each = module.parents.get(each)) if (isClass(each)) return each;
  return undefined;
}
