/**
 * All that is ever sent to a SQL Server to look at a hub: one SELECT each, put together of the pieces that stand here, with values as parameters.
 *
 *   Q1. Tables with the hub's name: the provider's views and procedures know no hub but that of the login.
 *   Q2. Texts are turned into Unicode by the server, whatever code page a column has; and values into the type of the column that they are
 *       compared with, so that its index counts.
 *   Q3. No page is found by counting rows: the next begins after the last one.
 */
import type { InstanceOrderBy } from '../../core/instances/instance-search';
import type { InstanceQuery } from '../../core/ports/history-store';
import { DurascopeError } from '../../core/values/errors';

/** A name of SQL Server in brackets, that nothing in it ends them. */
export function bracketed(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}

export type Value = string | number | null;
export type Values = Readonly<Record<string, Value>>;

export interface Statement {
  /** For tests and messages. */
  name: string;
  text: string;
  values: Values;
}

/** What a column of the Instances table becomes. */
export interface InstanceRecord {
  InstanceID: string;
  ExecutionID: string;
  Name: string;
  Version: string | null;
  RuntimeStatus: string;
  CreatedTime: string | null;
  LastUpdatedTime: string | null;
  CompletedTime: string | null;
  ParentInstanceID: string | null;
  Tags?: string | null;
  CustomStatus: string | null;
  Input?: string | null;
  Output: string | null;
  HistoryLength?: number;
}

export interface HistoryRecord {
  SequenceNumber: number;
  EventType: string;
  TaskID: number | null;
  Timestamp: string | null;
  IsPlayed: boolean;
  Name: string | null;
  RuntimeStatus: string | null;
  VisibleTime: string | null;
  Text?: string | null;
  Reason?: string | null;
}

/** As many characters of an output as lists are searched in and show. */
export const shownChars = 1000;
/** Of one statement the server takes 2,100 parameters. */
const mostValues = 2000;

const texts = {
  InstanceID: 'nvarchar(100)',
  ExecutionID: 'nvarchar(50)',
  Name: 'nvarchar(300)',
  Version: 'nvarchar(100)',
  RuntimeStatus: 'nvarchar(20)',
  ParentInstanceID: 'nvarchar(100)',
};

/** The statements about one hub. `hasTags`: the column is there, since version 1.6 of the provider. */
export class Statements {
  readonly #schema: string;

  constructor(
    schema: string,
    private readonly hub: string,
    private readonly hasTags: boolean,
  ) {
    this.#schema = bracketed(schema);
  }

  instances(query: InstanceQuery, page: PageOf): Statement {
    const values = new ValueList(this.hub);
    const conditions = this.#conditions(query, values);
    const order = orderOf(page.orderBy, values, page.now);
    if (page.after !== undefined) {
      const [than, id] = [page.descending ? '<' : '>', values.add(page.after.instanceId, 'varchar(100)')];
      if (page.orderBy === 'instanceId') conditions.push(`I.[InstanceID] ${than} ${id}`);
      else {
        const value = values.add(page.after.value, order.type);
        conditions.push(`(${order.text} ${than} ${value} OR (${order.text} = ${value} AND I.[InstanceID] ${than} ${id}))`);
      }
    }
    const way = page.descending ? 'DESC' : 'ASC';
    const by = page.orderBy === 'instanceId' ? `I.[InstanceID] ${way}` : `${order.text} ${way}, I.[InstanceID] ${way}`;
    const columns = [
      ...this.#columns(),
      `CASE WHEN I.[RuntimeStatus] = 'Failed' THEN ${this.#payload('OutputPayloadID', shownChars)} END AS [Output]`,
      ...(page.withInput === true ? [`${this.#payload('InputPayloadID')} AS [Input]`] : []),
    ];
    return {
      name: 'instances',
      text: `SELECT TOP (${Math.floor(page.size)}) ${columns.join(', ')} FROM ${this.#table('Instances')} I WHERE ${conditions.join(' AND ')} ORDER BY ${by}`,
      values: values.all,
    };
  }

  instance(instanceId: string): Statement {
    const values = new ValueList(this.hub);
    const id = values.add(instanceId, 'varchar(100)');
    // Of a child the provider keeps the input in the history alone.
    const begun = `(SELECT MAX(CAST(P.[Text] AS nvarchar(max))) FROM ${this.#table('History')} H INNER JOIN ${this.#table('Payloads')} P ON P.[TaskHub] = H.[TaskHub] AND P.[InstanceID] = H.[InstanceID] AND P.[PayloadID] = H.[DataPayloadID] WHERE H.[TaskHub] = I.[TaskHub] AND H.[InstanceID] = I.[InstanceID] AND H.[ExecutionID] = I.[ExecutionID] AND H.[EventType] = 'ExecutionStarted')`;
    const columns = [
      ...this.#columns(),
      `COALESCE(${this.#payload('InputPayloadID')}, ${begun}) AS [Input]`,
      `${this.#payload('OutputPayloadID')} AS [Output]`,
      `(SELECT COUNT(*) FROM ${this.#table('History')} H WHERE H.[TaskHub] = I.[TaskHub] AND H.[InstanceID] = I.[InstanceID] AND H.[ExecutionID] = I.[ExecutionID]) AS [HistoryLength]`,
    ];
    return {
      name: 'instance',
      text: `SELECT ${columns.join(', ')} FROM ${this.#table('Instances')} I WHERE I.[TaskHub] = ${hubValue} AND I.[InstanceID] = ${id}`,
      values: values.all,
    };
  }

