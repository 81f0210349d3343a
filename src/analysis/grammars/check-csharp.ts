/**
 * What keeps the orchestrators of a C# app from replaying, out of its texts alone: the clock, chance, I/O and the like, in their own code and
 * in the methods of the app that they call. Without the compiler's types a name means what the app's own texts make of it, else the type of
 * .NET that is called so; what is reached through values of unknown types is passed over.
 */
import { adviceFor, type SharedCause } from '../../core/history/cause-advice';
import { causeTexts, type DeterminismCause } from '../../core/history/divergence';
import type { Finding, Fix, RelatedPlace } from '../findings/finding';
import { type CSharpOrchestrator, orchestratorsOf, parametersOf } from './csharp-orchestrators';
import { asUtc, dateWithoutZone } from './csharp-dates';
import { awaited, fixesOf } from './csharp-fixes';
import { objects, staticMembers } from './csharp-rules';
import {
  type CSharpMethod,
  type CSharpText,
  type CSharpType,
  readParameters,
  readText,
  simpleName,
  typesOf,
  variablesOf,
} from './csharp-types';
import { silencedIn } from './silenced';
import { childrenOf, spanOfNode, type SyntaxNode, type SyntaxTrees, within } from './syntax-trees';

/** How far calls are followed. */
const maxDepth = 12;

/** The findings of an app's texts, by file path; unmerged. */
export function checkCSharp(trees: SyntaxTrees, texts: ReadonlyMap<string, string>): Finding[] {
  const parsed = [...texts].map(([file, text]) => ({ tree: trees.parse(text), file, text }));
  try {
    const sources = parsed.map(({ tree, file, text }) => readText(file, text, tree.root));
    const types = typesOf(sources);
    return orchestratorsOf(sources, types).flatMap((each) => new Check(each, types).run());
  } finally {
    for (const { tree } of parsed) tree.dispose();
  }
}

class Check {
  readonly #findings: Finding[] = [];
  readonly #seen = new Set<number>();

  constructor(
    private readonly orchestrator: CSharpOrchestrator,
    private readonly types: ReadonlyMap<string, CSharpType>,
  ) {}

  run(): Finding[] {
    const { node, type, source } = this.orchestrator;
    this.#look(node, type, source, []);
    return this.#findings;
  }

  #look(code: SyntaxNode, type: CSharpType | null, source: CSharpText, way: readonly RelatedPlace[]): void {
    if (this.#seen.has(code.id) || way.length > maxDepth) return;
    this.#seen.add(code.id);
    const values = new Map(type?.members ?? []);
    for (const each of within(code)) {
      if (each.type === 'parameter_list') readParameters(each, values);
      else if (each.type === 'variable_declaration') for (const [name, of] of variablesOf(each)) values.set(name, of);
      else if (each.type === 'variable_declarator' && isSeeded(each)) values.delete(each.childForFieldName('name')?.text ?? '');
    }
    const isSilenced = silencedIn(source.text);
    const report = (node: SyntaxNode, cause: DeterminismCause, what: string): void => {
      const isCovered = [node, ...way].some((place) =>
        isSilenced('span' in place ? place.span.startLine1 : place.startPosition.row + 1, cause),
      );
      if (!isCovered) this.#findings.push(this.#finding(node, cause, what, { source, values, way }));
    };
    const follow = (methods: readonly CSharpMethod[], from: SyntaxNode, how: string): void => {
      for (const method of methods) {
        const place = { file: source.file, span: spanOfNode(from), message: `'${method.name}' is ${how} here.` };
        this.#look(method.node, method.type, method.source, [place, ...way]);
      }
    };
    for (const node of within(code, (each) => !decidesNothing(each))) {
      switch (node.type) {
        case 'member_access_expression': {
          if (isBlocking(node)) report(node, 'blocked', node.text);
          const found = this.#member(node, values, source);
          if (found !== null) report(node, found, node.text);
          const owner = node.childForFieldName('expression')?.text ?? '';
          const declaring = owner === 'this' ? type : this.#typeOf(owner, values);
          const getter = declaring?.getters.get(node.childForFieldName('name')?.text ?? '');
          if (getter !== undefined) follow([getter], node, 'read');
          break;
        }
        case 'element_access_expression': {
          const of = values.get(node.childForFieldName('expression')?.text ?? '');
          if (of === 'IConfiguration' && !this.types.has(of)) report(node, 'environment', node.text);
          break;
        }
        case 'object_creation_expression':
        case 'implicit_object_creation_expression': {
          const found = this.#made(node, source);
          if (found !== null) report(node, found, node.text);
          follow(this.#setUpBy(node), node, 'made');
          break;
        }
        case 'identifier': {
          if (type?.mutableStatics.has(node.text) === true && isRead(node) && !isShadowed(node.text, code)) {
            report(node, 'globalState', node.text);
          }
          const getter = type?.getters.get(node.text);
          if (
            getter !== undefined &&
            node.parent?.type !== 'member_access_expression' &&
            isRead(node) &&
            !isShadowed(node.text, code)
          )
            follow([getter], node, 'read');
          break;
        }
        case 'invocation_expression': {
          const left = leavesContext(node);
          if (left !== null) report(left, 'leftContext', `ConfigureAwait${node.childForFieldName('arguments')?.text ?? ''}`);
          const date = dateWithoutZone(node, code);
          if (date !== null) report(date, 'dateWithoutZone', date.text);
          follow(this.#called(node, type, values), node, 'called');
          break;
        }
      }
    }
  }

  /** `Type.Member`, with or without a namespace, and members of values whose type is known. */
  #member(node: SyntaxNode, values: ReadonlyMap<string, string>, source: CSharpText): SharedCause | null {
    const target = node.childForFieldName('expression');
    const member = simpleName(node.childForFieldName('name')?.text ?? '');
    if (target === null) return null;
    const owner = /^(?:this\.)?(\w+)$/.exec(target.text)?.[1];
    const valueType = owner === undefined ? undefined : values.get(owner);
    if (member === 'GetHashCode' && (valueType === 'string' || /(^"|")$|\.InstanceId$/.test(target.text))) return 'random';
    if (member === 'CancelAfter' && valueType === 'CancellationTokenSource') return 'timer';
    if (valueType !== undefined && owner !== valueType) return this.types.has(valueType) ? null : (objects[valueType] ?? null);
    if (!/^(global::)?[\w.]+$/.test(target.text)) return null;
    const name = source.aliases.get(target.text) ?? simpleName(target.text);
    if (this.types.has(name)) return null;
    const members = staticMembers[name];
    if (members === undefined) return null;
    return (Object.hasOwn(members, member) ? members[member] : members['*']) ?? null;
  }

  #made(node: SyntaxNode, source: CSharpText): SharedCause | null {
    const written = typeMade(node);
    const name = source.aliases.get(written) ?? simpleName(written);
    if (this.types.has(name)) return null;
    // With a seed it gives the same numbers each time; with a time it is a timer.
    if (name === 'Random' && hasArguments(node)) return null;
    if (name === 'CancellationTokenSource') return hasArguments(node) ? 'timer' : null;
    return objects[name] ?? null;
  }

