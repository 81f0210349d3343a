/** What the texts of a C# app hold for its orchestrators: the methods that ask for durable work, the names of contexts, what a call may mean. */
import { parametersOf } from '../grammars/csharp-orchestrators';
import { type CSharpText, type CSharpType, simpleName } from '../grammars/csharp-types';
import { childrenOf, type SyntaxNode, within } from '../grammars/syntax-trees';
import { hasBody, headOf, wordsOf } from './csharp-code';
import { contextMembers, durableCallOf, durableName } from './csharp-calls';
import type { CSharpConstants } from './csharp-constants';
import type { KnownTexts } from './csharp-scope';
import type { WorkLabel } from './wait-graph';

/** A method, a local function or a lambda. */
export interface CSharpCode {
  name: string;
  node: SyntaxNode;
  type: CSharpType | null;
  source: CSharpText;
}

/** What code that runs beside may ask for at any time. */
export interface WorkBeside {
  labels: WorkLabel[];
  /** Null: of a name that is not known. */
  events: (string | null)[];
  /** It may do anything. */
  isLost: boolean;
  cancels: boolean;
}

const timerLabel: WorkLabel = {
  kind: 'timer',
  name: null,
  input: null,
  retries: false,
  polls: false,
  isCancellable: false,
};

export class CSharpApp {
  /** By name; those that ask for work, or call what does. */
  readonly #durable = new Set<string>();
  readonly #methods = new Map<string, CSharpCode[]>();
  readonly #contexts = new Set<string>(['context', 'ctx']);
  readonly #mayRetry: boolean;

  constructor(
    sources: readonly CSharpText[],
    private readonly types: ReadonlyMap<string, CSharpType>,
    private readonly constants: CSharpConstants,
  ) {
    for (const type of types.values()) {
      for (const [name, methods] of type.methods) this.#methods.set(name, [...(this.#methods.get(name) ?? []), ...methods]);
      for (const [name, of] of type.members) if (of === 'TaskOrchestrationContext') this.#contexts.add(name);
    }
    for (const { root } of sources) {
      for (const node of within(root)) {
        if (node.type !== 'parameter' || simpleName(node.childForFieldName('type')?.text ?? '') !== 'TaskOrchestrationContext')
          continue;
        const name = node.childForFieldName('name')?.text;
        if (name !== undefined) this.#contexts.add(name);
      }
    }
    this.#mayRetry = sources.some(({ text }) => /Options\b|RetryPolicy|RetryHandler/.test(text));
    this.#findDurable();
  }

  addContext(name: string): void {
    this.#contexts.add(name);
  }

  hasType(name: string): boolean {
    return this.types.has(name);
  }

  isDurable(name: string): boolean {
    return this.#durable.has(name);
  }

  methodsNamed(name: string): readonly CSharpCode[] {
    return this.#methods.get(name) ?? [];
  }

  isContext(node: SyntaxNode): boolean {
    const name = /^(?:this\.)?(\w+)(?:\.Entities)?$/.exec(node.text)?.[1];
    return name !== undefined && this.#contexts.has(name);
  }

  /** Whether an argument is the context itself. */
  handsContext(argument: SyntaxNode): boolean {
    return childrenOf(argument).some((value) => value.type === 'identifier' && this.#contexts.has(value.text));
  }

  /** Whether it may ask for work, or wait. */
  concerns(node: SyntaxNode): boolean {
    return wordsOf(node).some(
      (word) => word === 'await' || word === 'goto' || /^Cancel/.test(word) || durableName.test(word) || this.#durable.has(word),
    );
  }

  /** What a call asks for, in the code that it stands in; null: nothing durable. `owner`: what stands before the dot. */
  durableCall(
    name: string,
    given: readonly SyntaxNode[],
    owner: SyntaxNode | null,
    code: SyntaxNode,
    isOwn: boolean,
    texts: KnownTexts,
  ): ReturnType<typeof durableCallOf> {
    return durableCallOf(name, given, {
      isContext: owner !== null && this.isContext(owner),
      textOf: (node) => this.#textOf(node, code, texts),
      mayRetry: this.#mayRetry,
      isOwn,
    });
  }

  #textOf(node: SyntaxNode | null, code: SyntaxNode, texts: KnownTexts): string | null {
    const known = node?.type === 'identifier' ? texts.get(node.text) : undefined;
    return known ?? this.constants.textOf(node, code);
  }

