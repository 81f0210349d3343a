/** The hub that the real provider has left (recorded/rows.json), as a server of tests answers for it: the reader's own statements and no others. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { actionTexts } from '../../../src/hubs/sql-server/sql-server-actions';
import type { HistoryRecord, InstanceRecord } from '../../../src/hubs/sql-server/statements';
import type { Answers } from './tds-server';

export interface Recorded {
  id: string;
  instance: InstanceRecord;
  history: HistoryRecord[];
  children: { InstanceID: string; TaskID: number | null }[];
}

type Values = Parameters<Answers>[1];
type Cells = Readonly<Record<string, string | number | boolean | Date | null>>;

/** A copy of its own each time. `repository`: default is the current folder. */
export function recordedRows(repository = ''): Recorded[] {
  const file = path.resolve(repository, 'test/hubs/sql-server/recorded/rows.json');
  return JSON.parse(readFileSync(file, 'utf8')) as Recorded[];
}

/** Hub and login are `shop`. A statement that is none of those known here is refused as an error of the server's. */
export function recordedHub(rows: readonly Recorded[] = recordedRows()): Answers {
  return (sql, values) => {
    const given = answerTo(sql, values, rows);
    if (given === undefined) return { error: { number: 102, message: `Not known to the server of the tests: ${sql}` } };
    return { rows: given.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cell(value)]))) };
  };
}

function answerTo(sql: string, values: Values, rows: readonly Recorded[]): readonly object[] | undefined {
  const one = rows.filter(({ id }) => id === values['v1']);
  if (Object.values<string>(actionTexts('dt')).includes(sql) && !sql.includes('CurrentTaskHub')) return [];
  if (sql.includes('INFORMATION_SCHEMA')) {
    const tables = ['Instances', 'History', 'Payloads', 'NewEvents', 'NewTasks'];
    return tables.map((name) => ({ Schema: 'dt', Table: name, Column: name === 'Instances' ? 'Tags' : null }));
  }
  if (sql.includes('SemanticVersion')) return [{ Version: '1.8.1' }];
  if (sql.includes('USER_NAME()')) return [{ User: 'shop', Mode: '1' }];
  if (sql.includes('MIN(I.[TaskHub])')) return [{ TaskHub: values['after'] === '' ? 'shop' : null }];
  if (sql.includes('CurrentTaskHub')) return [{ TaskHub: 'shop' }];
  if (/^SELECT TOP \(1\) CAST\(I\.\[TaskHub\]/.test(sql)) return values['hub'] === 'shop' ? [{ TaskHub: 'shop' }] : [];
  if (sql.includes(') FOUND')) return [{ Instances: rows.length }];
  if (sql.includes('AS [Running]')) return [{ Events: 1, Later: 0, Tasks: 0, Running: 0 }];
  if (sql.includes('AS [HistoryLength]')) return one.map(({ instance }) => instance);
  if (sql.includes('AS [SequenceNumber]')) {
    const [, from = '0'] = /OFFSET (\d+) ROWS/.exec(sql) ?? [];
    const [, count = '1000000'] = /FETCH NEXT (\d+) ROWS/.exec(sql) ?? [];
    const own = one.flatMap(({ history, instance }) => (instance.ExecutionID === values['v2'] ? history : []));
    return own.slice(Number(from), Number(from) + Number(count));
  }
  if (sql.includes('I.[ParentInstanceID] = ') && sql.includes('AS [TaskID]')) return one.flatMap(({ children }) => children);
  const [, where = '', , by = 'InstanceID', way] =
    / I WHERE (.*?)(?: GROUP BY | ORDER BY (?:COALESCE\()?(I)\.\[(\w+)\].*? (ASC|DESC)|$)/.exec(
      sql.slice(sql.indexOf('FROM [dt].[Instances] I WHERE')),
    ) ?? [];
  // Words, looked for in ids, names, statuses and what is shown.
  const plain = where.replace(
    /\(LOWER\(I\.\[InstanceID\]\) LIKE CAST\(@(\w+) AS .*ESCAPE '!'\)\)/,
    'WORDS CAST(@$1 AS nvarchar(4000))',
  );
  const conditions = plain.split(' AND ').map((text) => conditionOf(text, values));
  if (conditions.includes(undefined)) return undefined;
  const found = rows.map(({ instance }) => instance).filter((each) => conditions.every((fits) => fits?.(each)));
  if (sql.includes('GROUP BY')) {
    const counts = new Map<string, number>();
    for (const { RuntimeStatus: status } of found) counts.set(status, (counts.get(status) ?? 0) + 1);
    return [...counts].map(([RuntimeStatus, Instances]) => ({ RuntimeStatus, Instances }));
  }
  const key = (each: InstanceRecord): string => String(each[by as keyof InstanceRecord]);
  const sign = way === 'DESC' ? -1 : 1;
  const sorted = found.sort((a, b) => sign * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  return sorted.slice(0, Number(/^SELECT TOP \((\d+)\)/.exec(sql)?.[1] ?? 0)).map((each) => ({
    ...each,
    Output: each.RuntimeStatus === 'Failed' ? each.Output : null,
  }));
}

/** One of those that the reader's filters are made of; undefined: of none. */
function conditionOf(text: string, values: Values): ((row: InstanceRecord) => boolean) | undefined {
  const of = (row: InstanceRecord, column: string): string => String(row[column as keyof InstanceRecord] ?? '');
  const given = [...text.matchAll(/CAST\(@(\w+) AS/g)].map(([, name = '']) => String(values[name]));
  const [, column = '', than = ''] =
    /^(?:COALESCE\()?I\.\[(\w+)\](?:, .*\))? (IN|LIKE|NOT LIKE|IS NULL|=|>=|<=)/.exec(text) ?? [];
  const [value = ''] = given;
  if (text.startsWith('WORDS')) {
    const words = value.slice(1, -1).replaceAll(/!(.)/g, '$1');
    return ({ InstanceID, Name, RuntimeStatus, CustomStatus, Output }) =>
      [InstanceID, Name, RuntimeStatus, CustomStatus, Output].some((each) => each?.toLowerCase().includes(words) === true);
  }
  if (column === 'TaskHub') return () => value === 'shop';
  if (than === '=' || than === 'IN') return (row) => given.includes(of(row, column));
  if (than === '>=') return (row) => of(row, column) >= value;
  if (than === '<=') return (row) => of(row, column) <= value;
  if (than === 'IS NULL') return (row) => of(row, column) === '';
  if (than === 'LIKE' && given.length === 1) return (row) => of(row, column).startsWith(value.replace(/%$/, ''));
  if (than.endsWith('LIKE')) return (row) => /^@.*@/.test(of(row, column)) === (than === 'LIKE');
  return undefined;
}

/** Times with all their digits. */
function cell(value: unknown): Cells[string] {
  const [, digits] = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(\d{4})Z$/.exec(String(value)) ?? [];
  if (digits === undefined) return value as Cells[string];
  return Object.assign(new Date(String(value)), { extra: Number(digits) });
}