  /** What runs when an object of a type of the app is made: its constructors, and what its members are set to unless that is given. */
  #setUpBy(node: SyntaxNode): readonly CSharpMethod[] {
    const type = this.types.get(simpleName(typeMade(node)));
    if (type === undefined) return [];
    const given = childrenOf(node).find((child) => child.type === 'initializer_expression')?.text ?? '';
    const set = type.initialisers.filter(({ name }) => !new RegExp(String.raw`\b${name}\s*=`).test(given));
    return [...set, ...fitting(type.constructors, childrenOf(node).find((child) => child.type === 'argument_list') ?? null)];
  }

  /** What stands before a dot: a type of the app, or a value of one. */
  #typeOf(owner: string, values: ReadonlyMap<string, string>): CSharpType | undefined {
    const [, made] = /^\(?new\s+([\w.]+)\s*\([^]*\)$/.exec(owner) ?? [];
    const name = owner.replace(/^this\./, '');
    return this.types.get(values.get(name) ?? simpleName(made ?? owner));
  }

  /** Methods of the app that a call may mean. */
  #called(call: SyntaxNode, type: CSharpType | null, values: ReadonlyMap<string, string>): readonly CSharpMethod[] {
    const called = call.childForFieldName('function');
    const [, owner, name = ''] = /^(?:([\w.]+|\(?new\b[^]*\))\.)?(\w+)(?:<[^]*>)?$/.exec(called?.text ?? '') ?? [];
    const declaring = owner === undefined || owner === 'this' ? type : this.#typeOf(owner, values);
    return fitting(declaring?.methods.get(name) ?? [], call.childForFieldName('arguments'));
  }

  #finding(
    node: SyntaxNode,
    cause: DeterminismCause,
    what: string,
    { source, values, way }: { source: CSharpText; values: ReadonlyMap<string, string>; way: readonly RelatedPlace[] },
  ): Finding {
    const shown = what.length > 60 ? `${what.slice(0, 57)}...` : what;
    return {
      cause,
      message: `${shown.replaceAll(/\s+/g, ' ')}: ${causeTexts[cause].reason} ${adviceFor(cause, source.file)}`,
      file: source.file,
      span: spanOfNode(node),
      orchestrators: [this.orchestrator.name],
      related: way,
      fixes: this.#fixes(node, cause, way.length === 0 ? { values, aliases: source.aliases } : null),
    };
  }

  /** `own`: null in code that the orchestrator calls. */
  #fixes(
    node: SyntaxNode,
    cause: DeterminismCause,
    own: { values: ReadonlyMap<string, string>; aliases: ReadonlyMap<string, string> } | null,
  ): readonly Fix[] {
    const { context, node: code } = this.orchestrator;
    if (cause === 'leftContext') return withoutConfigureAwait(node);
    if (cause === 'dateWithoutZone') return asUtc(node);
    if (cause === 'blocked' && !/^Task\./.test(node.text)) return awaited(node);
    return own === null || context === null ? [] : fixesOf(node, { ...own, context, code });
  }
}

