/** The orchestrators of C# texts: function-based, class-based, and those that a program of the Durable Task SDK adds as functions. */
import { childOf, type CSharpMethod, type CSharpText, type CSharpType, simpleName } from './csharp-types';
import { childrenOf, type SyntaxNode, within } from './syntax-trees';

export interface CSharpOrchestrator {
  name: string;
  /** The method or the lambda. */
  node: SyntaxNode;
  type: CSharpType | null;
  source: CSharpText;
  /** What the context is called there. */
  context: string | null;
}

export function orchestratorsOf(sources: readonly CSharpText[], types: ReadonlyMap<string, CSharpType>): CSharpOrchestrator[] {
  const found: CSharpOrchestrator[] = [];
  for (const type of types.values()) {
    for (const method of [...type.methods.values()].flat()) {
      const trigger = parametersOf(method.node).find((each) => attributeOf(each, 'OrchestrationTrigger') !== null);
      const isRun = method.name === 'RunAsync' && type.bases.has('TaskOrchestrator');
      if (trigger === undefined && !isRun) continue;
      const context = (trigger ?? parametersOf(method.node)[0])?.childForFieldName('name')?.text ?? null;
      const name = isRun && trigger === undefined ? classTaskName(method, type) : functionName(method);
      found.push({ name, node: method.node, type, source: method.source, context });
    }
  }
  for (const source of sources) {
    for (const call of within(source.root)) {
      if (call.type !== 'invocation_expression') continue;
      const called = call.childForFieldName('function');
      if (called?.type !== 'member_access_expression') continue;
      if (!/^AddOrchestratorFunc\b/.test(called.childForFieldName('name')?.text ?? '')) continue;
      const [name, code] = childrenOf(call.childForFieldName('arguments') ?? call).map((argument) => childrenOf(argument).at(-1));
      if (name === undefined || code === undefined) continue;
      const added = { name: textOf(name), source };
      if (code.type === 'lambda_expression' || code.type === 'anonymous_method_expression') {
        found.push({ ...added, node: code, type: null, context: firstParameter(code) });
      } else {
        const [, typeName, methodName] = /^(?:([\w.]+)\.)?(\w+)$/.exec(code.text) ?? [];
        const declaring = typeName === undefined ? [...types.values()] : [types.get(simpleName(typeName))];
        for (const method of declaring.flatMap((type) => type?.methods.get(methodName ?? '') ?? [])) {
          const context = parametersOf(method.node)[0]?.childForFieldName('name')?.text ?? null;
          found.push({ name: added.name, node: method.node, type: method.type, source: method.source, context });
        }
      }
    }
  }
  return found;
}

export function parametersOf(node: SyntaxNode): SyntaxNode[] {
  const list = node.childForFieldName('parameters');
  return list === null ? [] : childrenOf(list).filter(({ type }) => type === 'parameter');
}

function firstParameter(lambda: SyntaxNode): string | null {
  const list = lambda.childForFieldName('parameters');
  if (list === null) return null;
  return list.type === 'parameter_list' ? (parametersOf(lambda)[0]?.childForFieldName('name')?.text ?? null) : list.text;
}

function functionName(method: CSharpMethod): string {
  const attribute = attributeOf(method.node, 'Function') ?? attributeOf(method.node, 'FunctionName');
  const argument = attribute === null ? null : childOf(attribute, 'attribute_argument_list');
  const first = argument === null ? undefined : childrenOf(argument)[0];
  return first === undefined ? method.name : textOf(first);
}

function classTaskName(method: CSharpMethod, type: CSharpType): string {
  const declaration = method.node.parent?.parent;
  const attribute = declaration == null ? null : attributeOf(declaration, 'DurableTask');
  const argument = attribute === null ? null : childOf(attribute, 'attribute_argument_list');
  const first = argument === null ? undefined : childrenOf(argument)[0];
  return first === undefined ? type.name : textOf(first);
}

/** `"Name"`, `nameof(Type.Name)`, or a constant by its own name. */
function textOf(node: SyntaxNode): string {
  const [, inner] = /^nameof\(([^)]*)\)$/.exec(node.text) ?? [];
  return simpleName(inner ?? node.text.replaceAll('"', ''));
}

function attributeOf(node: SyntaxNode, name: string): SyntaxNode | null {
  for (const list of childrenOf(node)) {
    if (list.type !== 'attribute_list') continue;
    for (const attribute of childrenOf(list)) {
      const is = simpleName(attribute.childForFieldName('name')?.text ?? '');
      if (is === name || is === `${name}Attribute`) return attribute;
    }
  }
  return null;
}