  counts(query: InstanceQuery): Statement {
    const values = new ValueList(this.hub);
    const conditions = this.#conditions(query, values);
    return {
      name: 'counts',
      text: `SELECT CAST(I.[RuntimeStatus] AS nvarchar(20)) AS [RuntimeStatus], COUNT(*) AS [Instances] FROM ${this.#table('Instances')} I WHERE ${conditions.join(' AND ')} GROUP BY I.[RuntimeStatus]`,
      values: values.all,
    };
  }

  /** Whether there are more than so many instances. */
  more(most: number): Statement {
    return {
      name: 'more',
      text: `SELECT COUNT(*) AS [Instances] FROM (SELECT TOP (${most + 1}) I.[InstanceID] FROM ${this.#table('Instances')} I WHERE I.[TaskHub] = ${hubValue}) FOUND`,
      values: { hub: this.hub },
    };
  }

  /** Rows of one execution in their order, those after `after` in number `count`. `withTexts`: what they carry. */
  history(instanceId: string, executionId: string, range: { from: number; count?: number }, withTexts: boolean): Statement {
    const values = new ValueList(this.hub);
    const [id, execution] = [values.add(instanceId, 'varchar(100)'), values.add(executionId, 'varchar(50)')];
    const columns = [
      'H.[SequenceNumber] AS [SequenceNumber]',
      'CAST(H.[EventType] AS nvarchar(40)) AS [EventType]',
      'H.[TaskID] AS [TaskID]',
      'H.[Timestamp] AS [Timestamp]',
      'H.[IsPlayed] AS [IsPlayed]',
      'CAST(H.[Name] AS nvarchar(300)) AS [Name]',
      'CAST(H.[RuntimeStatus] AS nvarchar(20)) AS [RuntimeStatus]',
      'H.[VisibleTime] AS [VisibleTime]',
      ...(withTexts ? ['CAST(P.[Text] AS nvarchar(max)) AS [Text]', 'CAST(P.[Reason] AS nvarchar(max)) AS [Reason]'] : []),
    ];
    const { from, count } = range;
    const payloads = `LEFT JOIN ${this.#table('Payloads')} P ON P.[TaskHub] = H.[TaskHub] AND P.[InstanceID] = H.[InstanceID] AND P.[PayloadID] = H.[DataPayloadID]`;
    const part =
      from === 0 && count === undefined
        ? ''
        : ` OFFSET ${from} ROWS${count === undefined ? '' : ` FETCH NEXT ${count} ROWS ONLY`}`;
    return {
      name: withTexts ? 'history' : 'open work',
      text: `SELECT ${columns.join(', ')} FROM ${this.#table('History')} H ${withTexts ? `${payloads} ` : ''}WHERE H.[TaskHub] = ${hubValue} AND H.[InstanceID] = ${id} AND H.[ExecutionID] = ${execution} ORDER BY H.[SequenceNumber]${part}`,
      values: values.all,
    };
  }

  /** The children of an instance with the number that each was begun by: no row of the parent's history says which it is. */
  children(instanceId: string): Statement {
    const values = new ValueList(this.hub);
    const id = values.add(instanceId, 'varchar(100)');
    const number = (table: string, execution: string): string =>
      `(SELECT MAX(S.[TaskID]) FROM ${this.#table(table)} S WHERE S.[TaskHub] = I.[TaskHub] AND S.[InstanceID] = I.[InstanceID]${execution} AND S.[EventType] = 'ExecutionStarted')`;
    const begun = number('History', ' AND S.[ExecutionID] = I.[ExecutionID]');
    return {
      name: 'children',
      text: `SELECT CAST(I.[InstanceID] AS nvarchar(100)) AS [InstanceID], COALESCE(${begun}, ${number('NewEvents', '')}) AS [TaskID] FROM ${this.#table('Instances')} I WHERE I.[TaskHub] = ${hubValue} AND I.[ParentInstanceID] = ${id}`,
      values: values.all,
    };
  }