/** Those with as many parameters as are given; if there are none, all of that name. */
function fitting(methods: readonly CSharpMethod[], given: SyntaxNode | null): readonly CSharpMethod[] {
  const count = given === null ? 0 : childrenOf(given).length;
  const found = methods.filter(({ node }) => parametersOf(node).length === count);
  return found.length > 0 ? found : methods;
}

const durable = /^(Call(Activity|SubOrchestrator|Entity|Http)Async|CreateTimer|WaitForExternalEvent|LockEntitiesAsync)$/;

/** The member by which code blocks on a task of the context: `.Result`, `.Wait`, `.GetAwaiter`, `Task.WaitAll`. */
function isBlocking(member: SyntaxNode): boolean {
  if (/^(System\.Threading\.Tasks\.)?Task\.Wait(All|Any)$/.test(member.text)) return true;
  if (!/^(Result|Wait|GetAwaiter)$/.test(member.childForFieldName('name')?.text ?? '')) return false;
  const task = member.childForFieldName('expression');
  const called = task?.type === 'invocation_expression' ? task.childForFieldName('function') : null;
  return called?.type === 'member_access_expression' && durable.test(simpleName(called.childForFieldName('name')?.text ?? ''));
}

/** The name in a call of `ConfigureAwait` that does not keep the context; null: it is another call. */
function leavesContext(call: SyntaxNode): SyntaxNode | null {
  const name = call.childForFieldName('function')?.childForFieldName('name') ?? null;
  if (name?.text !== 'ConfigureAwait') return null;
  const given = call.childForFieldName('arguments')?.text ?? '';
  const isLeft = given.includes('ConfigureAwaitOptions') ? !given.includes('ContinueOnCapturedContext') : /\bfalse\b/.test(given);
  return isLeft ? name : null;
}

function withoutConfigureAwait(name: SyntaxNode): readonly Fix[] {
  const task = name.parent?.childForFieldName('expression');
  const call = name.parent?.parent;
  if (task == null || call == null) return [];
  return [{ title: 'Leave ConfigureAwait out', edits: [{ start: task.endIndex, end: call.endIndex, text: '' }] }];
}

/** What is only logged, or done only when it runs for the first time. */
function decidesNothing(node: SyntaxNode): boolean {
  if (node.type === 'attribute_list' || node.type === 'nameof_expression' || node.type === 'typeof_expression') return true;
  if (node.type === 'invocation_expression') {
    const called = node.childForFieldName('function')?.text ?? '';
    return /(^|\.)(Log\w*|BeginScope)$/.test(called) || /^Console\.(Write|WriteLine)$/.test(called) || called === 'nameof';
  }
  const before = node.parent;
  if (before?.type !== 'if_statement') return false;
  const asked = before.childForFieldName('condition')?.text ?? '';
  if (before.childForFieldName('alternative')?.id === node.id) return /^\w+\.IsReplaying$/.test(asked);
  return before.childForFieldName('consequence')?.id === node.id && !asked.includes('||') && asked.split('&&').some(isNoReplay);
}

function isNoReplay(asked: string): boolean {
  return /^\(*(!\s*\(?\w+\.IsReplaying|\w+\.IsReplaying\s*(==\s*false|is\s+false|!=\s*true|is\s+not\s+true))\)*$/.test(
    asked.trim(),
  );
}

function hasArguments(node: SyntaxNode): boolean {
  return childrenOf(node).some(({ type, namedChildCount }) => type === 'argument_list' && namedChildCount > 0);
}

/** `var dice = new Random(7)` */
function isSeeded(declarator: SyntaxNode): boolean {
  const value = childrenOf(declarator).at(-1);
  return (
    value !== undefined &&
    /object_creation_expression$/.test(value.type) &&
    simpleName(typeMade(value)) === 'Random' &&
    hasArguments(value)
  );
}

/** The type of an object that is made, as written there or where its variable is declared. */
function typeMade(node: SyntaxNode): string {
  return node.childForFieldName('type')?.text ?? declaredType(node) ?? '';
}

/** Its value is used: it is no name of a member, of an argument or of what is declared. */
function isRead(node: SyntaxNode): boolean {
  const { parent } = node;
  if (parent === null) return false;
  if (parent.type === 'member_access_expression') return parent.childForFieldName('expression')?.id === node.id;
  return parent.childForFieldName('name')?.id !== node.id && parent.childForFieldName('type')?.id !== node.id;
}

function isShadowed(name: string, code: SyntaxNode): boolean {
  for (const node of within(code)) {
    if ((node.type === 'variable_declarator' || node.type === 'parameter') && node.childForFieldName('name')?.text === name)
      return true;
  }
  return false;
}

/** Of `Random dice = new();`. */
function declaredType(node: SyntaxNode): string | null {
  for (let each = node.parent; each !== null; each = each.parent) {
    if (each.type === 'variable_declaration') return each.childForFieldName('type')?.text ?? null;
    if (each.type !== 'variable_declarator' && each.type !== 'equals_value_clause') return null;
  }
  return null;
}
