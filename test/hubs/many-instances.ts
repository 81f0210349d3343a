/** Instances of HelloCities that wait for their first activity, made as they are asked for; every tenth one waits for another activity. */
import { type Answer, type Asked, isInRange } from './table-server';

type Row = Readonly<Record<string, unknown>>;

const pageSize = 100;

export class ManyInstances {
  /** Characters of inputs that were sent. */
  given = 0;
  readonly #ids: readonly string[];

  /** `inputLength`: characters of the input in each history. */
  constructor(
    count: number,
    private readonly inputLength: number,
  ) {
    this.#ids = Array.from({ length: count }, (_, n) => `hello-${String(n).padStart(6, '0')}`);
  }

  /** Those that the code does not fit. */
  get others(): readonly string[] {
    return this.#ids.filter((_, n) => n % 10 === 0);
  }

  answer({ path, query }: Asked): Answer {
    const filter = query.get('$filter') ?? '';
    const one = /PartitionKey='([^']*)'/.exec(path)?.[1];
    if (path.startsWith('/ShopInstances'))
      return one === undefined ? this.#page(filter, query) : { body: JSON.stringify(instanceOf(one)) };
    const rows = this.#history(one ?? /PartitionKey eq '([^']*)'/.exec(filter)?.[1] ?? this.#ids[0] ?? '');
    const key = /RowKey='(\w+)'/.exec(path)?.[1];
    if (key === undefined) {
      const from = /RowKey ge '(\w+)'/.exec(filter)?.[1] ?? '';
      const before = /RowKey lt '(\w+)'/.exec(filter)?.[1] ?? 'z';
      const given = rows.filter(({ RowKey: each }) => String(each) >= from && String(each) < before);
      if (given.some(({ EventType }) => EventType === 'ExecutionStarted')) this.given += this.inputLength;
      return { rows: given };
    }
    const row = rows.find(({ RowKey: each }) => each === key);
    return row === undefined ? { status: 404, error: 'ResourceNotFound' } : { body: JSON.stringify(row) };
  }

  #page(filter: string, query: URLSearchParams): Answer {
    const from = query.get('NextPartitionKey') ?? '';
    const rest = this.#ids.filter((id) => id >= from && isInRange(id, filter));
    const most = Math.min(pageSize, Number(query.get('$top') ?? pageSize));
    const rows = rest.slice(0, most).map(instanceOf);
    const next = rest[most];
    return next === undefined ? { rows } : { rows, next: { partitionKey: next, rowKey: '' } };
  }

  #history(id: string): Row[] {
    const row = (at: number, EventType: string, more: Row = {}): Row => ({
      ...{ PartitionKey: id, RowKey: at.toString(16).padStart(16, '0'), ExecutionId: 'e1', EventId: -1, IsPlayed: false },
      ...{ _Timestamp: '2026-11-29T10:00:00.0000000Z', '_Timestamp@odata.type': 'Edm.DateTime' },
      ...{ EventType, ...more },
    });
    const name = this.others.includes(id) ? 'SayGoodbye' : 'SayHello';
    return [
      row(0, 'OrchestratorStarted'),
      row(1, 'ExecutionStarted', {
        Name: 'HelloCities',
        Input: `"${'x'.repeat(this.inputLength - 2)}"`,
        OrchestrationInstance: '',
      }),
      row(2, 'TaskScheduled', { EventId: 0, Name: name, Version: '' }),
      row(3, 'OrchestratorCompleted'),
      { PartitionKey: id, RowKey: 'sentinel', ExecutionId: 'e1', IsCheckpointComplete: true },
    ];
  }
}

function instanceOf(id: string): Row {
  return {
    ...{ PartitionKey: id, RowKey: '', Name: 'HelloCities', ExecutionId: 'e1', RuntimeStatus: 'Running' },
    ...{ CreatedTime: '2026-11-29T10:00:00.0000000Z', LastUpdatedTime: '2026-11-29T10:00:00.0000000Z' },
  };
}
