/**
 * What keeps an orchestrator in PowerShell from replaying, out of the text of its script: commands, members of .NET's types, variables of the
 * environment and of other scopes, also in the functions of the script that it calls. Modules and profile.ps1 are not followed.
 */
import { powerShellAdvice, type SharedCause } from '../../core/history/cause-advice';
import { causeTexts } from '../../core/history/divergence';
import type { Finding, Fix, RelatedPlace } from '../findings/finding';
import { commands, networkCommand, objects, onlyTold, staticMembers } from './powershell-rules';
import { silencedIn } from './silenced';
import { childrenOf, spanOfNode, type SyntaxNode, type SyntaxTrees, within } from './syntax-trees';

/** `name`: the function's. */
export function checkPowerShell(trees: SyntaxTrees, file: string, text: string, name: string): Finding[] {
  const tree = trees.parse(text);
  try {
    const check = new Check(file, text, name, tree.root);
    check.look(tree.root, []);
    return check.findings;
  } finally {
    tree.dispose();
  }
}

class Check {
  readonly findings: Finding[] = [];
  readonly #functions = new Map<string, SyntaxNode>();
  readonly #seen = new Set<number>();
  readonly #isSilenced: (line1: number, cause: SharedCause) => boolean;

  constructor(
    private readonly file: string,
    text: string,
    private readonly name: string,
    private readonly root: SyntaxNode,
  ) {
    this.#isSilenced = silencedIn(text);
    for (const node of within(root)) {
      if (node.type !== 'function_statement') continue;
      const defined = childrenOf(node).find(({ type }) => type === 'function_name')?.text;
      if (defined !== undefined) this.#functions.set(defined.toLowerCase(), node);
    }
  }

