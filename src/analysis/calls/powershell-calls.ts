/** What a function of a PowerShell app calls, by the commands of its script. */
import path from 'node:path';
import type { CallingFunction, FunctionCall, FunctionCallKind } from '../../core/values/function-calls';
import { spanOfNode, type SyntaxNode, type SyntaxTrees, within } from '../grammars/syntax-trees';
import { powerShellFunction } from '../grammars/powershell-functions';

/** By command, in small letters: what it asks for, and the parameter that names it (also the first that has no name). */
const commands: ReadonlyMap<string, { kind: FunctionCallKind; parameter: string }> = new Map([
  ['invoke-durableactivity', { kind: 'call', parameter: 'FunctionName' }],
  ['invoke-activityfunction', { kind: 'call', parameter: 'FunctionName' }],
  ['invoke-durablesuborchestrator', { kind: 'child', parameter: 'FunctionName' }],
  ['start-durableexternaleventlistener', { kind: 'awaits', parameter: 'EventName' }],
  ['start-durableorchestration', { kind: 'start', parameter: 'FunctionName' }],
  ['start-neworchestration', { kind: 'start', parameter: 'FunctionName' }],
  ['send-durableexternalevent', { kind: 'raises', parameter: 'EventName' }],
]);

/** The function whose script the file is; null when it is none. `described`: the text of the function.json beside it. */
export function powerShellCalls(
  trees: SyntaxTrees,
  file: string,
  text: string,
  described: string | undefined,
): CallingFunction | null {
  const kind = powerShellFunction(file, described);
  if (kind === null) return null;
  const tree = trees.parse(text);
  try {
    const calls: FunctionCall[] = [];
    const texts = textsIn(tree.root);
    for (const node of within(tree.root)) {
      if (node.type !== 'command') continue;
      const [word = ''] = /^[\w-]+/.exec(node.text) ?? [];
      const command = commands.get(word.toLowerCase());
      if (command === undefined) continue;
      const { startLine1, startColumn1 } = spanOfNode(node);
      const name = argumentOf(node.text.slice(word.length), command.parameter, command.kind !== 'raises', texts);
      calls.push({ kind: command.kind, name, place: { file, line1: startLine1, column1: startColumn1 } });
    }
    return { kind, name: path.basename(path.dirname(file)), place: { file, line1: 1, column1: 1 }, calls };
  } finally {
    tree.dispose();
  }
}

/** Variables that are set once, to a text that is written out; by their names in small letters. */
function textsIn(root: SyntaxNode): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const seen = new Set<string>();
  for (const node of within(root)) {
    if (node.type !== 'assignment_expression' && node.type !== 'foreach_statement') continue;
    const [, variable = '', text] =
      /^(?:foreach\s*\(\s*)?\$(\w+)\s*(?:in\b|[-+*/%?]*=)\s*(?:['"]([^'"$\x60]+)['"])?/i.exec(node.text) ?? [];
    const name = variable.toLowerCase();
    texts.delete(name);
    if (!seen.has(name) && text !== undefined && node.text.endsWith(node.text.at(-1) === "'" ? `${text}'` : `${text}"`))
      texts.set(name, text);
    seen.add(name);
  }
  return texts;
}

/** A text that is written out, or stands in a variable of `texts`; null: it is computed. */
function argumentOf(rest: string, parameter: string, isFirst: boolean, texts: ReadonlyMap<string, string>): string | null {
  const value = String.raw`(?:'([^'$]+)'|"([^"$\x60]+)"|([A-Za-z_][\w.-]*)|\$(\w+))(?=[\s;)|]|$)`;
  const named = new RegExp(String.raw`\s-${parameter}[\s:]+${value}`, 'i').exec(rest);
  const found = named ?? (isFirst ? new RegExp(String.raw`^\s+${value}`).exec(rest) : null);
  return found?.[1] ?? found?.[2] ?? found?.[3] ?? texts.get(found?.[4]?.toLowerCase() ?? '') ?? null;
}
