/**
 * Where an orchestrator in C# may stand still: its own code, and the methods of the app that it calls and awaits.
 *
 *   G1. Code that runs beside (a lambda that is handed on, a helper that is not awaited at once) may ask for what it holds at any time.
 *   G2. Whatever calls code that is not understood throws as well as not; constructors and properties are taken not to throw.
 *   G3. What gets the context and is not of the app may do anything from then on.
 */
import { type CSharpOrchestrator, orchestratorsOf } from '../grammars/csharp-orchestrators';
import { readText, simpleName, typesOf } from '../grammars/csharp-types';
import { childrenOf, type SyntaxNode, type SyntaxTrees } from '../grammars/syntax-trees';
import { eagerBody, functionsIn, isAsyncCode, isNameOnly } from './csharp-code';
import { CSharpApp, type CSharpCode } from './csharp-app';
import { CSharpConstants } from './csharp-constants';
import { contextMembers, harmless } from './csharp-calls';
import { CSharpFlow, type CSharpValues } from './csharp-flow';
import { type At, type Evaluated, type Held, hold, type KnownTexts, type Scope } from './csharp-scope';
import {
  TooManyWays,
  unknownTarget,
  type WaitFrame,
  type WaitGraph,
  WaitGraphBuilder,
  type WaitTarget,
  type WorkLabel,
} from './wait-graph';

/** How far calls are followed. */
const maxDepth = 12;

/** The graph of an orchestrator of the texts (by file path); null when it is not among them, or written more than once. */
export function csharpWaits(trees: SyntaxTrees, texts: ReadonlyMap<string, string>, functionName: string): WaitGraph | null {
  const parsed = [...texts].map(([file, text]) => ({ tree: trees.parse(text), file, text }));
  try {
    const sources = parsed.map(({ tree, file, text }) => readText(file, text, tree.root));
    const types = typesOf(sources);
    const constants = new CSharpConstants(sources);
    const isIt = ({ name }: CSharpOrchestrator): boolean =>
      [name, constants.valueOf(name)].some((each) => each?.toLowerCase() === functionName.toLowerCase());
    const [found, another] = orchestratorsOf(sources, types).filter(isIt);
    if (found === undefined || another !== undefined) return null;
    return new CSharpWaits(new CSharpApp(sources, types, constants)).of(found);
  } catch (error) {
    if (error instanceof TooManyWays) return null;
    throw error;
  } finally {
    for (const { tree } of parsed) tree.dispose();
  }
}

const nothing: WaitTarget = { mode: 'all', nodes: [], opaque: false };

class CSharpWaits implements CSharpValues {
  readonly #graph = new WaitGraphBuilder();
  readonly #flow: CSharpFlow;

  constructor(private readonly app: CSharpApp) {
    this.#flow = new CSharpFlow(this.#graph, app, this);
  }

  of({ name, node, type, source, context }: CSharpOrchestrator): WaitGraph {
    if (context !== null) this.app.addContext(context);
    const entry = this.#graph.label();
    const end = this.#graph.make({ type: 'end' });
    const isAsync = isAsyncCode(node);
    const scope = this.#scopeOf(
      { name, node, type, source },
      { callers: [], thrown: end, returns: end, depth: 0, isMany: false, texts: new Map() },
    );
    this.#graph.link(this.#body(node, entry, { ...scope, isAsync }, true), end);
    return { nodes: this.#graph.nodes, entry };
  }