  look(code: SyntaxNode, way: readonly RelatedPlace[]): void {
    if (this.#seen.has(code.id)) return;
    this.#seen.add(code.id);
    const enters = (node: SyntaxNode): boolean =>
      !decidesNothing(node) && (node.type !== 'function_statement' || node.id === code.id);
    for (const node of within(code, enters)) {
      switch (node.type) {
        case 'command':
          this.#command(node, way);
          break;
        case 'invokation_expression':
        case 'member_access':
          this.#member(node, way);
          break;
        case 'variable':
          this.#variable(node, way);
          break;
      }
    }
  }

  #command(node: SyntaxNode, way: readonly RelatedPlace[]): void {
    const written = node.childForFieldName('command_name');
    if (written === null) {
      // ForEach-Object is a kind of its own.
      const each = childrenOf(node).find(({ type }) => type === 'foreach_command');
      if (each !== undefined && /\s-Parallel\b/i.test(each.text.split('{')[0] ?? ''))
        this.#report(each, 'process', 'ForEach-Object -Parallel', way);
      return;
    }
    const name = commandName(written);
    const defined = this.#functions.get(name);
    if (defined !== undefined) {
      const place = { file: this.file, span: spanOfNode(node), message: `'${written.text}' is called here.` };
      this.look(defined, [place, ...way]);
      return;
    }
    const rest = node.childForFieldName('command_elements')?.text.trim() ?? '';
    const known = commands.get(name) ?? (networkCommand.test(name) ? 'network' : undefined);
    const cause = known === 'fileSystem' && /^(-(Literal)?Path\s+)?['"]?env:/i.test(rest) ? 'environment' : known;
    if (cause !== undefined) {
      if (!isAnswered(name, rest)) this.#report(written, cause, written.text, way);
    } else if (name === 'new-object') {
      const type = simpleName(/^(?:-TypeName\s+)?['"]?([\w.]+)/i.exec(rest)?.[1] ?? '');
      const made = Object.hasOwn(objects, type) ? objects[type] : undefined;
      const isSeeded = type === 'random' && /[\w.]+['"]?\s+\S/.test(rest.replace(/^-TypeName\s+/i, ''));
      if (made !== undefined && !isSeeded) this.#report(node, made, node.text, way);
    }
  }

  /** `[Type]::Member` */
  #member(node: SyntaxNode, way: readonly RelatedPlace[]): void {
    const [type, member] = childrenOf(node);
    if (type?.type !== 'type_literal' || member === undefined) return;
    const members = staticMembers[simpleName(type.text.slice(1, -1))];
    if (members === undefined) return;
    const name = member.text.toLowerCase();
    const cause = (Object.hasOwn(members, name) ? members[name] : members['*']) ?? null;
    const isSeeded = name === 'new' && cause === 'random' && !/\(\s*\)$/.test(node.text);
    if (cause !== null && !isSeeded) this.#report(node, cause, node.text, way);
  }

  #variable(node: SyntaxNode, way: readonly RelatedPlace[]): void {
    const name = node.text
      .toLowerCase()
      .replace(/^\$\{?/, '')
      .replace(/\}$/, '');
    if (name.startsWith('env:')) this.#report(node, 'environment', node.text, way);
    else if (name.startsWith('global:') || name.startsWith('script:')) this.#report(node, 'globalState', node.text, way);
    else if (name === 'pid') this.#report(node, 'process', node.text, way);
  }

  #report(node: SyntaxNode, cause: SharedCause, what: string, way: readonly RelatedPlace[]): void {
    const lines = [node.startPosition.row + 1, ...way.map(({ span }) => span.startLine1)];
    if (lines.some((line1) => this.#isSilenced(line1, cause))) return;
    const shown = (what.length > 60 ? `${what.slice(0, 57)}...` : what).replaceAll(/\s+/g, ' ');
    this.findings.push({
      cause,
      message: `${shown}: ${causeTexts[cause].reason} ${powerShellAdvice[cause]}`,
      file: this.file,
      span: spanOfNode(node),
      orchestrators: [this.name],
      related: way,
      fixes: way.length > 0 ? [] : this.#fixes(node, cause),
    });
  }

  #fixes(node: SyntaxNode, cause: SharedCause): readonly Fix[] {
    const context =
      /\$(\w+)/.exec(childrenOf(this.root).find(({ type }) => type === 'param_block')?.text ?? '')?.[1] ?? 'Context';
    const use = (by: string, whole: SyntaxNode): Fix[] => [
      { title: `Use ${by}`, edits: [{ start: whole.startIndex, end: whole.endIndex, text: by }] },
    ];
    if (cause === 'currentTime') {
      const isBare = node.type === 'command_name' && node.parent?.childForFieldName('command_elements') == null;
      if (isBare || /::(Utc)?Now$/i.test(node.text)) return use(`$${context}.CurrentUtcDateTime`, node);
    }
    const command = node.parent;
    if (node.type === 'command_name' && /^(start-)?sleep$/i.test(node.text) && command !== null) {
      const [, seconds] = /^\S+\s+(?:-Seconds\s+|-s\s+)?(\d+)\s*$/i.exec(command.text) ?? [];
      if (seconds !== undefined) return use(`Start-DurableTimer -Duration (New-TimeSpan -Seconds ${seconds})`, command);
    }
    return [];
  }
}

/** With a fixed answer: a date that is given, a seed. */
function isAnswered(command: string, rest: string): boolean {
  if (command === 'get-date') return /(^|\s)-date\b/i.test(rest) || /^(?![-@])\S/.test(rest);
  if (command === 'get-random') return /-setseed\b/i.test(rest);
  return command === 'wait-event' ? false : /^env:/i.test(rest) && command === 'test-path';
}

/** What is only told to people, or done only when it runs for the first time. */
function decidesNothing(node: SyntaxNode): boolean {
  if (node.type === 'command') {
    const name = node.childForFieldName('command_name');
    return name !== null && onlyTold.has(commandName(name));
  }
  if (node.type !== 'statement_block') return false;
  const { parent } = node;
  const asked = parent?.childForFieldName('condition')?.text ?? '';
  return (
    parent?.type === 'if_statement' &&
    childrenOf(parent).find(({ type }) => type === 'statement_block')?.id === node.id &&
    !/-x?or\b/i.test(asked) &&
    asked.split(/-and\b/i).some((each) => isNoReplay.test(each))
  );
}

const isNoReplay = /^[\s(]*((-not\s+|!\s*)\(?\s*\$\w+\.IsReplaying|\$\w+\.IsReplaying\s+-eq\s+\$false)[\s)]*$/i;

/** Without its module, and without quotes. */
function commandName(node: SyntaxNode): string {
  return (node.text.replaceAll(/['"]/g, '').split('\\').at(-1) ?? '').toLowerCase();
}

function simpleName(type: string): string {
  return (type.split('.').at(-1) ?? '').toLowerCase();
}