  /** Messages that wait for instances, and activities that wait for a worker or run. */
  queues(): Statement {
    const count = (table: string, more = ''): string =>
      `(SELECT COUNT(*) FROM ${this.#table(table)} N WHERE N.[TaskHub] = ${hubValue}${more})`;
    const later = ' AND N.[VisibleTime] > SYSUTCDATETIME()';
    return {
      name: 'queues',
      text: `SELECT ${count('NewEvents')} AS [Events], ${count('NewEvents', later)} AS [Later], ${count('NewTasks')} AS [Tasks], ${count('NewTasks', ' AND N.[LockExpiration] > SYSUTCDATETIME()')} AS [Running]`,
      values: { hub: this.hub },
    };
  }

  #columns(): string[] {
    return [
      ...Object.entries(texts).map(([column, type]) => `CAST(I.[${column}] AS ${type}) AS [${column}]`),
      'I.[CreatedTime] AS [CreatedTime]',
      'I.[LastUpdatedTime] AS [LastUpdatedTime]',
      'I.[CompletedTime] AS [CompletedTime]',
      ...(this.hasTags ? ['CAST(I.[Tags] AS nvarchar(max)) AS [Tags]'] : []),
      `${this.#payload('CustomStatusPayloadID')} AS [CustomStatus]`,
    ];
  }

  #payload(column: string, chars?: number): string {
    const text = chars === undefined ? 'P.[Text]' : `LEFT(P.[Text], ${chars})`;
    return `(SELECT CAST(${text} AS nvarchar(max)) FROM ${this.#table('Payloads')} P WHERE P.[TaskHub] = I.[TaskHub] AND P.[InstanceID] = I.[InstanceID] AND P.[PayloadID] = I.[${column}])`;
  }

  #conditions(query: InstanceQuery, values: ValueList): string[] {
    const { statuses, names, instanceIds, instanceIdPrefix, instanceIdFrom, text, parentInstanceId, entities, rootsOnly } = query;
    const all = [`I.[TaskHub] = ${hubValue}`];
    const oneOf = (column: string, given: readonly string[], type: string): void => {
      // Nothing is one of none.
      all.push(given.length === 0 ? '1 = 0' : `I.[${column}] IN (${given.map((each) => values.add(each, type)).join(', ')})`);
    };
    if (statuses !== undefined) oneOf('RuntimeStatus', statuses, 'varchar(20)');
    if (names !== undefined) oneOf('Name', names, 'varchar(300)');
    if (instanceIds !== undefined) oneOf('InstanceID', instanceIds, 'varchar(100)');
    if (instanceIdPrefix !== undefined && instanceIdPrefix !== '') {
      all.push(`I.[InstanceID] LIKE ${values.add(`${escaped(instanceIdPrefix)}%`, 'varchar(300)')} ESCAPE '!'`);
    }
    if (instanceIdFrom !== undefined) all.push(`I.[InstanceID] >= ${values.add(instanceIdFrom, 'varchar(100)')}`);
    if (parentInstanceId !== undefined) all.push(`I.[ParentInstanceID] = ${values.add(parentInstanceId, 'varchar(100)')}`);
    if (rootsOnly === true) all.push('I.[ParentInstanceID] IS NULL');
    if (entities === 'only') all.push("I.[InstanceID] LIKE '@%@%'");
    if (entities === 'exclude') all.push("I.[InstanceID] NOT LIKE '@%@%'");
    for (const [column, than, time] of [
      ['I.[CreatedTime]', '>=', query.createdTimeFrom],
      ['I.[CreatedTime]', '<=', query.createdTimeTo],
      [updated, '>=', query.lastUpdatedFrom],
      [updated, '<=', query.lastUpdatedTo],
    ] as const) {
      if (time !== undefined) all.push(`${column} ${than} ${values.add(timeValue(time), 'datetime2')}`);
    }
    if (text !== undefined && text !== '') {
      const part = values.add(`%${escaped(text.toLowerCase())}%`, 'nvarchar(4000)');
      const has = (what: string): string => `LOWER(${what}) LIKE ${part} ESCAPE '!'`;
      const payloads = `EXISTS (SELECT P.[PayloadID] FROM ${this.#table('Payloads')} P WHERE P.[TaskHub] = I.[TaskHub] AND P.[InstanceID] = I.[InstanceID] AND (P.[PayloadID] = I.[CustomStatusPayloadID] OR P.[PayloadID] = I.[OutputPayloadID]) AND ${has(`LEFT(P.[Text], ${shownChars})`)})`;
      all.push(`(${has('I.[InstanceID]')} OR ${has('I.[Name]')} OR ${has('I.[RuntimeStatus]')} OR ${payloads})`);
    }
    return all;
  }

  #table(name: string): string {
    return `${this.#schema}.[${name}]`;
  }
}