  #scopeOf(called: CSharpCode, more: Pick<Scope, 'callers' | 'thrown' | 'returns' | 'depth' | 'isMany' | 'texts'>): Scope {
    return {
      ...{
        ...called,
        ...more,
        functions: functionsIn(called.node),
        isAsync: isAsyncCode(called.node),
        locals: new Map(),
        returned: [],
      },
      ...{ breaks: null, continues: null },
    };
  }

  /** `isWaitedFor`: what it returns is, by whoever called it. */
  #body(node: SyntaxNode, at: At, scope: Scope, isWaitedFor: boolean): At {
    const body =
      node.childForFieldName('body') ??
      childrenOf(node).find(({ type }) => type === 'block' || type === 'arrow_expression_clause');
    if (body == null) return this.#graph.add(at, { type: 'lost' });
    if (body.type === 'block') return this.#flow.block(body, at, scope);
    const value = body.type === 'arrow_expression_clause' ? (childrenOf(body)[0] ?? body) : body;
    return this.returned(value, at, scope, isWaitedFor);
  }

  returned(value: SyntaxNode, at: At, scope: Scope, isWaitedFor: boolean): At {
    const result = this.value(value, at, scope, { isAwaited: isWaitedFor && !scope.isAsync });
    scope.returned.push(result.target);
    // Code that is not async hands its task on: at its very outside the host waits for it.
    return !scope.isAsync && scope.depth === 0 ? this.wait(value, result, scope) : result.at;
  }

  wait(node: SyntaxNode, { at, target }: Evaluated, scope: Scope): At {
    return this.#graph.add(at, { type: 'wait', target, frames: [frameAt(node, scope), ...scope.callers], thrown: scope.thrown });
  }

  #throws(at: At, scope: Scope): void {
    this.#graph.link(at, scope.thrown);
  }

  value(node: SyntaxNode, at: At, scope: Scope, how: { isAwaited?: boolean; isEager?: boolean } = {}): Evaluated {
    const graph = this.#graph;
    const field = (name: string): SyntaxNode | null => node.childForFieldName(name);
    switch (node.type) {
      case 'await_expression': {
        const task = childrenOf(node).at(-1);
        if (task === undefined) return { at, target: unknownTarget };
        const now = this.wait(node, this.value(task, at, scope, { isAwaited: true }), scope);
        // What came may not be what the code takes it for.
        if (/^[\w.]+<(?!(string|object|JsonElement|bool)\??>)/.test(task.text)) this.#throws(now, scope);
        return { at: now, target: unknownTarget };
      }
      case 'parenthesized_expression':
      case 'argument':
      case 'element_binding_expression':
      case 'spread_element': {
        const inner = childrenOf(node);
        const [only] = inner;
        const isSpread = node.type === 'spread_element' || /^\.\./.test(node.text);
        if (inner.length === 1 && only !== undefined) return this.value(only, at, scope, isSpread ? { isEager: true } : how);
        return this.#all(inner, at, scope);
      }
      case 'identifier': {
        const held = scope.locals.get(node.text);
        if (held !== undefined) return { at, target: held };
        if (this.#isDurable(node.text, scope) && !isNameOnly(node))
          return { at: this.#beside(this.#methodsNamed(node.text, scope), at), target: unknownTarget };
        return { at, target: unknownTarget };
      }
      case 'member_access_expression': {
        const owner = field('expression');
        const name = simpleName(field('name')?.text ?? '');
        const { at: now } = owner === null ? { at } : this.value(owner, at, scope);
        if (owner?.text === 'Task' && name === 'CompletedTask') return { at: now, target: nothing };
        if (this.app.isDurable(name)) return { at: this.#beside(this.app.methodsNamed(name), now), target: unknownTarget };
        return { at: now, target: unknownTarget };
      }
      case 'invocation_expression':
        return this.#call(node, at, scope, how);
      case 'conditional_expression': {
        const asked = this.#part(field('condition'), at, scope);
        const ways = [field('consequence'), field('alternative')].map((each) => this.#part(each, asked, scope));
        return { at: graph.join(...ways), target: unknownTarget };
      }
      case 'binary_expression': {
        const left = this.#part(field('left'), at, scope);
        const right = this.#part(field('right'), left, scope);
        const isShort =
          /^(&&|\|\||\?\?)$/.test(field('operator')?.text ?? '') ||
          node.children.some((each) => /^(&&|\|\||\?\?)$/.test(each?.type ?? ''));
        return { at: isShort ? graph.join(left, right) : right, target: unknownTarget };
      }
      case 'switch_expression': {
        const [value, ...arms] = childrenOf(node);
        const asked = this.#part(value ?? null, at, scope);
        this.#throws(asked, scope);
        const ends = arms.map((arm) => childrenOf(arm).reduce<At>((now, each) => this.#part(each, now, scope), asked));
        return { at: graph.join(...ends), target: unknownTarget };
      }
      case 'throw_expression':
        graph.link(this.#all(childrenOf(node), at, scope).at, scope.thrown);
        return { at: null, target: unknownTarget };
      case 'assignment_expression':
        return this.#assignment(node, at, scope);
      case 'lambda_expression':
      case 'anonymous_method_expression':
        return {
          at: this.#beside([{ name: '', node, type: scope.type, source: scope.source }], at, scope.texts),
          target: unknownTarget,
        };
      case 'object_creation_expression': {
        const { at: now } = this.#all(childrenOf(node), at, scope);
        const isTimed = /^new\s+CancellationTokenSource\s*\(\s*[^)\s]/.test(node.text);
        return { at: isTimed ? graph.add(now, { type: 'cancel' }) : this.#handsOn(node, now), target: unknownTarget };
      }
      case 'typeof_expression':
      case 'default_expression':
        return { at, target: unknownTarget };
      case 'element_access_expression':
      case 'cast_expression': {
        const { at: now, target } = this.#all(childrenOf(node), at, scope);
        this.#throws(now, scope);
        return { at: now, target };
      }
      case 'conditional_access_expression': {
        const [owner, ...rest] = childrenOf(node);
        const asked = this.#part(owner ?? null, at, scope);
        return { at: graph.join(asked, this.#all(rest, asked, scope).at), target: unknownTarget };
      }
      default:
        return this.#all(childrenOf(node), at, scope);
    }
  }

  #part(node: SyntaxNode | null, at: At, scope: Scope): At {
    return node === null ? at : this.value(node, at, scope).at;
  }

  /** One after the other. */
  #all(nodes: readonly SyntaxNode[], at: At, scope: Scope): Evaluated {
    return { at: nodes.reduce<At>((now, each) => this.value(each, now, scope).at, at), target: unknownTarget };
  }

  #assignment(node: SyntaxNode, at: At, scope: Scope): Evaluated {
    const [left, right] = [node.childForFieldName('left'), node.childForFieldName('right')];
    const owner = left?.type === 'element_access_expression' ? (left.childForFieldName('expression')?.text ?? '') : '';
    const held = scope.locals.get(owner);
    if (held?.isList === true && right !== null) {
      const { at: now, target } = this.value(right, at, { ...scope, isMany: true });
      hold(held, target);
      return { at: now, target: unknownTarget };
    }
    const before = left === null || left.type === 'identifier' ? at : this.value(left, at, scope).at;
    const { at: now } = right === null ? { at: before } : this.value(right, before, scope);
    // `??=` leaves it be.
    return { at: /\?\?=/.test(node.text) ? this.#graph.join(before, now) : now, target: unknownTarget };
  }

  #call(call: SyntaxNode, at: At, scope: Scope, how: { isAwaited?: boolean; isEager?: boolean }): Evaluated {
    const graph = this.#graph;
    const called = call.childForFieldName('function');
    const list = call.childForFieldName('arguments');
    const given = list === null ? [] : childrenOf(list).filter(({ type }) => type === 'argument');
    if (called === null || called.text === 'nameof') return { at, target: unknownTarget };
    const isMember = called.type === 'member_access_expression';
    const owner = isMember ? called.childForFieldName('expression') : null;
    const name = simpleName((isMember ? called.childForFieldName('name')?.text : called.text) ?? '');
    const evaluated = (from: At): At => given.reduce<At>((now, each) => this.value(each, now, scope).at, from);

    if (owner !== null && (name === 'ConfigureAwait' || name === 'AsTask')) return this.value(owner, at, scope, how);
    if (owner !== null && (name === 'ToList' || name === 'ToArray') && given.length === 0)
      return this.value(owner, at, scope, { isEager: true });
    if (owner?.text === 'Task' && (name === 'WhenAll' || name === 'WhenAny')) return this.#together(name, given, at, scope);
    if (owner?.text === 'Task' && (name === 'FromResult' || name === 'FromException'))
      return { at: evaluated(at), target: name === 'FromResult' ? nothing : unknownTarget };
    const held = owner === null ? undefined : scope.locals.get(owner.text);
    if (held?.isList === true && name === 'Add' && given.length === 1 && given[0] !== undefined) {
      const { at: now, target } = this.value(given[0], at, { ...scope, isMany: true });
      hold(held, target);
      return { at: now, target: unknownTarget };
    }
    const lambda = given.length === 1 ? childrenOf(given[0] ?? call).at(-1) : undefined;
    if (owner !== null && name === 'Select' && how.isEager === true && lambda?.type === 'lambda_expression') {
      const body = eagerBody(lambda);
      if (body !== null) return this.#each(body, this.value(owner, at, scope).at, scope);
    }

    const methods = this.app.candidates(called, name, given.length, scope);
    if (methods.some(({ node }) => this.app.concerns(node))) return this.#inside(call, methods, at, scope, given, owner, how);

    const ownerAt = owner === null ? at : this.value(owner, at, scope).at;
    const durable = this.app.durableCall(name, given, owner, scope.node, methods.length > 0, scope.texts);
    if (durable !== null) {
      const now = evaluated(ownerAt);
      switch (durable.type) {
        case 'work':
          return this.#emit(durable.label, now, scope, durable.isAnswered);
        case 'event': {
          const from = durable.ends === 'early' ? this.#emit(durable.timer, now, scope, true).at : now;
          const id = graph.add(from, { type: 'listen', event: durable.event, ends: durable.ends, isMany: scope.isMany });
          return {
            at: id,
            target: id === null ? unknownTarget : { mode: 'all', nodes: [id], opaque: durable.ends !== 'answered' },
          };
        }
        case 'lock': {
          const { at: from, target } = this.#emit(durable.label, now, scope, true);
          return { at: graph.add(from, { type: 'spawn', labels: [durable.release], events: [] }), target };
        }
      }
    }
    let now = evaluated(ownerAt);
    if (/^Cancel/.test(name)) now = graph.add(now, { type: 'cancel' });
    if (!(owner !== null && this.app.isContext(owner) && contextMembers.test(name)) && !harmless.test(name))
      this.#throws(now, scope);
    const isUnknownOfContext = owner !== null && this.app.isContext(owner) && !contextMembers.test(name) && methods.length === 0;
    if (isUnknownOfContext) now = graph.add(now, { type: 'lost' });
    return { at: this.#handsOn(call, now, methods.length > 0), target: unknownTarget };
  }

  /** G3 */
  #handsOn(call: SyntaxNode, at: At, isOwn = false): At {
    if (isOwn) return at;
    const list = childrenOf(call).find(({ type }) => type === 'argument_list');
    const name = simpleName(call.childForFieldName('type')?.text ?? '');
    if (list === undefined || this.app.hasType(name)) return at;
    const isHandedOn = childrenOf(list).some((each) => this.app.handsContext(each));
    return isHandedOn ? this.#graph.add(at, { type: 'lost' }) : at;
  }

  #emit(label: WorkLabel, at: At, scope: Scope, isAnswered: boolean): Evaluated {
    const id = this.#graph.add(at, { type: 'emit', label, isMany: scope.isMany });
    return { at: id, target: id === null || !isAnswered ? nothing : { mode: 'all', nodes: [id], opaque: false } };
  }

  #together(name: string, given: readonly SyntaxNode[], at: At, scope: Scope): Evaluated {
    const held: Held = { mode: name === 'WhenAny' ? 'any' : 'all', nodes: [], opaque: false, isList: false };
    let now = at;
    for (const each of given) {
      const evaluated = this.value(each, now, scope, { isEager: true });
      now = evaluated.at;
      const { target } = evaluated;
      if (target.mode === 'any' || (held.mode === 'any' && !isOneEach(target, each))) held.opaque = true;
      else hold(held, target);
      // Later growth of a list belongs to it as well.
    }
    return { at: now, target: held };
  }

  /** `Select` whose result is enumerated at once. */
  #each(body: SyntaxNode, at: At, scope: Scope): Evaluated {
    const graph = this.#graph;
    const nodes: number[] = [];
    const start = graph.add(at, { type: 'forget', nodes });
    const head = graph.label();
    graph.link(start, head);
    const { at: end, target } = this.value(body, head, { ...scope, isMany: true });
    nodes.push(...target.nodes);
    graph.link(end, head);
    return { at: head, target: { mode: target.mode, nodes, opaque: target.opaque } };
  }

  /** A call of code that is here. */
  #inside(
    call: SyntaxNode,
    methods: readonly CSharpCode[],
    at: At,
    scope: Scope,
    given: readonly SyntaxNode[],
    owner: SyntaxNode | null,
    { isAwaited = false }: { isAwaited?: boolean },
  ): Evaluated {
    const graph = this.#graph;
    let now = owner === null ? at : this.value(owner, at, scope).at;
    for (const each of given) now = this.value(each, now, scope).at;
    const ends: At[] = [];
    const targets: WaitTarget[] = [];
    for (const method of methods) {
      if (!this.app.concerns(method.node)) {
        this.#throws(now, scope);
        ends.push(now);
        targets.push(unknownTarget);
        continue;
      }
      const texts = this.app.textsGiven(method, given, owner, scope.node, scope.texts);
      if (isAsyncCode(method.node) && !isAwaited) {
        ends.push(this.#beside([method], now, texts));
        targets.push(unknownTarget);
        continue;
      }
      const callers = [frameAt(call, scope), ...scope.callers];
      const isAgain = callers.some(({ name }, index) => index > 0 && name === method.name) || scope.name === method.name;
      if (scope.depth >= maxDepth || isAgain) {
        ends.push(graph.add(now, { type: 'lost' }));
        continue;
      }
      const returns = graph.label();
      const inner = this.#scopeOf(method, {
        callers,
        thrown: scope.thrown,
        returns,
        depth: scope.depth + 1,
        isMany: scope.isMany,
        texts,
      });
      // What it does is read anew for each call.
      const enters = graph.label();
      graph.link(now, enters);
      graph.link(this.#body(method.node, enters, inner, isAwaited), returns);
      ends.push(now === null ? null : returns);
      targets.push(isAsyncCode(method.node) ? nothing : onlyOf(inner.returned));
    }
    return { at: graph.join(...ends), target: onlyOf(targets) };
  }

  /** G1 */
  #beside(methods: readonly CSharpCode[], at: At, texts: KnownTexts = new Map()): At {
    const { labels, events, isLost, cancels } = this.app.workBeside(methods, texts);
    if (isLost) return this.#graph.add(at, { type: 'lost' });
    const now = cancels ? this.#graph.add(at, { type: 'cancel' }) : at;
    return labels.length === 0 && events.length === 0 ? now : this.#graph.add(now, { type: 'spawn', labels, events });
  }

  #isDurable(name: string, scope: Scope): boolean {
    return scope.functions.has(name) || this.app.isDurable(name);
  }

  #methodsNamed(name: string, scope: Scope): readonly CSharpCode[] {
    const inner = scope.functions.get(name);
    return inner === undefined ? this.app.methodsNamed(name) : [{ name, node: inner, type: scope.type, source: scope.source }];
  }
}

/** Of `WhenAny`, each argument is one task, or a list of single ones. */
function isOneEach({ nodes }: WaitTarget, argument: SyntaxNode): boolean {
  return nodes.length <= 1 || !/WhenAll/.test(argument.text);
}

function onlyOf(targets: readonly WaitTarget[]): WaitTarget {
  return targets.length === 1 ? (targets[0] ?? unknownTarget) : unknownTarget;
}

function frameAt(node: SyntaxNode, { name, source }: Scope): WaitFrame {
  const { row, column } = node.startPosition;
  return { name, place: { file: source.file, line: row + 1, column: column + 1 } };
}
