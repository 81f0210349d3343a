/**
 * Conditions on history events, as written behind a filter of the Breakpoints view: a name (`Charge`, `"Charge card"`), or comparisons
 * joined by `&&` and `||`: `attempt >= 3`, `name == Charge && result.total > 100`, `value.step != "done"`.
 */

/** What a condition can ask about: the fields of an event by name; JSON payloads parsed. */
export type Facts = Readonly<Record<string, unknown>>;

type Operator = '==' | '!=' | '>=' | '<=' | '>' | '<';
interface Comparison {
  path: readonly string[];
  operator: Operator;
  value: unknown;
}
export type HistoryCondition = (facts: Facts) => boolean;

const comparison = /^([A-Za-z_][\w.]*)\s*(={1,3}|!={1,2}|>=|<=|>|<)(?![=<>])\s*(.+)$/;
const bareName = /^[^=<>!&|]+$/;

/** Throws an Error with a message for the user when the text is no condition. Names compare without regard to case. */
export function parseHistoryCondition(text: string): HistoryCondition {
  const alternatives = text.split('||').map((alternative) => alternative.split('&&').map((each) => parseTerm(each.trim(), text)));
  return (facts) => alternatives.some((terms) => terms.every((term) => holds(term, facts)));
}

function parseTerm(term: string, whole: string): Comparison {
  const match = comparison.exec(term);
  if (match !== null) {
    const [, path = '', operator = '==', value = ''] = match;
    return { path: path.split('.'), operator: toOperator(operator), value: parseValue(value.trim()) };
  }
  if (term !== '' && bareName.test(term)) return { path: ['name'], operator: '==', value: unquoted(term) };
  throw new Error(`'${whole}' is no condition: write a name, or comparisons such as attempt >= 3 && name == Charge.`);
}

function toOperator(text: string): Operator {
  if (text.startsWith('!')) return '!=';
  return text.startsWith('=') ? '==' : (text as Operator);
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return unquoted(text);
  }
}

function unquoted(text: string): string {
  return /^(['"`])(.*)\1$/.exec(text)?.[2] ?? text;
}

function holds({ path, operator, value }: Comparison, facts: Facts): boolean {
  const found = path.reduce<unknown>(
    (inside, key) => (typeof inside === 'object' && inside !== null ? (inside as Facts)[key] : undefined),
    facts,
  );
  if (operator === '==') return equal(found, value);
  if (operator === '!=') return !equal(found, value);
  if (typeof found !== typeof value || (typeof found !== 'number' && typeof found !== 'string')) return false;
  const other = value as typeof found;
  if (operator === '>=') return found >= other;
  if (operator === '<=') return found <= other;
  return operator === '>' ? found > other : found < other;
}

function equal(found: unknown, value: unknown): boolean {
  if (typeof found === 'string' && typeof value === 'string') return found.toLowerCase() === value.toLowerCase();
  return found === value || (typeof found === 'object' && JSON.stringify(found) === JSON.stringify(value));
}
