/** The functions of a C# app's texts with what they call: in their own code, and in the methods of the app that it calls. */
import type { CallingFunction, CodePlace, FunctionCall } from '../../core/values/function-calls';
import { orchestratorsOf, parametersOf } from '../grammars/csharp-orchestrators';
import { type CSharpMethod, type CSharpText, readText, simpleName, typesOf } from '../grammars/csharp-types';
import { childrenOf, type SyntaxNode, spanOfNode, type SyntaxTrees, within } from '../grammars/syntax-trees';
import { durableCallOf } from '../waits/csharp-calls';
import { CSharpConstants } from '../waits/csharp-constants';

interface Code {
  kind: CallingFunction['kind'];
  name: string;
  node: SyntaxNode;
  source: CSharpText;
}

/** `texts` by file path. */
export function csharpCalls(trees: SyntaxTrees, texts: ReadonlyMap<string, string>): CallingFunction[] {
  const parsed = [...texts].map(([file, text]) => ({ tree: trees.parse(text), file, text }));
  try {
    return new CSharpCallers(parsed.map(({ tree, file, text }) => readText(file, text, tree.root))).all();
  } finally {
    for (const { tree } of parsed) tree.dispose();
  }
}

class CSharpCallers {
  readonly #constants: CSharpConstants;
  readonly #types;
  readonly #methods = new Map<string, CSharpMethod[]>();

