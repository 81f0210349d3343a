import assert from 'node:assert/strict';
import type { InstanceRow } from '../../src/core/instances/instance';
import type { HistoryEvent } from '../../src/core/history/history';
import type { LogEntry } from '../../src/core/ports/logger';
import type { HubChange } from '../../src/core/ports/task-hub-client';
import { changeStream } from '../../src/http/change-stream';
import { readEvents } from '../../src/http/client/event-stream';
import { ManualClock } from '../support/manual-clock';

function setUp() {
  const clock = new ManualClock();
  const listeners = new Set<(changes: readonly HubChange[]) => void>();
  const logListeners = new Set<(entry: LogEntry) => void>();
  const listen =
    <T>(set: Set<T>) =>
    (listener: T) => {
      set.add(listener);
      return { dispose: () => void set.delete(listener) };
    };
  const stream = changeStream({ clock, hub: { subscribe: listen(listeners) }, logs: listen(logListeners) });
  const events = readEvents(stream);
  return {
    clock,
    events,
    subscribers: () => listeners.size + logListeners.size,
    change: (...changes: HubChange[]) => {
      for (const listener of listeners) listener(changes);
    },
    log: (message: string) => {
      for (const listener of logListeners) listener({ level: 'information', category: 'user', message });
    },
    next: async () => (await events.next()).value ?? assert.fail('the stream ended'),
  };
}

const row = (instanceId: string, name = 'X') => ({ instanceId, name }) as InstanceRow;
const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ EventId: from + index }) as HistoryEvent);
const changed = (id: string, newEvents: HistoryEvent[] = [], historyReplaced = false, name?: string): HubChange => ({
  type: 'instance',
  row: row(id, name),
  newEvents,
  historyReplaced,
});

describe('the stream of changes', () => {
  it('E3: begins with a comment, before anything happens', async () => {
    const { next } = setUp();
    assert.deepEqual(await next(), { name: '', data: 'listening' });
  });

  it('E1: changes of one moment are one entry an instance, the newest row and the events in order', async () => {
    const { clock, change, next } = setUp();
    await next();
    change(changed('a', rows(0, 2)), changed('b'));
    change(changed('a', rows(2, 1), false, 'Newest'));
    clock.advance(40);
    const event = await next();
    assert.equal(event.name, 'changes');
    assert.deepEqual(JSON.parse(event.data), [changed('a', rows(0, 3), false, 'Newest'), changed('b')]);
  });

  it('E1: a purge takes what came before with it, and a start after it replaces the history', async () => {
    const { clock, change, next } = setUp();
    await next();
    change(
      changed('a', rows(0, 2)),
      { type: 'purged', instanceId: 'a' },
      changed('b', rows(0, 1)),
      changed('b', rows(5, 1), true),
    );
    clock.advance(40);
    assert.deepEqual(JSON.parse((await next()).data), [{ type: 'purged', instanceId: 'a' }, changed('b', rows(5, 1), true)]);
    change({ type: 'purged', instanceId: 'a' }, changed('a', rows(0, 1)));
    clock.advance(40);
    assert.deepEqual(JSON.parse((await next()).data), [changed('a', rows(0, 1), true)]);
  });

  it('E2: a reader that falls behind is told to read again, once', async () => {
    const { clock, change, next } = setUp();
    await next();
    for (let i = 0; i < 30; i++) change(changed('a', rows(i * 1000, 1000)));
    clock.advance(40);
    assert.deepEqual(JSON.parse((await next()).data), [{ type: 'resync' }]);
    change(changed('b'));
    clock.advance(40);
    assert.deepEqual(JSON.parse((await next()).data), [changed('b')]);
  });

  it('E2: what a slow reader has not taken is merged, not piled up', async () => {
    const { clock, change, next } = setUp();
    for (let i = 0; i < 500; i++) {
      change(changed('a', rows(i, 1)));
      clock.advance(40);
    }
    await next();
    const seen: HistoryEvent[] = [];
    let batches = 0;
    while (seen.length < 500) {
      batches++;
      const [change0] = JSON.parse((await next()).data) as (HubChange & { type: 'instance' })[];
      seen.push(...(change0?.newEvents ?? []));
    }
    assert.deepEqual(seen, rows(0, 500));
    assert.ok(batches < 20, `${batches} batches were waiting`);
  });

  it('log lines come in batches, and too many are cut with a note', async () => {
    const { clock, log, next } = setUp();
    await next();
    log('one\nline');
    log('two');
    clock.advance(40);
    const batch = await next();
    assert.equal(batch.name, 'log');
    assert.deepEqual(
      (JSON.parse(batch.data) as LogEntry[]).map((entry) => entry.message),
      ['one\nline', 'two'],
    );
    for (let i = 0; i < 5000; i++) log(`line ${i}`);
    clock.advance(40);
    const many = JSON.parse((await next()).data) as LogEntry[];
    assert.ok(many.length < 4100);
    assert.match(many[0]?.message ?? '', /log lines were left out/);
    assert.equal(many.at(-1)?.message, 'line 4999');
  });

  it('a comment shows now and then that both ends are there, and leaving ends it all', async () => {
    const { clock, events, subscribers, next } = setUp();
    await next();
    clock.advance(15_000);
    assert.deepEqual(await next(), { name: '', data: 'still here' });
    assert.equal(subscribers(), 2);
    await events.return();
    assert.equal(subscribers(), 0);
    assert.equal(clock.armed, 0);
  });

  it('E2: what waits for a reader that stands still is bounded by its size, too', async () => {
    const { clock, change, log, next } = setUp();
    await next();
    const large = 'x'.repeat(5 * 1024 * 1024);
    for (let at = 0; at < 10; at++) {
      change(changed(`large-${at}`, [{ EventId: 1, EventType: 'EventRaised', Input: large } as unknown as HistoryEvent]));
    }
    log(large);
    for (let at = 0; at < 100; at++) log(`${at}${'y'.repeat(200_000)}`);
    clock.advance(40);
    const logs = await next();
    assert.equal(logs.name, 'log');
    assert.ok(logs.data.length < 9 * 1024 * 1024, `${logs.data.length}`);
    const entries = JSON.parse(logs.data) as LogEntry[];
    assert.match(entries[0]?.message ?? '', /\d+ log lines were left out/);
    assert.ok(entries.at(-1)?.message.startsWith('99y'));
    assert.deepEqual(JSON.parse((await next()).data), [{ type: 'resync' }]);
  });

  it('E2: a log line that is a document is cut', async () => {
    const { clock, log, next } = setUp();
    await next();
    log('z'.repeat(1024 * 1024));
    clock.advance(40);
    assert.equal((JSON.parse((await next()).data) as LogEntry[])[0]?.message.length, 256 * 1024 + 1);
  });
});
