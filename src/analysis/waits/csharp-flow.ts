/** How the flow of a method in C# goes through its statements: branches, loops, exceptions, and what is disposed of at the end. */
import { simpleName } from '../grammars/csharp-types';
import { childrenOf, type SyntaxNode } from '../grammars/syntax-trees';
import type { CSharpApp } from './csharp-app';
import { type At, type Evaluated, heldBy, type Scope } from './csharp-scope';
import { unknownTarget, type WaitGraphBuilder } from './wait-graph';

/** What the statements are made of. */
export interface CSharpValues {
  /** Evaluates an expression. `isAwaited`: at once. `isEager`: what it yields is enumerated at once. */
  value(node: SyntaxNode, at: At, scope: Scope, how?: { isAwaited?: boolean; isEager?: boolean }): Evaluated;
  wait(node: SyntaxNode, evaluated: Evaluated, scope: Scope): At;
  returned(value: SyntaxNode, at: At, scope: Scope, isWaitedFor: boolean): At;
}

export class CSharpFlow {
  constructor(
    private readonly graph: WaitGraphBuilder,
    private readonly app: CSharpApp,
    private readonly values: CSharpValues,
  ) {}

  block(block: SyntaxNode, at: At, scope: Scope): At {
    let now = at;
    for (const statement of childrenOf(block)) now = this.#statement(statement, now, scope);
    return now;
  }

  #statement(node: SyntaxNode, at: At, scope: Scope): At {
    const graph = this.graph;
    const field = (name: string): SyntaxNode | null => node.childForFieldName(name);
    const value = (of: SyntaxNode | null, from: At): At => (of === null ? from : this.values.value(of, from, scope).at);
    switch (node.type) {
      case 'block':
      case 'checked_statement':
      case 'global_statement':
        return this.block(node, at, scope);
      case 'comment':
      case 'empty_statement':
      case 'local_function_statement':
        return at;
      case 'expression_statement':
        return value(childrenOf(node)[0] ?? null, at);
      case 'local_declaration_statement': {
        const isUsing = /^(await\s+)?using\b/.test(node.text);
        return this.#disposes(node, this.#declaration(node, at, scope), scope, isUsing);
      }
      case 'if_statement': {
        const asked = value(field('condition'), at);
        const yes = this.#statementOf(field('consequence'), asked, scope);
        return graph.join(yes, this.#statementOf(field('alternative'), asked, scope));
      }
      case 'while_statement':
      case 'for_statement':
      case 'foreach_statement':
      case 'do_statement':
        return this.#loop(node, at, scope);
      case 'return_statement': {
        const returned = childrenOf(node)[0];
        const now = returned === undefined ? at : this.values.returned(returned, at, scope, true);
        graph.link(now, scope.returns);
        return null;
      }
      case 'throw_statement':
        graph.link(value(childrenOf(node)[0] ?? null, at), scope.thrown);
        return null;
      case 'break_statement':
        if (scope.breaks !== null) graph.link(at, scope.breaks);
        return null;
      case 'continue_statement':
        if (scope.continues !== null) graph.link(at, scope.continues);
        return null;
      case 'try_statement':
        return this.#try(node, at, scope);
      case 'switch_statement':
        return this.#switch(node, at, scope);
      case 'using_statement': {
        let now = at;
        for (const each of childrenOf(node)) {
          if (each.id === field('body')?.id) continue;
          now = each.type === 'variable_declaration' ? this.#declarators(each, now, scope) : value(each, now);
        }
        return this.#disposes(node, this.#statementOf(field('body'), now, scope), scope, true);
      }
      case 'lock_statement':
        return childrenOf(node).reduce<At>(
          (now, each) => (each.type === 'block' ? this.block(each, now, scope) : value(each, now)),
          at,
        );
      default:
        return this.app.concerns(node) ? graph.add(at, { type: 'lost' }) : at;
    }
  }