/** Those that need no hub. */
export const aboutHubs = {
  /** A name of a hub after the one given: all of them are found with as many statements, whatever the size of the table. */
  nextHub(schema: string, after: string): Statement {
    return {
      name: 'next hub',
      text: `SELECT CAST(MIN(I.[TaskHub]) AS nvarchar(50)) AS [TaskHub] FROM ${bracketed(schema)}.[Instances] I WHERE I.[TaskHub] > CAST(@after AS varchar(50))`,
      values: { after },
    };
  },
  hub(schema: string, hub: string): Statement {
    return {
      name: 'hub',
      text: `SELECT TOP (1) CAST(I.[TaskHub] AS nvarchar(50)) AS [TaskHub] FROM ${bracketed(schema)}.[Instances] I WHERE I.[TaskHub] = ${hubValue}`,
      values: { hub },
    };
  },
  /** Which tables of a provider there are, in whatever schema this login sees. */
  tables(): Statement {
    return {
      name: 'tables',
      text: "SELECT CAST(T.TABLE_SCHEMA AS nvarchar(128)) AS [Schema], CAST(T.TABLE_NAME AS nvarchar(128)) AS [Table], CAST(C.COLUMN_NAME AS nvarchar(128)) AS [Column] FROM INFORMATION_SCHEMA.TABLES T LEFT JOIN INFORMATION_SCHEMA.COLUMNS C ON C.TABLE_SCHEMA = T.TABLE_SCHEMA AND C.TABLE_NAME = T.TABLE_NAME AND C.COLUMN_NAME = 'Tags' WHERE T.TABLE_NAME IN ('Instances', 'History', 'Payloads', 'NewEvents', 'NewTasks')",
      values: {},
    };
  },
  versions(schema: string): Statement {
    return {
      name: 'versions',
      text: `SELECT CAST(V.[SemanticVersion] AS nvarchar(100)) AS [Version] FROM ${bracketed(schema)}.[Versions] V ORDER BY V.[UpgradeTime] DESC`,
      values: {},
    };
  },
  /** How hubs get their names: 1 by who has signed in, 0 by the app. */
  mode(schema: string): Statement {
    return {
      name: 'mode',
      text: `SELECT CAST(USER_NAME() AS nvarchar(128)) AS [User], (SELECT CAST(G.[Value] AS nvarchar(100)) FROM ${bracketed(schema)}.[GlobalSettings] G WHERE G.[Name] = 'TaskHubMode') AS [Mode]`,
      values: {},
    };
  },
} as const;

export interface PageOf {
  size: number;
  orderBy: ServerOrder;
  descending: boolean;
  now: string;
  after?: { value: Value; instanceId: string };
  /** Entities have their state there. */
  withInput?: boolean;
}

/** What the server sorts by without reading anything else than the table of instances. */
export const serverOrders = ['instanceId', 'createdTime', 'lastUpdatedTime', 'name', 'runtimeStatus', 'duration'] as const;
export type ServerOrder = (typeof serverOrders)[number];

export function isServerOrder(orderBy: InstanceOrderBy): orderBy is ServerOrder {
  return (serverOrders as readonly string[]).includes(orderBy);
}

const updated = 'COALESCE(I.[LastUpdatedTime], I.[CreatedTime])';

function orderOf(orderBy: ServerOrder, values: ValueList, now: string): { text: string; type: string } {
  switch (orderBy) {
    case 'instanceId':
      return { text: 'I.[InstanceID]', type: 'varchar(100)' };
    case 'createdTime':
      return { text: 'I.[CreatedTime]', type: 'datetime2' };
    case 'lastUpdatedTime':
      return { text: updated, type: 'datetime2' };
    case 'name':
      return { text: 'I.[Name]', type: 'varchar(300)' };
    case 'runtimeStatus':
      return { text: 'I.[RuntimeStatus]', type: 'varchar(20)' };
    case 'duration':
      return {
        text: `DATEDIFF_BIG(millisecond, I.[CreatedTime], COALESCE(I.[CompletedTime], ${values.add(timeValue(now), 'datetime2')}))`,
        type: 'bigint',
      };
  }
}

const hubValue = 'CAST(@hub AS varchar(50))';

class ValueList {
  readonly all: Record<string, Value>;

  constructor(hub: string) {
    this.all = { hub };
  }

  /** Text that stands for the value. */
  add(value: Value, type: string): string {
    const name = `v${Object.keys(this.all).length}`;
    if (Object.keys(this.all).length >= mostValues) {
      throw new DurascopeError(
        'InvalidArgument',
        `One question has at most ${mostValues} names, ids and statuses: ask for fewer.`,
      );
    }
    this.all[name] = value;
    return `CAST(@${name} AS ${type})`;
  }
}

/** The history's time form as the server reads it. */
export function timeValue(time: string): string {
  return time.replace(/Z$/, '');
}

/** For LIKE, with `!` before what means something else. */
function escaped(text: string): string {
  return text.replaceAll(/[!%_[\]]/g, '!$&');
}
