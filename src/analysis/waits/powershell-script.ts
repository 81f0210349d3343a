/** A script of an orchestrator as a whole: the functions that it has, which of its code waits, and which variables stay what they are. */
import { childrenOf, type SyntaxNode, within } from '../grammars/syntax-trees';
import { nameOf, operatorOf, variableOf } from './powershell-code';

const durable =
  /\b(?:Invoke-DurableActivity|Invoke-ActivityFunction|Start-DurableTimer|Start-DurableExternalEventListener|Wait-DurableTask|Wait-ActivityFunction)\b/i;

/** Commands that ask for nothing. */
const harmless = new Set(
  [
    'add-member compare-object convertfrom-json convertto-json foreach-object format-list format-table get-date get-durabletaskresult get-random',
    'get-variable group-object join-path measure-object new-durableretryoptions new-guid new-object new-timespan out-null out-string select-object',
    'set-durablecustomstatus set-variable sort-object split-path start-sleep stop-durabletimertask tee-object test-path where-object write-debug',
    'write-error write-host write-information write-output write-verbose write-warning % ? select sort where echo',
  ]
    .join(' ')
    .split(' '),
);

export class PowerShellScript {
  /** Variables that are given a value more than once. */
  readonly #changing = new Set<string>();
  /** Whether a function waits, by its name in lower case. */
  readonly #own = new Map<string, boolean>();
  /** Those that can be followed. */
  readonly #functions = new Map<string, SyntaxNode>();

  constructor(readonly root: SyntaxNode) {
    const given = new Map<string, number>();
    for (const node of within(root)) {
      if (node.type === 'function_statement') {
        const name = childrenOf(node).find(({ type }) => type === 'function_name')?.text;
        if (name !== undefined) this.#own.set(name.toLowerCase(), this.#own.has(name.toLowerCase()) || this.concerns(node));
      }
      // Its variable is given a value for each round.
      if (node.type === 'foreach_statement') {
        for (const each of childrenOf(node)) {
          const name = each.type === 'variable' ? variableOf(each) : null;
          if (name !== null) this.#changing.add(name);
        }
      }
      const left = node.type === 'assignment_expression' ? variableOf(childrenOf(node)[0]) : null;
      if (left === null || operatorOf(node) === '+=') continue;
      const count = (given.get(left) ?? 0) + 1;
      given.set(left, count);
      if (count > 1) this.#changing.add(left);
    }
    const stated = childrenOf(root).flatMap((each) => (each.type === 'statement_list' ? childrenOf(each) : [each]));
    const written = [...within(root)].filter(({ type }) => type === 'function_statement').map(nameOf);
    for (const each of stated) {
      const name = each.type === 'function_statement' ? nameOf(each) : null;
      // Which of two is meant is not known.
      if (name !== null && written.filter((other) => other === name).length === 1) this.#functions.set(name, each);
    }
  }

  /** Of a function, by its name in lower case; undefined: the script has none of that name. */
  waits(name: string): boolean | undefined {
    return this.#own.get(name);
  }

  /** Undefined: there is none, or it cannot be followed. */
  functionNamed(name: string): SyntaxNode | undefined {
    return this.#functions.get(name);
  }

  isChanging(variable: string): boolean {
    return this.#changing.has(variable);
  }

  /** A script that calls what waits, by itself or by a function of it. */
  concerns(node: SyntaxNode): boolean {
    if (durable.test(node.text)) return true;
    for (const each of within(node)) {
      const name = each.type === 'command_name' ? each.text.toLowerCase() : '';
      if (name !== '' && this.isUnknown(name)) return true;
    }
    return false;
  }

  /** The grammar takes `1..3` for a command. */
  isUnknown(name: string): boolean {
    return this.#own.get(name) ?? !(harmless.has(name) || /^\d+(\.\.[$\w.]+)?$/.test(name));
  }
}