  /** What a method's parameters are in a call, as far as it is written out there and stays so. `texts`: of the parameters of the code `by`, which calls. */
  textsGiven(
    { node: method }: CSharpCode,
    given: readonly SyntaxNode[],
    owner: SyntaxNode | null,
    by: SyntaxNode,
    texts: KnownTexts,
  ): KnownTexts {
    const parameters = parametersOf(method);
    const list = method.childForFieldName('parameters');
    // Of `name => ...`
    const only = list?.type === 'implicit_parameter' ? list : undefined;
    const found = new Map<string, string>();
    if (parameters.some(({ text }) => /^(params|ref|out|in)\b/.test(text))) return found;
    const isExtension = /^\(\s*this\b/.test(list?.text ?? '');
    const before = isExtension && owner !== null && !this.types.has(simpleName(owner.text)) ? 1 : 0;
    for (const [index, argument] of given.entries()) {
      const parameter = only ?? parameters[index + before]?.childForFieldName('name');
      const name = (argument.childForFieldName('name') ?? parameter)?.text;
      const text = this.#textOf(childrenOf(argument).at(-1) ?? null, by, texts);
      if (name !== undefined && text !== null) found.set(name, text);
    }
    if (found.size === 0) return found;
    for (const node of within(method)) {
      if (node.type === 'assignment_expression') found.delete(node.childForFieldName('left')?.text ?? '');
      if (node.type === 'argument' && /^(ref|out)\b/.test(node.text)) found.delete(childrenOf(node).at(-1)?.text ?? '');
      // Another one of that name, inside.
      if (node.type === 'parameter' && !parameters.some(({ id }) => id === node.id))
        found.delete(node.childForFieldName('name')?.text ?? '');
      if (node.type === 'implicit_parameter' && node.id !== only?.id) found.delete(node.text);
    }
    return found;
  }

  /** Methods of the app that a call may mean. */
  candidates(
    called: SyntaxNode,
    name: string,
    count: number,
    scope: Pick<CSharpCode, 'type' | 'source'> & { functions: ReadonlyMap<string, SyntaxNode> },
  ): readonly CSharpCode[] {
    const inner = called.type === 'identifier' || called.type === 'generic_name' ? scope.functions.get(name) : undefined;
    if (inner !== undefined) return [{ name, node: inner, type: scope.type, source: scope.source }];
    const all = this.#methods.get(name) ?? [];
    const [, owner] = /^([\w.]+)\.\w+(?:<[^]*>)?$/.exec(called.text) ?? [];
    const declaring =
      called.type !== 'member_access_expression' || owner === 'this'
        ? scope.type
        : (this.types.get(simpleName(owner ?? '')) ?? null);
    const own = declaring?.methods.get(name) ?? [];
    const isSure =
      own.length > 0 && own.every(({ node }) => !/\b(virtual|abstract|override)\b/.test(headOf(node)) && hasBody(node));
    const meant = (isSure ? own : all).filter(({ node }) => hasBody(node));
    const isExtension = called.type === 'member_access_expression';
    const fitting = meant.filter(({ node }) => {
      const parameters = parametersOf(node);
      const most =
        parameters.length - (isExtension && /^\(\s*this\b/.test(node.childForFieldName('parameters')?.text ?? '') ? 1 : 0);
      const least = parameters.filter((each) => !/=/.test(each.text)).length - (parameters.length - most);
      return (
        (count >= least && count <= most) ||
        parameters.some(({ text }) => /^params\b/.test(text)) ||
        /^\(\s*this\b/.test(node.childForFieldName('parameters')?.text ?? '')
      );
    });
    return fitting.length > 0 ? fitting : meant;
  }

  /** What code may ask for that runs beside, and whatever of the app it calls. `texts`: of its own parameters, or of the code that it stands in. */
  workBeside(methods: readonly CSharpCode[], texts: KnownTexts): WorkBeside {
    const found: WorkBeside = { labels: [], events: [], isLost: false, cancels: false };
    const { labels, events } = found;
    const seen = new Set<number>();
    const read = ({ node: code }: CSharpCode, known: KnownTexts): void => {
      if (seen.has(code.id)) return;
      seen.add(code.id);
      for (const node of within(code)) {
        if (node.type === 'identifier' && this.#durable.has(node.text)) {
          for (const each of this.#methods.get(node.text) ?? []) read(each, new Map());
        }
        if (node.type !== 'invocation_expression') continue;
        const called = node.childForFieldName('function');
        const name = simpleName(
          (called?.type === 'member_access_expression' ? called.childForFieldName('name')?.text : called?.text) ?? '',
        );
        const owner = called?.type === 'member_access_expression' ? called.childForFieldName('expression') : null;
        const given = childrenOf(node.childForFieldName('arguments') ?? node).filter(({ type: is }) => is === 'argument');
        if (/^Cancel/.test(name)) found.cancels = true;
        const durable = this.durableCall(name, given, owner, code, this.#methods.has(name), known);
        if (durable === null) {
          if (this.#methods.has(name)) continue;
          const isOfContext = owner !== null && this.isContext(owner) && !contextMembers.test(name);
          found.isLost ||= isOfContext || given.some((each) => this.handsContext(each));
        } else if (durable.type === 'event') {
          events.push(durable.event);
          if (durable.ends === 'early') labels.push(durable.timer);
        } else {
          labels.push(durable.label, ...(durable.type === 'lock' ? [durable.release] : []));
          if (durable.label.retries || durable.label.polls) labels.push(timerLabel);
        }
      }
    };
    for (const method of methods) if (this.concerns(method.node)) read(method, texts);
    return found;
  }

  #findDurable(): void {
    const bodies = [...this.#methods].flatMap(([name, methods]) =>
      methods.map(({ node }) => ({ name, words: new Set(wordsOf(node)) })),
    );
    for (let isNew = true; isNew;) {
      isNew = false;
      for (const { name, words } of bodies) {
        if (this.#durable.has(name) || ![...words].some((word) => durableName.test(word) || this.#durable.has(word))) continue;
        this.#durable.add(name);
        isNew = true;
      }
    }
  }
}