  constructor(private readonly sources: readonly CSharpText[]) {
    this.#constants = new CSharpConstants(sources);
    this.#types = typesOf(sources);
    for (const type of this.#types.values())
      for (const [name, methods] of type.methods) this.#methods.set(name, [...(this.#methods.get(name) ?? []), ...methods]);
  }

  all(): CallingFunction[] {
    return this.#functions().map(({ kind, name, node, source }) => ({
      ...{ kind, name, place: placeOf(node, source) },
      calls: this.#callsOf(node, source),
    }));
  }

  #functions(): Code[] {
    const orchestrators = orchestratorsOf(this.sources, this.#types).map(({ name, node, source }) => ({
      ...{ kind: 'orchestrator' as const, name: this.#constants.valueOf(name) ?? name, node, source },
    }));
    const known = new Set(orchestrators.map(({ node }) => node.id));
    const others: Code[] = [];
    for (const type of this.#types.values()) {
      for (const { node, source, name: method } of [...type.methods.values()].flat()) {
        if (known.has(node.id)) continue;
        const declaration = node.parent?.parent ?? null;
        if (method === 'RunAsync' && type.bases.has('TaskActivity')) {
          const given = declaration === null ? null : this.#argumentOf(declaration, 'DurableTask');
          others.push({ kind: 'activity', name: given ?? type.name, node, source });
          continue;
        }
        const name = this.#argumentOf(node, 'Function') ?? this.#argumentOf(node, 'FunctionName');
        if (name === null) continue;
        const triggers = parametersOf(node).flatMap((each) => attributesOf(each).map((attribute) => attribute.name));
        const kind = triggers.includes('ActivityTrigger') ? 'activity' : triggers.includes('EntityTrigger') ? 'entity' : 'client';
        others.push({ kind, name, node, source });
      }
    }
    return [...orchestrators, ...others];
  }

  /** What the first argument of an attribute says; null where it is not there, or computed. */
  #argumentOf(node: SyntaxNode, attribute: string): string | null {
    const found = attributesOf(node).find(({ name }) => name === attribute);
    const argument = found === undefined ? undefined : [...within(found.node)].find(({ type }) => type === 'attribute_argument');
    return argument === undefined ? null : this.#constants.textOf(childrenOf(argument).at(-1) ?? null, node);
  }

  #callsOf(node: SyntaxNode, source: CSharpText): FunctionCall[] {
    const calls: FunctionCall[] = [];
    const seen = new Set<number>();
    const enter = (code: SyntaxNode, from: CSharpText): void => {
      if (seen.has(code.id)) return;
      seen.add(code.id);
      for (const inner of within(code)) {
        if (inner.type !== 'invocation_expression') continue;
        const call = this.#callOf(inner, code);
        if (call !== null) calls.push({ ...call, place: placeOf(inner, from) });
        else for (const each of this.#methods.get(calledName(inner)) ?? []) enter(each.node, each.source);
      }
    };
    enter(node, source);
    return calls;
  }

  #callOf(call: SyntaxNode, code: SyntaxNode): Pick<FunctionCall, 'kind' | 'name'> | null {
    const name = calledName(call);
    const given = childrenOf(call.childForFieldName('arguments') ?? call).filter(({ type }) => type === 'argument');
    const value = (at: number): SyntaxNode | null => childrenOf(given[at] ?? call).at(-1) ?? null;
    const textOf = (node: SyntaxNode | null): string | null => this.#constants.textOf(node, code);
    if (/^(ScheduleNewOrchestrationInstance|StartNew)Async$/.test(name)) return { kind: 'start', name: textOf(value(0)) };
    if (name === 'RaiseEventAsync') return given.length < 2 ? null : { kind: 'raises', name: textOf(value(1)) };
    const around = { isContext: true, textOf, mayRetry: false, isOwn: this.#methods.has(name) };
    const durable = durableCallOf(name, given, around);
    if (durable?.type === 'event') return { kind: 'awaits', name: textOf(value(0)) };
    if (durable?.type !== 'work') return null;
    switch (durable.label.kind) {
      case 'activity':
        return durable.label.polls ? null : { kind: 'call', name: durable.label.name };
      case 'subOrchestration':
        return { kind: 'child', name: durable.label.name };
      case 'task': {
        // `CallHelloAsync` of the SDK's generator stands for an activity or an orchestrator.
        const isOrchestrator = this.#types.get(durable.label.name ?? '')?.bases.has('TaskOrchestrator') === true;
        return { kind: isOrchestrator ? 'child' : 'call', name: durable.label.name };
      }
      case 'entity':
        return { kind: durable.isAnswered ? 'entity' : 'signal', name: this.#entityName(value(0), code) };
      default:
        return null;
    }
  }

  /** Of `new EntityInstanceId("Counter", key)`, also through a variable. */
  #entityName(id: SyntaxNode | null, code: SyntaxNode): string | null {
    const made = id?.type === 'identifier' ? declaredValue(id.text, code) : id;
    if (made == null) return null;
    const [first] = childrenOf(made.childForFieldName('arguments') ?? made).filter(({ type }) => type === 'argument');
    return first === undefined ? null : this.#constants.textOf(childrenOf(first).at(-1) ?? null, code);
  }
}

function calledName(call: SyntaxNode): string {
  const called = call.childForFieldName('function');
  const named = called?.type === 'member_access_expression' ? called.childForFieldName('name') : called;
  return simpleName(named?.text ?? '');
}

function declaredValue(name: string, code: SyntaxNode): SyntaxNode | null {
  for (const node of within(code)) {
    if (node.type !== 'variable_declarator' || node.childForFieldName('name')?.text !== name) continue;
    for (const inner of within(node)) if (/object_creation_expression$/.test(inner.type)) return inner;
  }
  return null;
}

function attributesOf(node: SyntaxNode): { name: string; node: SyntaxNode }[] {
  return childrenOf(node)
    .filter(({ type }) => type === 'attribute_list')
    .flatMap((list) => childrenOf(list))
    .filter(({ type }) => type === 'attribute')
    .map((attribute) => ({
      name: simpleName(attribute.childForFieldName('name')?.text ?? '').replace(/Attribute$/, ''),
      node: attribute,
    }));
}

function placeOf(node: SyntaxNode, { file }: CSharpText): CodePlace {
  const { startLine1, startColumn1 } = spanOfNode(node);
  return { file, line1: startLine1, column1: startColumn1 };
}
