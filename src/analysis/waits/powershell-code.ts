/** What is written in a script of PowerShell: names, blocks, and what a command is given. */
import { childrenOf, type SyntaxNode } from '../grammars/syntax-trees';

export function functionName(fn: SyntaxNode): string | undefined {
  return childrenOf(fn).find(({ type }) => type === 'function_name')?.text;
}

export function nameOf(fn: SyntaxNode): string | null {
  return functionName(fn)?.toLowerCase() ?? null;
}

/** Of `ForEach-Object { ... }`, with this one block and nothing else. */
export function eachBlock(stage: SyntaxNode): SyntaxNode | null {
  const each = childrenOf(stage).find(({ type }) => type === 'foreach_command');
  const [block, ...others] = each === undefined ? [] : childrenOf(each).filter(({ type }) => type !== 'comment');
  return block?.type === 'script_block_expression' && others.length === 0 ? (childrenOf(block)[0] ?? null) : null;
}

/** The one command of a block, which may be returned. */
export function onlyPipeline(block: SyntaxNode): SyntaxNode | null {
  const statements = childrenOf(block).flatMap((each): SyntaxNode[] => {
    if (each.type === 'comment' || each.type === 'param_block') return [];
    return each.type === 'statement_list' || each.type === 'script_block_body'
      ? childrenOf(each).flatMap((one) => (one.type === 'statement_list' ? childrenOf(one) : [one]))
      : [each];
  });
  const told = statements.filter(({ type }) => type !== 'comment' && type !== 'empty_statement');
  const [only] = told;
  if (told.length !== 1 || only === undefined) return null;
  if (only.type === 'pipeline') return only;
  const isReturn = only.type === 'flow_control_statement' && /^return\b/i.test(only.text);
  return isReturn ? (childrenOf(only).find(({ type }) => type === 'pipeline') ?? null) : null;
}

/** JSON of a text that is written out. */
export function inputOf(text: string | undefined): string | null {
  return /^['"]/.test(text ?? '') ? jsonOf(literalOf(text)) : null;
}

function jsonOf(literal: string | null): string | null {
  return literal === null ? null : JSON.stringify(literal);
}

interface Given {
  /** Text by name in lower case. */
  values: ReadonlyMap<string, string>;
  switches: ReadonlySet<string>;
  positional: readonly string[];
  isSplat: boolean;
}

export function argumentsOf(elements: SyntaxNode | undefined): Given {
  const values = new Map<string, string>();
  const switches = new Set<string>();
  const positional: string[] = [];
  let isSplat = false;
  let name: string | null = null;
  for (const each of elements === undefined ? [] : childrenOf(elements)) {
    if (each.type === 'command_argument_sep') continue;
    if (each.type === 'command_parameter') {
      name = each.text.slice(1).replace(/:$/, '').toLowerCase();
      switches.add(name);
      continue;
    }
    if (/^@\w/.test(each.text)) isSplat = true;
    if (name === null || /^(nowait|any)$/.test(name)) positional.push(each.text);
    else values.set(name, each.text);
    name = null;
  }
  return { values, switches, positional, isSplat };
}

/** Null: it is put together. */
export function literalOf(text: string | undefined): string | null {
  const quoted = /^'([^']*)'$/.exec(text ?? '')?.[1] ?? /^"([^"$`]*)"$/.exec(text ?? '')?.[1];
  return quoted ?? (/^[A-Za-z_][\w-]*$/.test(text ?? '') ? (text ?? null) : null);
}

/** In lower case. */
export function variableOf(node: SyntaxNode | undefined): string | null {
  return /^\$(\w+)$/.exec(node?.text ?? '')?.[1]?.toLowerCase() ?? null;
}

export function operatorOf(assignment: SyntaxNode): string {
  return childrenOf(assignment).find(({ type }) => type === 'assignement_operator')?.text ?? '=';
}
