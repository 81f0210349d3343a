import assert from 'node:assert/strict';
import { stateDiff } from '../../src/webview/models/state-diff';
import type { WaitingForValue } from '../../src/protocol/panel-values';
import { needsClock, waitingLines } from '../../src/webview/models/waiting-for';
import { EntityStore } from '../../src/webview/state/entity-state';
import { FakeTransport } from './fake-transport';

const drawn = (before: string | null, after: string | null): string[] =>
  stateDiff(before, after).map(({ kind, text }) => `${kind === 'same' ? ' ' : kind === 'added' ? '+' : '-'}${text}`);

describe('what an operation made of the state', () => {
  it('is nothing when nothing changed, all when it came or went', () => {
    assert.deepEqual(drawn('5', '5'), []);
    assert.deepEqual(drawn(null, '5'), ['+5']);
    assert.deepEqual(drawn('5', null), ['-5']);
    assert.deepEqual(drawn('5', '6'), ['-5', '+6']);
  });

  it('shows changed members with their neighbours', () => {
    const before = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8 };
    assert.deepEqual(drawn(JSON.stringify(before), JSON.stringify({ ...before, f: 60, i: 9 })), [
      ' …',
      '   "d": 4,',
      '   "e": 5,',
      '-  "f": 6,',
      '+  "f": 60,',
      '   "g": 7,',
      '-  "h": 8',
      '+  "h": 8,',
      '+  "i": 9',
      ' }',
    ]);
  });

  it('does not compare very long states line by line', () => {
    const list = (length: number): string => JSON.stringify(Array.from({ length }, (_, at) => at));
    const lines = stateDiff(list(1000), list(1001));
    assert.equal(lines.length, 1002 + 1003);
  });
});

describe('waiting for entities', () => {
  it('tells locks with their holders, orphans and deadlocks, and what is held', () => {
    const since = '2024-01-01T00:00:00.0000000Z';
    const lines = waitingLines(
      {
        activities: [],
        timers: [],
        events: [],
        children: [],
        entities: [
          {
            kind: 'lock',
            requestId: '1',
            operation: null,
            since,
            entities: [
              { instanceId: '@a@1', lockedBy: null },
              { instanceId: '@a@2', lockedBy: 'other' },
            ],
            cycle: ['me', '@a@2', 'other', 'me'],
          },
          {
            kind: 'call',
            requestId: '2',
            operation: 'get',
            since,
            entities: [{ instanceId: '@a@3', lockedBy: 'x' }],
            orphanedBy: 'x',
          },
        ],
        holds: ['@a@4'],
      },
      Date.parse(since) + 5000,
    );
    assert.deepEqual(
      lines.map((line) => ('holder' in line ? [line.kind, line.entities, line.holder, line.sinceText] : line.kind)),
      [['lock', ['@a@1', '@a@2'], 'other', '5.0 s'], ['call', ['@a@3'], 'x', '5.0 s'], 'holds'],
    );
    const problems = lines.flatMap((line) => ('problem' in line ? [line.problem] : []));
    assert.match(problems[0] ?? '', /^Deadlock: me → @a@2 → other → me/);
    assert.match(problems[1] ?? '', /^Orphaned lock: x has ended/);
    assert.ok(needsClock(lines));
  });
});

describe('the state of an entity panel', () => {
  const snapshot = {
    type: 'entity',
    now: '2024-01-01T00:00:00.0000000Z',
    instanceId: '@counter@a',
    entity: null,
    holder: null,
    isOrphaned: false,
    batches: [],
    operations: [],
  };

  it('asks for everything at the start, keeps the last snapshot, and says what it does not understand', async () => {
    const transport = new FakeTransport();
    const store = new EntityStore(transport, (callback) => callback());
    store.start();
    assert.deepEqual(transport.sent, [{ type: 'ready' }]);
    transport.deliver(snapshot);
    assert.equal(store.state.get().snapshot?.instanceId, '@counter@a');
    transport.deliver({ type: 'connection', connected: false, message: 'gone' });
    assert.deepEqual([store.state.get().connected, store.state.get().problem], [false, 'gone']);
    const answer = store.signal('add', '5');
    const { requestId } = transport.of('signal')[0] ?? { requestId: 0 };
    transport.deliver({ type: 'actionResult', requestId, ok: true });
    assert.equal((await answer).ok, true);
    transport.deliver({ type: 'whatever' });
    assert.match(store.state.get().problem ?? '', /does not understand/);
    assert.notEqual(store.state.get().snapshot, null);
  });
});

describe('a timer of code that has returned', () => {
  const timers = [{ timerId: 1, fireAt: '2024-01-01T01:00:00.0000000Z' }];
  const waits = { activities: [], timers, events: [], children: [] };
  const leftOpen = (waiting: WaitingForValue) => waitingLines(waiting, 0).map((line) => line.kind === 'timer' && line.leftOpen);

  it('names the line that makes it and what ends it, where the code tells', () => {
    const location = { file: '/app/remind.ts', line1: 4 };
    assert.deepEqual(leftOpen({ ...waits, codeEnded: true, openTimer: { location, variable: 'limit' } }), [
      { location, cancelText: 'limit.cancel()' },
    ]);
    assert.deepEqual(leftOpen({ ...waits, codeEnded: true, openTimer: { location, variable: null } }), [
      { location, cancelText: 'timer.cancel()' },
    ]);
    assert.deepEqual(leftOpen({ ...waits, codeEnded: true }), ['somewhere']);
  });

  it('is one like all others while the code runs, and while it is that of a retry', () => {
    assert.deepEqual(leftOpen(waits), [null]);
    const retry = { ...timers[0], retryOf: { name: 'Charge', attempt: 1, most: 3, lastError: 'no' } };
    assert.deepEqual(leftOpen({ ...waits, timers: [retry as WaitingForValue['timers'][number]], codeEnded: true }), [null]);
  });
});