  #statementOf(node: SyntaxNode | null, at: At, scope: Scope): At {
    return node === null ? at : this.#statement(node, at, scope);
  }

  /** What `await using` waits for at its end; the lock of entities is given back without waiting. */
  #disposes(node: SyntaxNode, at: At, scope: Scope, isUsing: boolean): At {
    if (!isUsing || !/^await\b/.test(node.text) || /\bLockEntitiesAsync\b/.test(node.text)) return at;
    return this.values.wait(node, { at, target: unknownTarget }, scope);
  }

  #declaration(node: SyntaxNode, at: At, scope: Scope): At {
    const list = childrenOf(node).find(({ type }) => type === 'variable_declaration');
    return list === undefined ? at : this.#declarators(list, at, scope);
  }

  #declarators(list: SyntaxNode, at: At, scope: Scope): At {
    let now = at;
    for (const each of childrenOf(list)) {
      if (each.type !== 'variable_declarator') continue;
      const name = each.childForFieldName('name');
      const initial = childrenOf(each)
        .filter(({ id }) => id !== name?.id)
        .at(-1);
      if (initial === undefined || name === null) continue;
      // A lambda that is called as a local function is: where it is, it asks for what it asks for.
      if (scope.functions.get(name.text)?.id === initial.id) continue;
      const known = name.type === 'identifier' ? heldBy(name.text, initial, scope) : null;
      if (known?.isList === true) now = this.graph.add(now, { type: 'forget', nodes: known.nodes });
      const { at: after, target } = this.values.value(initial, now, scope);
      now = after;
      if (known === null) continue;
      scope.locals.set(name.text, known);
      if (!known.isList) Object.assign(known, { ...target, nodes: [...target.nodes] });
    }
    return now;
  }

  #loop(node: SyntaxNode, at: At, scope: Scope): At {
    const graph = this.graph;
    const field = (name: string): SyntaxNode | null => node.childForFieldName(name);
    const [head, after, again] = [graph.label(), graph.label(), graph.label()];
    const inner = { ...scope, breaks: after, continues: again };
    const condition = node.type === 'foreach_statement' ? null : field('condition');
    const isEndless = (node.type === 'for_statement' && condition === null) || /^\(?\s*true\s*\)?$/.test(condition?.text ?? '');
    let now = at;
    if (node.type === 'for_statement') {
      const initial = field('initializer');
      if (initial?.type === 'variable_declaration') now = this.#declarators(initial, now, scope);
      else if (initial !== null) now = this.values.value(initial, now, scope).at;
    }
    if (node.type === 'foreach_statement') {
      const right = field('right');
      if (right !== null) now = this.values.value(right, now, scope, { isEager: true }).at;
    }
    graph.link(now, head);
    let start: At = head;
    if (node.type !== 'do_statement') {
      if (condition !== null) start = this.values.value(condition, head, scope).at;
      if (/^await\b/.test(node.text)) start = this.values.wait(node, { at: start, target: unknownTarget }, scope);
      if (!isEndless) graph.link(start, after);
    }
    graph.link(this.#statementOf(field('body'), start, inner), again);
    let last: At = again;
    if (node.type === 'do_statement') {
      if (condition !== null) last = this.values.value(condition, again, scope).at;
      if (!isEndless) graph.link(last, after);
    } else if (node.type === 'for_statement') {
      const known = new Set([field('initializer')?.id, condition?.id, field('body')?.id]);
      for (const each of childrenOf(node)) if (!known.has(each.id)) last = this.values.value(each, last, scope).at;
    }
    graph.link(last, head);
    return after;
  }

  #try(node: SyntaxNode, at: At, scope: Scope): At {
    const graph = this.graph;
    const clauses = childrenOf(node);
    const last = clauses.find(({ type }) => type === 'finally_clause');
    let outer = scope;
    let finallyAt: number | null = null;
    if (last !== undefined && this.app.concerns(last)) {
      // Every way out leads through it, and from it every way out is open.
      finallyAt = graph.label();
      outer = { ...scope, thrown: finallyAt, returns: finallyAt };
      if (scope.breaks !== null) outer.breaks = finallyAt;
      if (scope.continues !== null) outer.continues = finallyAt;
    }
    const catches = clauses.filter(({ type }) => type === 'catch_clause');
    const caught = catches.length === 0 ? outer.thrown : graph.label();
    const ends: At[] = [this.#statementOf(node.childForFieldName('body'), at, { ...outer, thrown: caught })];
    for (const each of catches) {
      const filter = childrenOf(each).find(({ type }) => type === 'catch_filter_clause');
      const type = simpleName(
        childrenOf(each)
          .find(({ type: is }) => is === 'catch_declaration')
          ?.childForFieldName('type')?.text ?? '',
      );
      if (filter !== undefined || !/^(Exception)?$/.test(type)) graph.link(caught, outer.thrown);
      ends.push(this.#statementOf(each.childForFieldName('body'), caught, outer));
    }
    if (finallyAt === null || last === undefined) return graph.join(...ends);
    for (const end of ends) graph.link(end, finallyAt);
    const block = childrenOf(last)[0];
    const done = block === undefined ? finallyAt : this.#statement(block, finallyAt, scope);
    for (const way of [scope.thrown, scope.returns, scope.breaks, scope.continues]) if (way !== null) graph.link(done, way);
    return done;
  }

  #switch(node: SyntaxNode, at: At, scope: Scope): At {
    const graph = this.graph;
    const value = node.childForFieldName('value');
    const asked = value === null ? at : this.values.value(value, at, scope).at;
    const after = graph.label();
    const inner = { ...scope, breaks: after };
    let hasDefault = false;
    for (const section of childrenOf(node.childForFieldName('body') ?? node)) {
      if (section.type !== 'switch_section') continue;
      hasDefault ||= /^\s*default\s*:/.test(section.text);
      let now = asked;
      for (const each of childrenOf(section)) {
        if (each.type === 'when_clause') now = this.values.value(each, now, inner).at;
        else if (each.type.endsWith('_statement') || each.type === 'block') now = this.#statement(each, now, inner);
      }
      graph.link(now, after);
    }
    if (!hasDefault) graph.link(asked, after);
    return after;
  }
}
