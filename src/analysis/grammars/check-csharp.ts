/**
 * What keeps the orchestrators of a C# app from replaying, out of its texts alone: the clock, chance, I/O and the like, in their own code and
 * in the methods of the app that they call. Without the compiler's types a name means what the app's own texts make of it, else the type of
 * .NET that is called so; what is reached through values of unknown types is passed over.
 */
import { adviceFor, type SharedCause } from '../../core/history/cause-advice';
import { causeTexts, type DeterminismCause } from '../../core/history/divergence';
import type { Finding, Fix, RelatedPlace } from '../findings/finding';
import { type CSharpOrchestrator, orchestratorsOf, parametersOf } from './csharp-orchestrators';
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
    }
    const isSilenced = silencedIn(source.text);
    const report = (node: SyntaxNode, cause: DeterminismCause, what: string): void => {
      const isCovered = [node, ...way].some((place) =>
        isSilenced('span' in place ? place.span.startLine1 : place.startPosition.row + 1, cause),
      );
      if (!isCovered) this.#findings.push(this.#finding(node, cause, what, source, way));
    };
    for (const node of within(code, (each) => !decidesNothing(each))) {
      switch (node.type) {
        case 'member_access_expression': {
          const found = this.#member(node, values, source);
          if (found !== null) report(node, found, node.text);
          break;
        }
        case 'object_creation_expression':
        case 'implicit_object_creation_expression': {
          const found = this.#made(node, source);
          if (found !== null) report(node, found, node.text);
          break;
        }
        case 'identifier':
          if (type?.mutableStatics.has(node.text) === true && isRead(node) && !isShadowed(node.text, code)) {
            report(node, 'globalState', node.text);
          }
          break;
        case 'invocation_expression': {
          const left = leavesContext(node);
          if (left !== null) report(left, 'leftContext', `ConfigureAwait${node.childForFieldName('arguments')?.text ?? ''}`);
          for (const method of this.#called(node, type)) {
            const place = { file: source.file, span: spanOfNode(node), message: `'${method.name}' is called here.` };
            this.#look(method.node, method.type, method.source, [place, ...way]);
          }
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
    if (valueType !== undefined && owner !== valueType) return this.types.has(valueType) ? null : (objects[valueType] ?? null);
    if (!/^(global::)?[\w.]+$/.test(target.text)) return null;
    const name = source.aliases.get(target.text) ?? simpleName(target.text);
    if (this.types.has(name)) return null;
    const members = staticMembers[name];
    if (members === undefined) return null;
    return (Object.hasOwn(members, member) ? members[member] : members['*']) ?? null;
  }

  #made(node: SyntaxNode, source: CSharpText): SharedCause | null {
    const written = node.childForFieldName('type')?.text ?? declaredType(node) ?? '';
    const name = source.aliases.get(written) ?? simpleName(written);
    const cause = this.types.has(name) ? undefined : objects[name];
    // With a seed it gives the same numbers each time.
    const isSeeded =
      name === 'Random' && childrenOf(node).some(({ type, namedChildCount }) => type === 'argument_list' && namedChildCount > 0);
    return isSeeded ? null : (cause ?? null);
  }

  /** Methods of the app that a call may mean. */
  #called(call: SyntaxNode, type: CSharpType | null): readonly CSharpMethod[] {
    const called = call.childForFieldName('function');
    const [, owner, name = ''] = /^(?:([\w.]+)\.)?(\w+)(?:<[^]*>)?$/.exec(called?.text ?? '') ?? [];
    const declaring = owner === undefined || owner === 'this' ? type : this.types.get(simpleName(owner));
    const count = childrenOf(call.childForFieldName('arguments') ?? call).length;
    const methods = declaring?.methods.get(name) ?? [];
    const fitting = methods.filter(({ node }) => parametersOf(node).length === count);
    return fitting.length > 0 ? fitting : methods;
  }

  #finding(node: SyntaxNode, cause: DeterminismCause, what: string, source: CSharpText, way: readonly RelatedPlace[]): Finding {
    const shown = what.length > 60 ? `${what.slice(0, 57)}...` : what;
    return {
      cause,
      message: `${shown.replaceAll(/\s+/g, ' ')}: ${causeTexts[cause].reason} ${adviceFor(cause, source.file)}`,
      file: source.file,
      span: spanOfNode(node),
      orchestrators: [this.orchestrator.name],
      related: way,
      fixes: cause === 'leftContext' ? withoutConfigureAwait(node) : way.length > 0 ? [] : this.#fixes(node),
    };
  }

  #fixes(node: SyntaxNode): readonly Fix[] {
    const { context } = this.orchestrator;
    if (context === null) return [];
    const replace = (by: string, whole = node): Fix[] => [
      { title: `Use ${by}`, edits: [{ start: whole.startIndex, end: whole.endIndex, text: by }] },
    ];
    const owner = simpleName(node.childForFieldName('expression')?.text ?? '');
    const text = `${owner}.${node.childForFieldName('name')?.text ?? ''}`;
    if (text === 'DateTime.UtcNow' || text === 'DateTime.Now') return replace(`${context}.CurrentUtcDateTime`);
    if (text === 'Guid.NewGuid') return replace(`${context}.NewGuid`);
    const call = node.parent;
    const values = call?.type === 'invocation_expression' ? childrenOf(call.childForFieldName('arguments') ?? call) : [];
    if (text === 'Task.Delay' && call != null && values.length === 1) {
      const wait = values[0]?.text ?? '';
      const time = /^\d+$/.test(wait) ? `TimeSpan.FromMilliseconds(${wait})` : wait;
      return replace(`${context}.CreateTimer(${time}, CancellationToken.None)`, call);
    }
    return [];
  }
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
  return (
    before.childForFieldName('consequence')?.id === node.id &&
    /^!\s*\w+\.IsReplaying$/.test(before.childForFieldName('condition')?.text ?? '')
  );
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
