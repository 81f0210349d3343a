/** One instance with a history of any length, made as it is asked for: activities one after the other, four rows each. */
import { gzipSync } from 'node:zlib';
import type { Answer, Asked } from './table-server';

type Row = Readonly<Record<string, unknown>>;

const pageSize = 1000;
const end = 'sentinel';

export class LongHistory {
  static readonly largeValue = JSON.stringify('x'.repeat(50_000));
  /** Rows of the history that were sent. */
  given = 0;

  /** `open`: activities without an answer. `inBlob`: of this row the result lies in a blob. `failsWith`: the last activity, and so the instance. */
  constructor(
    private readonly id: string,
    public length: number,
    private readonly how: { open?: readonly number[]; inBlob?: number; failsWith?: string } = {},
  ) {}

  grow(rows: number): void {
    this.length += rows;
  }

  answer({ path, query }: Asked): Answer {
    if (path.includes('largemessages')) return { bytes: gzipSync(LongHistory.largeValue), type: 'application/json' };
    if (path.startsWith('/ShopInstances')) {
      const isOne = /PartitionKey='/.test(path);
      return isOne ? { body: JSON.stringify(this.#instance()) } : { rows: [this.#instance()] };
    }
    const key = /RowKey='(\w+)'/.exec(path)?.[1];
    if (key !== undefined) {
      const row = key === end ? this.#sentinel() : this.#row(Number.parseInt(key, 16));
      return row === undefined ? { status: 404, error: 'ResourceNotFound' } : { body: JSON.stringify(row) };
    }
    const filter = query.get('$filter') ?? '';
    const from = query.get('NextRowKey') ?? /RowKey ge '(\w+)'/.exec(filter)?.[1] ?? '0';
    const before = /RowKey lt '(\w+)'/.exec(filter)?.[1] ?? 'z';
    const first = from === end ? this.length : Number.parseInt(from, 16);
    const last = Math.min(this.length, before >= 'g' ? this.length : Number.parseInt(before, 16));
    const until = Math.min(last, first + Number(query.get('$top') ?? pageSize));
    const rows: Row[] = [];
    for (let at = first; at < until; at++) rows.push(this.#row(at) ?? {});
    this.given += rows.length;
    if (until < last) return { rows, next: { partitionKey: this.id, rowKey: keyOf(until) } };
    return { rows: before > end && last === this.length ? [...rows, this.#sentinel()] : rows };
  }

  #instance(): Row {
    const { failsWith } = this.how;
    return {
      ...{ PartitionKey: this.id, RowKey: '', Name: 'Order', ExecutionId: 'e1' },
      ...{ RuntimeStatus: failsWith === undefined ? 'Running' : 'Failed', Output: failsWith ?? null },
      ...{ CreatedTime: '2026-11-29T10:00:00.0000000Z', LastUpdatedTime: '2026-11-29T10:00:00.0000000Z' },
    };
  }

  #sentinel(): Row {
    return { PartitionKey: this.id, RowKey: end, ExecutionId: 'e1', IsCheckpointComplete: true };
  }

  #row(at: number): Row | undefined {
    if (at >= this.length) return undefined;
    const row = {
      ...{ PartitionKey: this.id, RowKey: keyOf(at), ExecutionId: 'e1', EventId: -1, IsPlayed: false },
      ...{ _Timestamp: '2026-11-29T10:00:00.0000000Z', '_Timestamp@odata.type': 'Edm.DateTime' },
    };
    const task = Math.floor(at / 4);
    switch (at % 4) {
      case 0:
        return { ...row, EventType: 'OrchestratorStarted' };
      case 1:
        return { ...row, EventType: 'TaskScheduled', EventId: task, Name: 'Step', Version: '' };
      case 2:
        return this.#answered(row, task, at);
      default:
        return { ...row, EventType: 'OrchestratorCompleted' };
    }
  }

  #answered(row: Row, task: number, at: number): Row {
    if (this.how.open?.includes(task) === true) return { ...row, EventType: 'EventRaised', Name: 'Tick', Input: 'null' };
    const answer = { ...row, TaskScheduledId: task };
    if (this.how.failsWith !== undefined && at >= this.length - 4) {
      return { ...answer, EventType: 'TaskFailed', Reason: this.how.failsWith, Details: '' };
    }
    return this.how.inBlob === task * 4 + 1
      ? {
          ...answer,
          EventType: 'TaskCompleted',
          Result: '',
          ResultBlobName: `${this.id}/history-1-TaskCompleted-1-Result.json.gz`,
        }
      : { ...answer, EventType: 'TaskCompleted', Result: '"done"' };
  }
}

function keyOf(at: number): string {
  return at.toString(16).toUpperCase().padStart(16, '0');
}
